import type { Change } from '../contract/outcome.ts'
import { withoutPrivateKeys } from '../contract/secret.ts'
import type { Task } from '../playbook/shape.ts'
import type { Ending } from './converge.ts'
import type { Mode, Result } from './event.ts'
import { evidenceOf } from './evidence.ts'
import { type HostRun, scopeOf } from './host-run.ts'

/** How one item of a task ended; of a task without a loop, the task itself. */
export interface Item {
  readonly ending: Ending
  readonly startedMs: number
  readonly machine?: string
  readonly label?: string
  readonly index?: number
  /** the item itself */
  readonly value?: unknown
}

/** The result that is told of a task, or of one item of its loop. */
export const resultOf = (
  run: HostRun,
  task: Task,
  { ending, startedMs, machine, label, index }: Item,
  about: { readonly handler?: true },
): Result => ({
  host: run.host,
  play: run.play.name,
  playIndex: run.play.index,
  task: titleOf(run, task),
  taskIndex: indexOf(run, task),
  module: task.module.name,
  status: ending.status,
  changes: task.noLog ? ending.changes.map(hiddenChange) : ending.changes,
  message:
    task.noLog && ending.message !== '' ? `${ending.status}: hidden by no_log` : withoutPrivateKeys(ending.message),
  notes: task.noLog ? [] : ending.notes.map(withoutPrivateKeys),
  at: task.at,
  durationMs: Date.now() - startedMs,
  tags: task.tags,
  ...(label === undefined ? {} : { item: itemTitle(task, label), itemIndex: index ?? 0 }),
  ...(about.handler ? { handler: true as const } : {}),
  ...(machine === undefined ? {} : { machine }),
  ...((ending.status === 'failed' || ending.status === 'stuck') && task.ignoreErrors ? { ignored: true as const } : {}),
  ...(task.noLog || !task.diff ? { hidden: true as const } : {}),
  ...aboutJudgement(run.mode, task, ending),
})

/** What an auditor asks about a result beside its outcome. */
const aboutJudgement = (mode: Mode, task: Task, { sight, status, statement, waived }: Ending): Partial<Result> => {
  const isFinding = mode === 'audit' && status !== 'ok' && status !== 'skipped'
  const isShown = sight !== undefined && !task.noLog && (task.control !== null || isFinding)
  return {
    ...(task.control === null ? {} : { control: task.control }),
    ...(isShown ? { evidence: evidenceOf(task.module, sight) } : {}),
    ...(statement === undefined || task.noLog ? {} : { statement }),
    // the value is one of the host, which no_log hides
    ...(waived === undefined ? {} : { waived: task.noLog ? { ...waived, value: null } : waived }),
  }
}

/** A path may hold a secret too. */
const hiddenChange = ({ field }: Change): Change => ({ field, before: '•••', after: '•••' })

/** The label of an item as it is shown. */
export const itemTitle = <Label extends string | null>(task: Task, label: Label): string | Label => {
  if (label === null) return label
  return task.noLog ? '(hidden by no_log)' : withoutPrivateKeys(label)
}

/** The name of a task, with the values of this host where it holds templates; as written where they are not known. */
export const titleOf = (run: HostRun, task: Task): string => {
  if (task.title === null) return task.name
  try {
    return String(task.title.evaluate(scopeOf(run, task, null)))
  } catch {
    return task.name
  }
}

/** The place of a task among those of its play, the handlers behind the tasks. */
export const indexOf = ({ play }: HostRun, task: Task): number => {
  const index = play.tasks.indexOf(task)
  return index >= 0 ? index : play.tasks.length + play.handlers.indexOf(task)
}
