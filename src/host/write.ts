import { posix } from 'node:path'
import { textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import type { WriteRequest, Writes } from '../contract/machine.ts'
import type { PathState } from '../contract/state.ts'
import { newMark, type RawAnswer } from './frame.ts'
import type { Frame } from './item.ts'
import { quote } from './quote.ts'
import type { Runner } from './runner.ts'
import { writeAsk } from './write-ask.ts'
import { FOLLOWS } from './write-library.ts'
import { STALE } from './write-place.ts'
import {
  type Ownership,
  ownership,
  type Task,
  WRITE_LIBRARIES,
  type WriteScript,
  writersScript,
} from './write-script.ts'

const WRITE_MS = 120_000

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
    runner.isRoot(task.power) && runner.withinRoot(task.as, '', WRITE_LIBRARIES) !== null
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
  let given: readonly [Task, ...Task[]] = [first, ...tasks.slice(1)]
  if (first.rootLeads) {
    const refused = await chown(runner, first.path, spec(ownership(first.wanted)))
    if (refused !== null) return ended(0, refused)
    given = [{ ...first, found: withoutOwner(first.found) }, ...tasks.slice(1)]
  }
  const mark = newMark()
  const script = writersScript(runner, given, mark)
  const { code, stdout, stderr } = await run(runner, script, given, writeAsk(runner, given, script, mark))
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
  written: WriteScript,
  tasks: readonly { path: string }[],
  ask: Pick<Frame, 'ask' | 'forUser'> = {},
): Promise<RawAnswer> =>
  runner.run(written.as, {
    script: written.script,
    libraries: written.libraries,
    ...ask,
    timeoutMs: WRITE_MS * tasks.length,
    again: false,
    anywhere: true,
    shown: `write ${tasks.map(({ path }) => path).join(', ')}`,
  })

const chown = async (runner: Runner, path: string, owner: string): Promise<HostError | null> => {
  const script = () => `k_dir=${quote(posix.dirname(path))}; k_chown ${quote(owner)} ${quote(posix.basename(path))}`
  const answer = await run(runner, { as: 'root', script, libraries: WRITE_LIBRARIES }, [{ path }])
  return answer.code === 0 ? null : cannotWrite(path, 'root', textOf(answer.stderr))
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
