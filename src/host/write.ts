import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { bytesOf, textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { WriteRequest, Writes } from '../contract/machine.ts'
import type { PathState } from '../contract/state.ts'
import { newMark, type RawAnswer } from './frame.ts'
import { quote, textScript } from './quote.ts'
import type { Runner } from './runner.ts'
import { KEEP } from './write-keep.ts'
import { FOLLOWS, WRITE } from './write-library.ts'
import { PLACE, STALE } from './write-place.ts'

const WRITE_MS = 120_000
const LIBRARIES = [PLACE, KEEP, WRITE]

/**
 * Writes files of a machine one after the other, each if what is there is still what was found; the first that is not
 * written ends it. Those that need the same powers go out together, in one round trip.
 */
export const writeFiles = async (runner: Runner, user: string, requests: readonly WriteRequest[]): Promise<Written> => {
  const notes: string[] = []
  let done = 0
  while (done < requests.length) {
    const batch = together(runner, user, requests.slice(done))
    let part: Written
    try {
      part = await writeBatch(runner, batch)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      return { written: done, unsure: batch.length, stopped: error, notes }
    }
    done += part.written
    notes.push(...part.notes)
    if (part.stopped !== null) return { ...part, written: done, notes }
  }
  return { written: done, unsure: 0, stopped: null, notes }
}

type Written = Omit<Writes, 'inOrder'>

/** One file to write, and who does it. */
interface Task extends WriteRequest {
  /** whose powers write it */
  readonly as: string | null
  readonly writer: string
  /** a user's own file may have to be given to somebody else: only root can, where the task has root's powers */
  readonly rootFollows: boolean
  /** root gives it to its new owner before the user writes it */
  readonly rootLeads: boolean
}

const taskOf = (runner: Runner, user: string, request: WriteRequest): Task => {
  const as = request.wanted?.as ?? request.power
  const rootFollows = !runner.isRoot(as) && runner.isRoot(request.power)
  const rootLeads = rootFollows && differs(ownership(request.found), ownership(request.wanted))
  return { ...request, as, writer: as ?? user, rootFollows, rootLeads }
}

/** The requests from the first on that can be made in one frame: root's has parts with the powers of users. */
const together = (runner: Runner, user: string, requests: readonly WriteRequest[]): readonly Task[] => {
  const tasks = requests.map((request) => taskOf(runner, user, request))
  const isWithin = (task: Task): boolean =>
    runner.isRoot(task.power) && runner.withinRoot(task.as, '', LIBRARIES) !== null
  const ends = [
    tasks.findIndex((task, index) => index > 0 && (task.as !== tasks[0]?.as || task.rootLeads)),
    tasks.findIndex((task, index) => !isWithin(task) || (index > 0 && task.rootLeads)),
  ].map((end) => (end < 0 ? tasks.length : end))
  return tasks.slice(0, Math.max(...ends))
}

const writeBatch = async (runner: Runner, tasks: readonly Task[]): Promise<Written> => {
  const [first] = tasks
  const ended = (written: number, stopped: Written['stopped'] = null, unsure = 0): Written => {
    return { written, stopped, unsure, notes }
  }
  let notes: readonly string[] = []
  if (first === undefined) return ended(0)
  let given = tasks
  if (first.rootLeads) {
    const refused = await chown(runner, first.path, spec(ownership(first.wanted)))
    if (refused !== null) return ended(0, refused)
    given = [{ ...first, found: withoutOwner(first.found) }, ...tasks.slice(1)]
  }
  const mark = newMark()
  const isMixed = given.some(({ as }) => as !== first.as)
  const scripts = given.map((task) => {
    const script = writeScript(task)
    return isMixed ? (runner.withinRoot(task.as, script, LIBRARIES) ?? script) : script
  })
  const { code, stdout, stderr } = await run(runner, isMixed ? 'root' : first.as, batchScript(scripts, mark), given)
  const said = textOf(stdout).split(mark)
  const written = said.length - 1
  const last = given[written] ?? first
  notes = said.some((text) => /^only mode and owner$/m.test(text)) ? [PLAIN_TOOLS] : []
  if (code === STALE) return ended(written, 'stale')
  if (code === FOLLOWS) {
    const refused = await follow(runner, last, said.at(-1) ?? '')
    return refused === null ? ended(written + 1) : ended(written, refused, 1)
  }
  const words = textOf(stderr).split(mark).at(-1) ?? ''
  return code === 0 ? ended(written + 1) : ended(written, cannotWrite(last.path, last.writer, words))
}

/** Gives a file that a user wrote to whom it is to belong; says why it could not. */
const follow = (runner: Runner, { path, wanted }: Task, said: string): Promise<HostError | null> => {
  const kept = /^owner (\d+:\d+)$/m.exec(said)?.[1]
  return chown(runner, path, kept === undefined ? spec(ownership(wanted)) : merged(kept, ownership(wanted)))
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

const run = (
  runner: Runner,
  as: string | null,
  script: string,
  tasks: readonly { path: string }[],
): Promise<RawAnswer> => {
  const shown = `write ${tasks.map(({ path }) => path).join(', ')}`
  return runner.run(as, {
    script,
    libraries: LIBRARIES,
    timeoutMs: WRITE_MS * tasks.length,
    again: false,
    anywhere: true,
    shown,
  })
}

const chown = async (runner: Runner, path: string, owner: string): Promise<HostError | null> => {
  const script = `k_dir=${quote(posix.dirname(path))}; k_chown ${quote(owner)} ${quote(posix.basename(path))}`
  const answer = await run(runner, 'root', script, [{ path }])
  return answer.code === 0 ? null : cannotWrite(path, 'root', textOf(answer.stderr))
}

const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A mode as `stat -c %a` prints it. */
const plainMode = (mode: string | undefined): string => mode?.replace(/^0+(?=.)/, '') ?? ''

/** All but the last in a subshell each, since each ends its shell where it fails. */
const batchScript = (scripts: readonly string[], mark: string): string => {
  const earlier = scripts.slice(0, -1).map((script) => `(${script}); k_next $?\n`)
  return `${earlier.length === 0 ? '' : `k_mark=${mark}\n`}${earlier.join('')}${scripts.at(-1)}`
}

const writeScript = ({ path, found, wanted, rootFollows }: Task): string => {
  const text = wanted?.kind === 'file' ? wanted.text : undefined
  const isNew = found === null || found.kind === 'absent'
  const bytes = text === undefined ? Buffer.alloc(0) : bytesOf(known(text, path))
  const foundText = found?.kind === 'file' && found.text !== undefined && found.text !== LATER ? found.text : null
  const { owner = '', group = '' } = ownership(wanted)
  const mode = plainMode(wanted === null || !('mode' in wanted) ? undefined : wanted.mode)
  const firstMode = isNew && wanted?.kind === 'file' && owner === '' && group === '' ? creatable(mode || '644') : null
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
    owner,
    group,
    mode,
    new_mode: firstMode ?? '600',
    umask: (0o777 & ~Number.parseInt(firstMode ?? '600', 8)).toString(8),
    target: wanted?.kind === 'link' ? wanted.target : '',
    text: text === undefined ? '' : '1',
    sum: sum(bytes),
    root_follows: rootFollows ? '1' : '',
    random: randomBytes(12).toString('hex'),
  }
  const set = Object.entries(variables).map(([name, value]) => `k_${name}=${quote(value)}`)
  const put = text === undefined ? ':' : textScript(textOf(bytes), bytes)
  return `${set.join(' ')}\nk_put() { ${put}; }\nk_write`
}

/** A mode that a file can have from the moment it is made: a shell makes none that can be run. */
const creatable = (mode: string): string | null => (/^[46][0246]{2}$/.test(mode) ? mode : null)

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
