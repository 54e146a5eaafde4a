import { readFile, stat } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'

/** Gives the passphrase of a key file, or null where nobody can. */
export type AskPassphrase = (file: string) => Promise<Secret | null>

/** A private key's file: what is plain to read in it, and what opens it. */
export interface KeyFile {
  readonly path: string
  readonly text: string
  /** `type base64`; null where the file is encrypted and does not say */
  readonly publicKey: string | null
  readonly encrypted: boolean
}

const refused = (message: string, hint?: string): HostError =>
  new HostError(message, { unreachable: true, ...(hint === undefined ? {} : { hint }) })

/** Reads a private key's file without opening it; says what is wrong with it. */
export const readKeyFile = async (path: string): Promise<KeyFile> => {
  const text = await readText(path)
  const parsed = parse(text)
  // before its mode: others may read a public key
  if (PUBLIC.test(text) || !(parsed instanceof Error || parsed.isPrivateKey()))
    throw refused(
      `${path} is a public key`,
      `name the private key${path.endsWith('.pub') ? `: ${path.slice(0, -4)}` : ''}`,
    )
  await refuseOpenFile(path)
  const publicPart = await publicPartOf(path, text)
  if (!(parsed instanceof Error)) return { path, text, publicKey: publicText(parsed), encrypted: false }
  if (isEncrypted(text)) return { path, text, publicKey: publicPart, encrypted: true }
  throw refused(`${path} is no private key that can be read: ${parsed.message}`)
}

const PUBLIC = /^\s*(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+ AAAA/

/** Opens a private key; an encrypted one needs its passphrase, and none is a wrong one. */
export const parseKey = (text: string, passphrase?: Secret): ParsedKey | 'wrong passphrase' => {
  const parsed = parse(text, passphrase)
  if (!(parsed instanceof Error)) return parsed
  if (isEncrypted(text) && !/unsupported/i.test(parsed.message)) return 'wrong passphrase'
  throw refused(`no private key that can be read: ${parsed.message}`)
}

/** Writes a public key as `type base64`. */
export const publicText = (key: ParsedKey): string => `${key.type} ${key.getPublicSSH().toString('base64')}`

const parse = (text: string, passphrase?: Secret): ParsedKey | Error => {
  try {
    const parsed: unknown = ssh2.utils.parseKey(text, passphrase?.reveal())
    return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw refused(`the private key ${path} does not exist`)
    if (code === 'EACCES') throw refused(`the private key ${path} may not be read: permission denied`)
    if (code === 'EISDIR') throw refused(`the private key ${path} is a directory`)
    throw refused(`the private key ${path} cannot be read: ${message}`)
  }
}

const refuseOpenFile = async (path: string): Promise<void> => {
  const { mode, uid } = await stat(path)
  if ((mode & 0o077) === 0 || uid !== process.getuid?.()) return
  throw refused(
    `the permissions ${(mode & 0o7777).toString(8).padStart(4, '0')} of ${path} are too open: ssh refuses such a key`,
    `chmod 600 ${path}`,
  )
}

const isEncrypted = (text: string): boolean =>
  /^Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/m.test(text) ||
  (openSshHeader(text)?.cipher ?? 'none') !== 'none'

/** The header of an OpenSSH private key: its public key is never encrypted. */
const openSshHeader = (text: string): { cipher: string; publicBlob: Buffer } | null => {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1]
  if (body === undefined) return null
  const bytes = Buffer.from(body, 'base64')
  let at = 'openssh-key-v1\0'.length
  const next = (): Buffer => {
    const length = bytes.readUInt32BE(at)
    at += 4 + length
    return bytes.subarray(at - length, at)
  }
  try {
    const cipher = next().toString('latin1')
    next()
    next()
    at += 4
    return { cipher, publicBlob: Buffer.from(next()) }
  } catch {
    return null
  }
}

const publicPartOf = async (path: string, text: string): Promise<string | null> => {
  const blob = openSshHeader(text)?.publicBlob
  if (blob !== undefined && blob.length > 4)
    return `${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')}`
  const beside = await readFile(`${path}.pub`, 'utf8').catch(() => '')
  const [type, base64] = beside.trim().split(/\s+/)
  return type !== undefined && base64 !== undefined ? `${type} ${base64}` : null
}
