import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { bytesOf, textOf } from '../contract/bytes.ts'
import { LATER } from '../contract/later.ts'
import type { WriteRequest } from '../contract/machine.ts'
import type { PathState } from '../contract/state.ts'
import type { Library } from './library.ts'
import { quote, textScript } from './quote.ts'
import type { Runner } from './runner.ts'
import { KEEP } from './write-keep.ts'
import { WRITE } from './write-library.ts'
import { PLACE } from './write-place.ts'
import { MOST_IN_ROW, ROW } from './write-row.ts'

/** One file to write, and who does it. */
export interface Task extends WriteRequest {
  /** whose powers write it */
  readonly as: string | null
  readonly writer: string
  /** a user's own file may have to be given to somebody else: only root can, where the task has root's powers */
  readonly rootFollows: boolean
  /** root gives it to its new owner before the user writes it */
  readonly rootLeads: boolean
}

/** To whom a path belongs, as far as that is said. */
export interface Ownership {
  readonly owner?: string
  readonly group?: string
}

/** The owner and group of what is at a path. */
export const ownership = (state: PathState): Ownership => (state === null || state.kind === 'absent' ? {} : state)

const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A mode as `stat -c %a` prints it. */
export const plainMode = (mode: string | undefined): string => mode?.replace(/^0+(?=.)/, '') ?? ''

/** A script that writes files, and whose powers it needs. */
export interface WriteScript {
  readonly as: string | null
  script(): string
  readonly libraries: readonly Library[]
}

/** What every script that writes needs. */
export const WRITE_LIBRARIES: readonly Library[] = [PLACE, KEEP, WRITE]

/**
 * Writes what writes files one after the other, each writer's with his powers; it puts out the mark behind each file but
 * the last one. Root's script has those of users within.
 */
export const writersScript = (runner: Runner, tasks: readonly [Task, ...Task[]], mark: string): WriteScript => {
  const [first] = tasks
  for (const { path, wanted } of tasks)
    if (wanted?.kind === 'file' && wanted.text !== undefined) known(wanted.text, path)
  const stretches = stretchesOf(tasks, (task, before) => task.as === before.as)
  const libraries = stretches.some(({ length }) => length > 1) ? [...WRITE_LIBRARIES, ROW] : WRITE_LIBRARIES
  const isMixed = stretches.length > 1
  const script = (): string => {
    if (tasks.length === 1) return `${variablesScript(first)}\nk_write`
    const scripts = stretches.map((own) => {
      const one = writerScript(own, mark)
      return isMixed ? (runner.withinRoot(own[0].as, one, libraries) ?? one) : one
    })
    const earlier = scripts.slice(0, -1).map((one) => `(${one}); k_next $?\n`)
    // what a user may have put in the place of his directory is opened only where it is one
    const directories = [...new Set(tasks.map(({ path }) => `${posix.dirname(path)}/.`))].map(quote).join(' ')
    // once for all, however it ends
    const synced = `trap ${quote(`sync -- ${directories} 2>/dev/null`)} EXIT\n`
    return `k_mark=${mark}\n${synced}${earlier.join('')}(${scripts.at(-1)})`
  }
  return { as: isMixed ? 'root' : first.as, script, libraries }
}

/** One writer's files: neighbours that may be plain are written together. */
const writerScript = (tasks: readonly [Task, ...Task[]], mark: string): string => {
  const head = `k_mark=${mark} k_total=${tasks.length} k_unsynced=1`
  if (tasks.length === 1) return `${head}\n${variablesScript(tasks[0])}\nk_write`
  const each = tasks.map((task, index) => `k_${index + 1}() {\n${variablesScript(task)}\n}\n`)
  let last = 0
  const calls = stretchesOf(
    tasks,
    (task, before, length) => length < MOST_IN_ROW && isPlain(task) && isPlain(before),
  ).map(({ length }) => {
    last += length
    return `${length > 1 ? 'k_together' : 'k_each'} ${last - length + 1} ${last}\n`
  })
  return `${head}\n${each.join('')}${calls.join('')}`
}

const isPlain = ({ found, wanted }: Task): boolean =>
  wanted?.kind === 'file' && wanted.text !== undefined && (found === null || /^(?:file|absent)$/.test(found.kind))

/** Neighbours that belong together. */
const stretchesOf = (
  tasks: readonly Task[],
  belongs: (task: Task, before: Task, length: number) => boolean,
): readonly [Task, ...Task[]][] => {
  const stretches: [Task, ...Task[]][] = []
  for (const task of tasks) {
    const stretch = stretches.at(-1)
    const before = stretch?.at(-1)
    if (stretch !== undefined && before !== undefined && belongs(task, before, stretch.length)) stretch.push(task)
    else stretches.push([task])
  }
  return stretches
}

/** Sets what one file's write is about. */
const variablesScript = ({ path, found, wanted, rootFollows }: Task): string => {
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
  return `${set.join(' ')}\nk_put() { ${put}; }`
}

/** A mode that a file can have from the moment it is made: a shell makes none that can be run. */
const creatable = (mode: string): string | null => (/^[46][0246]{2}$/.test(mode) ? mode : null)

const known = (text: string | typeof LATER, path: string): string => {
  if (text === LATER) throw new Error(`the text of ${path} is not known yet and cannot be written`)
  return text
}
