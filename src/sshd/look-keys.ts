import { posix } from 'node:path'
import { ahead } from '../contract/ahead.ts'
import type { Answer, Found, Look, User } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { missing, refuse } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { isBadOptions, readOptions, sinceRelease } from '../formats/authorized-options.ts'
import { whyNotTaken } from '../formats/authorized-sources.ts'
import type { WantedKey } from '../formats/authorized-wanted.ts'
import { isCommonType } from '../formats/public-key.ts'
import { sshdVersion } from './ask.ts'
import { admissionNotes } from './key-admission.ts'
import { type KeyFileLink, type KeyFileSight, lookAtHome, lookAtKeyFile, lookAtUsualFile } from './key-files.ts'
import { loginKeyFiles, reachNotes, realPaths } from './key-reach.ts'
import { type AskedKeySources, byKeySources } from './key-sources.ts'
import { compareVersions } from './keywords.ts'
import { toldRelease } from './release.ts'

/** Whose keys are looked for, and where. */
export interface KeysWanted {
  readonly user: string
  readonly keys: readonly WantedKey[]
  readonly path?: string
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  readonly follow: boolean
  readonly manage_dir: boolean
}

/** What was found of a user's keys. */
export interface KeysSight {
  readonly user: User
  /** links resolved, without a slash at the end */
  readonly home: string
  readonly files: readonly [KeyFileSight, ...KeyFileSight[]]
  readonly sources: AskedKeySources
  /** the key of this connection where sshd finds it in one of these files */
  readonly ownKey: string | null
  /** from where this connection comes, where it has such a key */
  readonly ownAddress: string | null
  /** the machine's clock in seconds since 1970; null where no date asks for it */
  readonly clock: number | null
  /** services of TCP that the machine knows by name; null where no option names one */
  readonly services: readonly string[] | null
  /** the release of sshd, where an option asks for it */
  readonly release: string | null
  /** types that the machine's OpenSSH knows, where a rare one asks for it */
  readonly types: readonly string[] | null
  readonly notes: readonly string[]
}

/** Looks for a user's keys in all files that sshd reads for the user, or in the one of `path`: two flights. */
export const lookForKeys = async (on: Look, wanted: KeysWanted): Promise<KeysSight> => {
  const options = wanted.keys.map((one) => one.options ?? '').join('\n')
  const isAll = wanted.exclusive || wanted.state === 'absent'
  const isRare = wanted.keys.some(({ key }) => !isCommonType(key.type))
  const mayLose = isAll || wanted.keys.some((one) => one.options !== null)
  const account = ahead(accountOf(on, wanted.user))
  if (wanted.path === undefined) void ahead(account.then((user) => lookAtUsualFile(on, user, wanted.follow)))
  const path = ahead(wanted.path === undefined ? NONE : on.expand(wanted.path).then(plainPath))
  const state = ahead(stateOf(on, wanted))
  const [seen, types, release, login] = await Promise.all([
    byKeySources(on, wanted.user, async (sourcesOf) => {
      const about = { wanted, user: await account, path: await path, state: await state }
      return await lookBySources(on, { ...about, sources: sourcesOf(about.user) })
    }),
    isRare ? on.ask(questions.keyTypes()) : null,
    releaseFor(on, wanted.keys),
    mayLose ? loginKeyFiles(on, wanted.user) : NO_FILES,
    askAbout(on, options),
  ])
  const { user, sources, files, read, only } = seen
  const isRead = only === null || read.includes(only)
  const isOwn = on.connection.user === user.name ? isRead : files.some((one) => login.includes(one.path))
  const { clock, services } = await askAbout(on, [options, ...files.map(({ entry }) => textOf(entry))].join('\n'))
  return {
    ...{ user, home: seen.home, files, sources, clock, services, release },
    ownKey: isOwn ? on.connection.key : null,
    ownAddress: isOwn && on.connection.key !== null ? on.connection.from : null,
    types: types === null || types.code !== 0 ? null : types.stdout.split(/\s+/).filter((type) => type !== ''),
    notes: [...seen.left, ...(isRead ? seen.admission : []), ...reachNotes({ user, sources, only, read, isAll })],
  }
}

