import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { bytesOf, textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { WriteRequest, Written } from '../contract/machine.ts'
import type { PathState } from '../contract/state.ts'
import type { RawAnswer } from './frame.ts'
import { quote, textScript } from './quote.ts'
import type { Runner } from './runner.ts'
import { STALE, WRITE } from './write-library.ts'

const WRITE_MS = 120_000

/** Writes one file of a machine, if what is there is still what was found. */
export const writeFile = async (
  runner: Runner,
  user: string,
  request: WriteRequest,
): Promise<Omit<Written, 'inOrder'>> => {
  const as = request.wanted?.as ?? request.power
  const writer = as ?? user
  // a user's own file may have to be given to somebody else: only root can, where the task has root's powers
  const rootFollows = !runner.isRoot(as) && runner.isRoot(request.power)
  const wanted = ownership(request.wanted)
  const before = ownership(request.found)

  let found = request.found
  if (rootFollows && differs(before, wanted)) {
    await chown(runner, request.path, spec(wanted))
    found = withoutOwner(request.found)
  }
  const answer = await run(runner, as, writeScript({ ...request, found }, rootFollows), request.path)
  if (answer.code === STALE) return { how: 'stale' }
  if (answer.code !== 0) throw cannotWrite(request.path, writer, textOf(answer.stderr))

  const said = textOf(answer.stdout)
  const kept = /^owner (\d+:\d+)$/m.exec(said)?.[1]
  const still = found === null && wanted.owner !== undefined && wanted.owner !== writer
  const rest =
    kept === undefined
      ? still || (rootFollows && wanted.group !== undefined)
        ? spec(wanted)
        : ''
      : merged(kept, wanted)
  if (rootFollows && rest !== '' && request.wanted !== null && request.wanted.kind !== 'absent')
    await chown(runner, request.path, rest)
  return /^only mode and owner$/m.test(said) ? { how: 'written', note: PLAIN_TOOLS } : { how: 'written' }
}

const PLAIN_TOOLS = 'only mode and owner are kept here: its tools know no ACLs, extended attributes or labels'

interface Ownership {
  readonly owner?: string
  readonly group?: string
}

const ownership = (state: PathState): Ownership => (state === null || state.kind === 'absent' ? {} : state)

const differs = (before: Ownership, wanted: Ownership): boolean =>
  (before.owner !== undefined && wanted.owner !== undefined && before.owner !== wanted.owner) ||
  (before.group !== undefined && wanted.group !== undefined && before.group !== wanted.group)

const spec = ({ owner, group }: Ownership): string => `${owner ?? ''}${group === undefined ? '' : `:${group}`}`

const merged = (kept: string, { owner, group }: Ownership): string => {
  const [uid = '', gid = ''] = kept.split(':')
  return `${owner ?? uid}:${group ?? gid}`
}

const withoutOwner = (state: PathState): PathState => {
  if (state === null || state.kind === 'absent') return state
  const { owner: _owner, group: _group, ...rest } = state
  return rest
}

const run = (runner: Runner, as: string | null, script: string, path: string): Promise<RawAnswer> =>
  runner.run(as, {
    script,
    libraries: [WRITE],
    timeoutMs: WRITE_MS,
    again: false,
    anywhere: true,
    shown: `write ${path}`,
  })

const chown = async (runner: Runner, path: string, owner: string): Promise<void> => {
  const script = `k_dir=${quote(posix.dirname(path))}; k_chown ${quote(owner)} ${quote(posix.basename(path))}`
  const answer = await run(runner, 'root', script, path)
  if (answer.code !== 0) throw cannotWrite(path, 'root', textOf(answer.stderr))
}

const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A mode as `stat -c %a` prints it. */
const plainMode = (mode: string | undefined): string => mode?.replace(/^0+(?=.)/, '') ?? ''

const writeScript = ({ path, found, wanted }: WriteRequest, rootFollows: boolean): string => {
  const bytes = wanted?.kind === 'file' && wanted.text !== undefined ? bytesOf(known(wanted.text, path)) : null
  const foundText = found?.kind === 'file' && found.text !== undefined && found.text !== LATER ? found.text : null
  const variables: Record<string, string> = {
    dir: posix.dirname(path),
    name: posix.basename(path),
    found: found?.kind ?? 'absent',
    found_owner: ownership(found).owner ?? '',
    found_group: ownership(found).group ?? '',
    found_mode: plainMode(found === null || !('mode' in found) ? undefined : found.mode),
    found_sum: foundText === null ? '' : sum(bytesOf(foundText)),
    found_target: found?.kind === 'link' ? found.target : '',
    want: wanted?.kind ?? 'absent',
    owner: ownership(wanted).owner ?? '',
    group: ownership(wanted).group ?? '',
    mode: plainMode(wanted === null || !('mode' in wanted) ? undefined : wanted.mode),
    target: wanted?.kind === 'link' ? wanted.target : '',
    text: bytes === null ? '' : '1',
    sum: bytes === null ? '' : sum(bytes),
    root_follows: rootFollows ? '1' : '',
    random: randomBytes(6).toString('hex'),
  }
  const set = Object.entries(variables).map(([name, value]) => `k_${name}=${quote(value)}`)
  const write = bytes === null ? '(k_write)' : `${textScript(textOf(bytes), bytes)} | k_write`
  return `${set.join(' ')}; ${write}`
}

const known = (text: string | typeof LATER, path: string): string => {
  if (text === LATER) throw new Error(`the text of ${path} is not known yet and cannot be written`)
  return text
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, 'no space left on device'],
  [/disk quota exceeded/i, 'disk quota exceeded'],
  [/read-only file system/i, 'the file system is read-only'],
  [/permission denied/i, 'permission denied'],
  [/directory not empty/i, 'the directory is not empty'],
  [/^no directory: .*(?:no such file|not a directory)/im, 'its directory does not exist'],
]

const cannotWrite = (path: string, user: string, words: string): HostError => {
  const last = words.trim().split('\n').at(-1)?.trim() ?? ''
  const reason = REASONS.find(([pattern]) => pattern.test(words))?.[1] ?? (last === '' ? 'no reason given' : last)
  return new HostError(`${user} cannot write ${path}: ${reason}`)
}
