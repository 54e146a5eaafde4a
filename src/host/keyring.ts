import { join } from 'node:path'
import type { ParsedKey } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import { type AgentKey, agentKeys } from './agent.ts'
import { type AskPassphrase, type KeyFile, parseKey, publicText, readKeyFile } from './key-file.ts'

/** A key to log in with. */
export interface Credential {
  /** what messages call it */
  readonly shown: string
  /** `type base64` */
  readonly publicKey: string
  readonly key: ParsedKey | null
  readonly agentKey: AgentKey | null
}

/** The keys of the control node's user, each opened once per run and shared by all hosts. */
export interface Keyring {
  /** the key of a file; from the agent, where the file is encrypted and the agent holds its key */
  fromFile(path: string, ask: AskPassphrase | undefined): Promise<Credential>
  /** the agent's keys, then the standard files; nobody is asked for a passphrase while there is another key */
  standard(ask: AskPassphrase | undefined): Promise<readonly Credential[]>
}

const STANDARD_FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const PASSPHRASE_TRIES = 3

/** Makes the keyring of a run. */
export const createKeyring = (about: { home: string; agentSocket: string | undefined }): Keyring => {
  const opened = new Map<string, Promise<Credential>>()
  const once = <Result>(make: () => Promise<Result>): (() => Promise<Result>) => {
    let made: Promise<Result> | null = null
    return () => {
      made ??= make()
      return made
    }
  }
  const held = once(async () => (about.agentSocket ? await agentKeys(about.agentSocket) : []))

  const open = async (path: string, ask: AskPassphrase | undefined): Promise<Credential> => {
    const file = await readKeyFile(path)
    const inAgent = file.encrypted
      ? (await held().catch(() => [])).find((key) => key.publicKey === file.publicKey)
      : undefined
    if (inAgent !== undefined) return ofAgent(inAgent, path)
    const key = await unlock(file, ask)
    return { shown: path, publicKey: publicText(key), key, agentKey: null }
  }
  const fromFile: Keyring['fromFile'] = (path, ask) => {
    const full = path.startsWith('~/') ? join(about.home, path.slice(2)) : path
    const credential = opened.get(full) ?? open(full, ask)
    opened.set(full, credential)
    return credential
  }

  let standard: Promise<readonly Credential[]> | null = null
  return {
    fromFile,
    standard(ask) {
      const files = STANDARD_FILES.map((name) => join(about.home, '.ssh', name))
      standard ??= standardKeys(held, files, (path) => fromFile(path, ask))
      return standard
    },
  }
}

const ofAgent = (key: AgentKey, shown: string): Credential => ({
  shown,
  publicKey: key.publicKey,
  key: null,
  agentKey: key,
})

const standardKeys = async (
  held: () => Promise<readonly AgentKey[]>,
  paths: readonly string[],
  open: (path: string) => Promise<Credential>,
): Promise<readonly Credential[]> => {
  const agent = await held().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
  const fromAgent = agent instanceof Error ? [] : agent.map((key) => ofAgent(key, `${key.comment} (in the agent)`))
  // a standard file that is no key says nothing: nobody declared it
  const files = await Promise.all(paths.map((path) => readKeyFile(path).catch(() => null)))
  const there = files.filter((file) => file !== null)
  const plain = await Promise.all(there.filter((file) => !file.encrypted).map((file) => open(file.path)))
  const known = new Set(fromAgent.map((key) => key.publicKey))
  const all = [...fromAgent, ...plain.filter((key) => !known.has(key.publicKey))]
  const encrypted = there.find((file) => file.encrypted)
  if (all.length === 0 && encrypted !== undefined) return [await open(encrypted.path)]
  if (all.length === 0 && agent instanceof Error) throw agent
  return all
}

const unlock = async (file: KeyFile, ask: AskPassphrase | undefined): Promise<ParsedKey> => {
  let key = parseKey(file.text)
  for (let tries = 0; key === 'wrong passphrase' && tries < PASSPHRASE_TRIES; tries += 1) {
    const passphrase = (await ask?.(file.path)) ?? null
    if (passphrase === null)
      throw new HostError(`the private key ${file.path} is encrypted, and its passphrase is not known`, {
        unreachable: true,
        hint: `ssh-add ${file.path}, or run keyward on a terminal, where it asks`,
      })
    key = parseKey(file.text, passphrase)
  }
  if (key === 'wrong passphrase') throw new HostError(`the passphrase of ${file.path} is wrong`, { unreachable: true })
  return key
}
