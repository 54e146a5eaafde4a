// What keeps a user out though the keys are there: said, since other tasks and other people may be about to change it.

import { LATER, type Later } from '../contract/later.ts'
import type { Answer, Look, User } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { expandKeyFile } from '../formats/authorized-sources.ts'
import type { WantedKey } from '../formats/authorized-wanted.ts'
import { isBadKey, type PublicKey, readPublicKey } from '../formats/public-key.ts'
import { type Said, whatElseIsAsked, whyKeptOut } from '../formats/sshd-admission.ts'

/** Who is to get in, with which keys, and what sshd said about such a connection. */
export interface Admission {
  readonly user: User
  readonly keys: readonly WantedKey[]
  readonly said: Said
  /** what the machine said of the account's state; null: it was not asked, as whoever logged in is neither locked nor expired */
  readonly state: Answer | null
}

/** Says, a note each, why these keys will not let the user in where they stand: sshd's settings, the account, revoked keys. */
export const admissionNotes = async (on: Look, admission: Admission): Promise<readonly string[]> => {
  const { user, keys, said } = admission
  const from = on.connection.from === null ? '' : ` from ${on.connection.from}`
  const [places, revoked] = await Promise.all([missingPlaces(on, admission), revokedKeys(on, { keys, said })])
  const why = [...whyKeptOut(said, user), ...accountState(admission), ...places, ...revoked.whole]
  return [
    ...why.map((one) => `no key lets ${user.name} in${from}: ${one}`),
    ...whatElseIsAsked(said, user).map((one) => `a key does not let ${user.name} in${from} without ${one}`),
    ...revoked.keys.map((key) => `the key ${key.fingerprint} is revoked and lets nobody in: ${revoked.by}`),
  ]
}

const value = (said: Said, keyword: string): string | null => {
  const [one = ''] = said.get(keyword) ?? []
  return one === '' || one.toLowerCase() === 'none' ? null : one
}

const accountState = ({ user, said, state }: Admission): readonly string[] => {
  const words = state?.code === 0 ? state.stdout.split('\n') : []
  // an sshd that was built without PAM does not mention it
  const isPlain = (value(said, 'usepam') ?? 'no').toLowerCase() === 'no'
  return [
    ...(words.includes('expired') ? [`the account ${user.name} has expired`] : []),
    ...(words.includes('locked') && isPlain ? [`the account ${user.name} is locked, and sshd has UsePAM no`] : []),
  ]
}

/** Places that a session needs and that are not there. */
const missingPlaces = async (on: Look, { user, said }: Admission): Promise<readonly string[]> => {
  const root = value(said, 'chrootdirectory')
  // the shell of a user behind a chroot is looked for in there
  const [path, what] =
    root === null ? [user.shell, 'the shell'] : [expandKeyFile(root, user), 'the directory of ChrootDirectory']
  const look = (eyes: Look): Promise<unknown> => eyes.file(path, { text: false })
  // the user's own files are looked at with his powers anyway; what he cannot see may be there
  const own = root === null && on.connection.power === 'root' ? on.as(user.name) : null
  const isThere = (own !== null && (await look(own).catch(() => null)) !== null) || (await look(on)) !== null
  return isThere ? [] : [`${what} ${path} does not exist`]
}

interface Revoked {
  /** why no key at all is taken */
  readonly whole: readonly string[]
  readonly keys: readonly PublicKey[]
  readonly by: string
}

const revokedKeys = async (on: Look, { keys, said }: Pick<Admission, 'keys' | 'said'>): Promise<Revoked> => {
  const path = value(said, 'revokedkeys')
  const by = `RevokedKeys ${path}`
  if (path === null) return { whole: [], keys: [], by }
  const list = await on.file(path)
  if (list === null || list.kind === 'directory')
    return {
      whole: [`${by}, which is ${list === null ? 'not there' : 'a directory'}: sshd refuses every key`],
      keys: [],
      by,
    }
  const isRevoked = await Promise.all(keys.map(({ key }) => isIn(on, { path, text: list.text }, key)))
  return { whole: [], keys: keys.flatMap(({ key }, index) => (isRevoked[index] ? [key] : [])), by }
}

const isIn = async (
  on: Look,
  { path, text }: { readonly path: string; readonly text: string | Later | null },
  key: PublicKey,
): Promise<boolean> => {
  if (text === null || text === LATER) return false
  if (!text.startsWith(BINARY_LIST)) return plainBlobs(text).includes(key.blob)
  const answer = on.planned(path) ? null : await on.ask(questions.revoked(path), `${key.type} ${key.blob}\n`)
  return answer !== null && /: REVOKED\b/.test(answer.stdout)
}

const BINARY_LIST = 'SSHKRL\n\0'

/** The keys of a plain list, as sshd reads it: nothing may stand before a type. */
const plainBlobs = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const [type = '', blob = ''] = line.trim().split(/[ \t]+/)
    const key = readPublicKey(type, blob)
    return isBadKey(key) ? [] : [key.blob]
  })
