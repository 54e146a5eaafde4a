import { posix } from 'node:path'
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
import { type KeyFileLink, type KeyFileSight, lookAtKeyFile } from './key-files.ts'
import { loginKeyFiles, reachNotes, realPaths } from './key-reach.ts'
import { type AskedKeySources, askKeySources } from './key-sources.ts'
import { compareVersions } from './keywords.ts'

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
  const isRoot = on.connection.power === 'root'
  const [user, sourcesOf, path, types, release, state, loginFiles] = await Promise.all([
    on.user(wanted.user),
    askKeySources(on, wanted.user),
    wanted.path === undefined ? null : on.expand(wanted.path).then(plainPath),
    isRare ? on.ask(questions.keyTypes()) : null,
    newestOption(wanted.keys) === null ? null : sshdVersion(on),
    isRoot && wanted.state === 'present' ? on.ask(questions.accountState(wanted.user)) : null,
    mayLose ? loginKeyFiles(on, wanted.user) : [],
    askAbout(on, options),
  ])
  if (user === null)
    return missing({
      kind: 'user',
      name: wanted.user,
      message: `Failed to lookup user ${wanted.user}: user "${wanted.user}" does not exist`,
    })
  const sources = sourcesOf(user)
  const isLogin = on.connection.user === user.name
  const [{ files, home, left }, read, login, admission] = await Promise.all([
    lookAtFiles(on, { wanted, user, sources, path }),
    path === null ? sources.files : realPaths(on, sources.files),
    realPaths(on, loginFiles),
    state === null ? [] : admissionNotes(on, { user, keys: wanted.keys, said: sources.said, state }),
  ])
  const only = path === null ? null : files[0].path
  const isRead = only === null || read.includes(only)
  const isOwn = isLogin ? isRead : files.some((one) => login.includes(one.path))
  const { clock, services } = await askAbout(on, [options, ...files.map(({ entry }) => textOf(entry))].join('\n'))
  return {
    ...{ user, home, files, sources, clock, services, release },
    ownKey: isOwn ? on.connection.key : null,
    ownAddress: isOwn && on.connection.key !== null ? on.connection.from : null,
    types: types === null || types.code !== 0 ? null : types.stdout.split(/\s+/).filter((type) => type !== ''),
    notes: [...left, ...(isRead ? admission : []), ...reachNotes({ user, sources, only, read, isAll })],
  }
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
  about: {
    readonly wanted: KeysWanted
    readonly user: User
    readonly sources: AskedKeySources
    readonly path: string | null
  },
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
    on.file(user.home, { text: false }),
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
    const isKnown = sight.types === null ? isWellKnown(key.type) : sight.types.includes(key.type)
    if (!isKnown) refuse(`invalid key specified: the OpenSSH of this machine knows no ${key.type} keys`)
    const isAuthority = /cert-authority/i.test(options ?? '')
    const why = isAuthority ? null : whyNotTaken(key, sight.sources)
    if (why !== null) refuse(`the key ${key.fingerprint} would let nobody in: ${why}`)
  }
}

const isWellKnown = (type: string): boolean => isCommonType(type) || /^(sk-|ssh-dss$)/.test(type)