const NONE = Promise.resolve(null)
const NO_FILES: readonly string[] = []

interface SeenBySources extends Pick<KeysSight, 'user' | 'sources' | 'files' | 'home'> {
  readonly left: readonly string[]
  /** the real paths of the files that sshd reads */
  readonly read: readonly string[]
  /** the one file that was asked for, by its real path */
  readonly only: string | null
  /** what keeps the user out though the keys are there */
  readonly admission: readonly string[]
}

interface KeysAbout {
  readonly wanted: KeysWanted
  readonly user: User
  /** the one file that is asked for */
  readonly path: string | null
  readonly state: Answer | null
  readonly sources: AskedKeySources
}

const lookBySources = async (on: Look, about: KeysAbout): Promise<SeenBySources> => {
  const { wanted, user, path, state, sources } = about
  const [{ files, home, left }, read, admission] = await Promise.all([
    lookAtFiles(on, about),
    path === null ? sources.files : realPaths(on, sources.files),
    isAdmitted(on, wanted) ? admissionNotes(on, { user, keys: wanted.keys, said: sources.said, state }) : [],
  ])
  return { user, sources, files, home, left, read, admission, only: path === null ? null : files[0].path }
}

const isAdmitted = (on: Look, { state }: KeysWanted): boolean => on.connection.power === 'root' && state === 'present'

/** What the machine says of the account's state; whoever logged in is neither locked nor expired. */
const stateOf = async (on: Look, wanted: KeysWanted): Promise<Answer | null> =>
  isAdmitted(on, wanted) && !isLogin(on, wanted.user) ? await on.ask(questions.accountState(wanted.user)) : null

const isLogin = ({ connection: { kind, user } }: Look, name: string): boolean => kind === 'ssh' && user === name

const accountOf = async (on: Look, name: string): Promise<User> =>
  (await on.user(name)) ??
  missing({ kind: 'user', name, message: `Failed to lookup user ${name}: user "${name}" does not exist` })

/** The release of sshd, where an option asks for it; one that seems too old is asked of the program on disk. */
const releaseFor = async (on: Look, keys: readonly WantedKey[]): Promise<string | null> => {
  const newest = newestOption(keys)
  if (newest === null) return null
  const told = toldRelease(on)
  return told !== null && compareVersions(told, newest.release) >= 0 ? told : await sshdVersion(on)
}

const plainPath = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '')

const textOf = (entry: PathState): string => (entry?.kind === 'file' ? String(entry.text) : '')

/** Asks what options can only be judged by, where these mention it; asked twice, it is one question. */
const askAbout = async (on: Look, options: string): Promise<Pick<KeysSight, 'clock' | 'services'>> => {
  const [clock, services] = await Promise.all([
    EXPIRY.test(options) ? on.ask(questions.clocks()) : null,
    SERVICE.test(options) ? on.read('/etc/services') : undefined,
  ])
  return { clock: secondsOf(clock), services: services === undefined ? null : tcpServices(services ?? '') }
}

/** The names in a services(5) file. */
const tcpServices = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const [name = '', port = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    return /^\d+\/tcp$/.test(port) ? [name, ...aliases] : []
  })

