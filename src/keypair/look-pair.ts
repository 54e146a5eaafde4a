import { PUBLIC_PARTS } from '../contract/key-script.ts'
import { LATER, type Later } from '../contract/later.ts'
import type { Answer, Found, Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import type { Secret } from '../contract/secret.ts'
import { missing, refuse } from '../contract/signals.ts'
import { readPublicParts } from '../formats/private-parts.ts'
import { generatorName, type PublicKey, readPublicLine } from '../formats/public-key.ts'

/** What is known of the private key in a file. */
export interface PrivateKeySight {
  /** as `ssh-keygen -t` has it; null where the key cannot be read at all */
  readonly type: string | null
  readonly size: number | null
  readonly fingerprint: string | null
  /** null where only its passphrase would show it */
  readonly key: PublicKey | null
  /** null where its format has none, or ssh-keygen does not tell it */
  readonly comment: string | null
  readonly isEncrypted: boolean
  /** why it cannot be used as it was asked for; null where it can */
  readonly unreadable: string | null
}

/** The two files of a pair. */
export interface PairSight {
  /** of the private file, links on the way to it resolved, a last one not */
  readonly path: string
  /** of a link: what it leads to, or itself where it leads nowhere */
  readonly privateFile: Found | null
  readonly publicFile: Found | null
  /** those of the two that are links, each with what it leads to */
  readonly links: ReadonlyMap<string, string>
  /** null where there is no private file; LATER where the pair is planned */
  readonly privateKey: PrivateKeySight | Later | null
  /** what the public file holds */
  readonly publicLine: PublicLine | null
}

interface PublicLine {
  readonly key: PublicKey
  readonly comment: string
}

/**
 * Looks at a pair, in one flight (links, and a private file that is not as it should be, take another); the private key's
 * text is never read.
 */
export const lookAtPair = async (on: Look, path: string, passphrase: Secret | null): Promise<PairSight> => {
  const [directory, ...foundAndSaid] = await Promise.all([
    on.file(path.slice(0, path.lastIndexOf('/')) || '/', { text: false }),
    on.file(path, { follow: false, text: false }),
    on.file(`${path}.pub`, { follow: false }),
    on.read('/proc/sys/crypto/fips_enabled'),
    on.ask(questions.publicParts(path)),
    passphrase === null ? null : on.ask(questions.publicKey(path), passphrase),
    passphrase === null ? null : on.ask(questions.privateFingerprint(path)),
  ])
  if (directory?.kind !== 'directory') return refuseDirectory(path, directory)
  const [privateName, publicName, fips, ...answers] = foundAndSaid
  for (const found of [privateName, publicName])
    if (found?.kind === 'directory') refuse(`${found.path} is a directory. Please specify a path to a file.`)
  const [privateFile, publicFile] = await Promise.all([
    behindLink(on, privateName, { text: false }),
    behindLink(on, publicName, { text: true }),
  ])
  const both = {
    path: `${directory.path.replace(/\/$/, '')}${path.slice(path.lastIndexOf('/'))}`,
    ...{ privateFile, publicFile },
    links: new Map(
      [privateName, publicName].flatMap((found) => (found?.kind === 'link' ? [[found.path, found.target ?? '']] : [])),
    ),
  }
  if (publicFile?.text === LATER) return { ...both, privateKey: LATER, publicLine: null }
  const publicLine = publicFile === null ? null : readPublicLine(publicFile.text ?? '')
  if (privateFile === null) return { ...both, privateKey: null, publicLine }
  const [said, opened] = answers
  const free = await readUnlocked(on, path, {
    said,
    plainSize: fips?.trim() === '1' ? null : privateFile.size,
  })
  const printed = free.line === null ? await on.ask(questions.privateFingerprint(path)) : null
  return { ...both, publicLine, privateKey: privateKeyOf({ free, printed, opened }, publicLine?.key ?? null) }
}

/** What a private key tells without a passphrase, and what ssh-keygen said where it told nothing. */
interface Unlocked {
  readonly line: PublicLine | null
  readonly stderr: string
}

const readUnlocked = async (
  on: Look,
  path: string,
  { said, plainSize }: { readonly said: Answer; readonly plainSize: number | null },
): Promise<Unlocked> => {
  const parts = readPublicParts(said.stdout)
  // the shell passes over bytes that are zero, which the size counts; in FIPS mode ssh-keygen loads no such key
  if (parts !== null && parts.fileSize === plainSize) return { line: parts, stderr: '' }
  const answer = said.stdout.startsWith(`${PUBLIC_PARTS.word} `)
    ? await on.ask(questions.unlockedPublicKey(path))
    : said
  if (answer.code === 127) missing({ kind: 'tool', name: 'ssh-keygen' })
  return { line: readPublicLine(answer.stdout), stderr: answer.stderr }
}

const behindLink = async (on: Look, found: Found | null, about: { readonly text: boolean }): Promise<Found | null> =>
  found?.kind === 'link' ? ((await on.file(found.path, about)) ?? found) : found

const refuseDirectory = (path: string, found: Found | null): never => {
  const directory = path.slice(0, path.lastIndexOf('/')) || '/'
  return missing({
    kind: 'directory',
    name: directory,
    message: `The directory ${directory} does not exist or the file is not a directory${found === null ? '' : ` (it is a ${found.kind})`}`,
  })
}

interface Answers {
  readonly free: Unlocked
  /** null where the key is not locked */
  readonly printed: Answer | null
  readonly opened: Answer | null
}

const privateKeyOf = ({ free, printed, opened }: Answers, beside: PublicKey | null): PrivateKeySight => {
  if (free.line !== null) {
    const why = opened === null ? null : 'it has no passphrase, and one is given'
    return { ...sightOf(free.line), isEncrypted: false, unreadable: why }
  }
  const bare = printOf(printed?.stdout ?? '')
  if (opened === null) {
    const isLocked = bare.fingerprint !== null || WRONG_PASSPHRASE.test(free.stderr)
    const why = isLocked ? 'it is protected with a passphrase, and none is given' : 'it holds no private key'
    return { ...bare, isEncrypted: isLocked, unreadable: why }
  }
  const open = readPublicLine(opened.stdout)
  if (open !== null) return { ...sightOf(open), isEncrypted: true, unreadable: null }
  return { ...bare, isEncrypted: true, ...closed(opened, bare, beside) }
}

/** Of a key that the passphrase did not open. */
const closed = (
  { stderr }: Answer,
  bare: Pick<PrivateKeySight, 'fingerprint'>,
  beside: PublicKey | null,
): Pick<PrivateKeySight, 'key' | 'unreadable'> => {
  if (WRONG_PASSPHRASE.test(stderr)) return { key: null, unreadable: 'the passphrase given does not open it' }
  if (!BAD_MODE.test(stderr)) return { key: null, unreadable: 'it holds no private key' }
  // its mode is set right first; whether the passphrase opens it is seen behind that
  if (beside !== null && beside.fingerprint === bare.fingerprint) return { key: beside, unreadable: null }
  return { key: null, unreadable: 'others can read it, so that ssh-keygen does not open it: chmod 600 it first' }
}

const WRONG_PASSPHRASE = /incorrect passphrase|bad passphrase/i
const BAD_MODE = /bad permissions|permissions .* are too open/i

const sightOf = ({ key, comment }: PublicLine) => ({
  type: generatorName(key.type),
  size: key.bits,
  fingerprint: key.fingerprint,
  key,
  comment: comment === '' ? null : comment,
})

const printOf = (stdout: string): Omit<PrivateKeySight, 'isEncrypted' | 'unreadable'> => {
  const [, size, fingerprint = null, type] = /^(\d+) (SHA256:\S+) .*\(([\w-]+)\)\s*$/m.exec(stdout) ?? []
  return {
    type: type?.toLowerCase() ?? null,
    size: size === undefined ? null : Number(size),
    fingerprint,
    key: null,
    comment: null,
  }
}

/** The comment of a pair: that of the public file, if that is of this key, else that inside the private one. */
export const commentOf = ({ publicLine: line, privateKey }: PairSight): string => {
  if (privateKey === null || privateKey === LATER) return ''
  return line !== null && line.key.blob === privateKey.key?.blob ? line.comment : (privateKey.comment ?? '')
}