const SERVICE = /permit(open|listen)="([^"]*[:/])?[a-z][^":/\]]*"/i
const EXPIRY = /expiry-time/i

const secondsOf = (answer: Answer | null): number | null => {
  // the first line is the time since the boot
  const seconds = Number.parseInt(answer?.stdout.split('\n')[1] ?? '', 10)
  return Number.isNaN(seconds) ? null : seconds
}

const newestOption = (keys: readonly WantedKey[]): { readonly release: string; readonly option: string } | null => {
  const dated = keys.flatMap(({ options }) => {
    const read = readOptions(options ?? '')
    const since = isBadOptions(read) ? null : sinceRelease(read)
    return since === null ? [] : [since]
  })
  return dated.sort((one, other) => compareVersions(other.release, one.release))[0] ?? null
}

const lookAtFiles = async (
  on: Look,
  about: KeysAbout,
): Promise<{
  readonly files: KeysSight['files']
  readonly home: string
  readonly left: readonly string[]
}> => {
  const { wanted, user, sources, path } = about
  const names = path === null ? sources.files : [path]
  if (names.length === 0) refuse(`sshd reads no file of keys for ${user.name} (${sources.setting})`)
  const isRepaired = wanted.manage_dir && wanted.state === 'present'
  const [home, ...seen] = await Promise.all([
    lookAtHome(on, user),
    ...names.map((name) => lookAtKeyFile(on, { user, path: name, follow: wanted.follow, isRepaired })),
  ])
  const [first, ...rest] = seen
  if (first === undefined || 'link' in first) return refuse(linkText(first))
  await refuseMissingDirectory(on, wanted, first)
  const known = new Map<string, KeyFileSight>([[first.path, first]])
  for (const one of rest) if (!('link' in one) && one.entry?.kind === 'file') known.set(one.path, one)
  const files = [first, ...[...known.values()].slice(1)] as const
  const left = rest.flatMap((one) => ('link' in one && !known.has(one.leadsTo) ? [`left alone: ${linkText(one)}`] : []))
  const led = files.flatMap(({ path: real, ledFrom }) => (ledFrom === null ? [] : [`${ledFrom} leads to ${real}`]))
  const loose = [home, wanted.manage_dir ? null : first.directory].flatMap(looseNote)
  return {
    files,
    home: (home?.path ?? user.home).replace(/\/$/, ''),
    left: [...led, ...left, ...(sources.strictModes === false ? [] : loose)],
  }
}

const looseNote = (one: Found | KeyFileSight['directory']): readonly string[] => {
  const { path, mode = '' } =
    one === null ? { path: '' } : 'entry' in one ? { path: one.path, ...modeOf(one.entry) } : one
  return (Number.parseInt(mode, 8) & 0o022) === 0 || mode === ''
    ? []
    : [`${path} can be written by others (${mode}): sshd may refuse every key in it (StrictModes)`]
}

const modeOf = (entry: PathState): { readonly mode?: string } =>
  entry?.kind === 'directory' && entry.mode !== undefined ? { mode: entry.mode } : {}

const linkText = (one: KeyFileLink | undefined): string =>
  `${one?.link} is a symlink to ${one?.leadsTo} (follow: true manages what it leads to)`

const refuseMissingDirectory = async (on: Look, wanted: KeysWanted, first: KeyFileSight): Promise<void> => {
  const { directory } = first
  if (wanted.state === 'absent' || directory === null || directory.entry?.kind === 'directory') return
  if (!wanted.manage_dir)
    missing({
      kind: 'directory',
      name: directory.path,
      message: `the directory ${directory.path} does not exist, and manage_dir is off`,
    })
  const up = directory.path.slice(0, directory.path.lastIndexOf('/')) || '/'
  const above = await on.file(up, { text: false })
  if (above === null) missing({ kind: 'directory', name: up })
}

/** Refuses keys that this machine's sshd would not take, whatever stands in its files. */
export const checkKeysTaken = (keys: readonly WantedKey[], sight: KeysSight): void => {
  const newest = newestOption(keys)
  if (newest !== null && sight.release !== null && compareVersions(sight.release, newest.release) < 0)
    refuse(
      `sshd ${sight.release} does not know ${newest.option} (from ${newest.release} on): the line would let nobody in`,
    )
  for (const { key, options } of keys) {
    const isWellKnown = isCommonType(key.type) || /^(sk-|ssh-dss$)/.test(key.type)
    const isKnown = sight.types === null ? isWellKnown : sight.types.includes(key.type)
    if (!isKnown) refuse(`invalid key specified: the OpenSSH of this machine knows no ${key.type} keys`)
    const isAuthority = /cert-authority/i.test(options ?? '')
    const why = isAuthority ? null : whyNotTaken(key, sight.sources)
    if (why !== null) refuse(`the key ${key.fingerprint} would let nobody in: ${why}`)
  }
}
