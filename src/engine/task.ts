import { HostError, UserError } from '../contract/errors.ts'
import type { Status } from '../contract/outcome.ts'
import { Waiting } from '../contract/signals.ts'
import { evaluateConditions, itemLabel } from '../playbook/bind.ts'
import type { Scope, Task } from '../playbook/shape.ts'
import { itemsOf, type LoopItem } from './ask-ahead.ts'
import { converge, type Ending, unknownRecord } from './converge.ts'
import type { Mode } from './event.ts'
import { type HostRun, scopeOf } from './host-run.ts'
import { isChange, registeredBy, registerOf } from './register.ts'
import { type Item, indexOf, resultOf, titleOf } from './result.ts'
import { type AboutStatement, statementOf } from './statement-of.ts'

/** How a task ended on a host, all items of its loop together. */
export interface TaskEnd {
  readonly status: Status
  /** a failure that ends the host's play: neither ignored nor rescued */
  readonly fatal: boolean
  readonly changed: boolean
}

/** How a task is run; `next` are those that come behind it. */
export interface About {
  readonly handler?: true
  readonly silentIfMissing?: boolean
  readonly next?: readonly Task[]
}

/** Runs one task on one host, tells how it ended, and keeps what it registers. */
export const runTask = async (run: HostRun, task: Task, about: About = {}): Promise<TaskEnd> => {
  const { parts, host, play } = run
  parts.tell({
    kind: 'task started',
    host,
    playIndex: play.index,
    taskIndex: indexOf(run, task),
    task: titleOf(run, task),
    module: task.module.name,
  })
  const ends: Item[] = []
  const { items, failed } = itemsToRun(run, task)
  if (failed !== null) return tellAll(run, task, [failed], about)
  if (items.length === 0) return tellAll(run, task, [skippedItem('nothing to loop over')], about)
  for (const item of items) {
    if (parts.interrupt.requested && ends.length > 0 && run.settled.isEmpty) break
    // behind a failed item no task comes
    const next = ends.some(hasFailed) ? [] : (about.next ?? [])
    ends.push(await runItem(run, task, item, next))
  }
  return tellAll(run, task, ends, about)
}

const hasFailed = ({ ending }: Item): boolean => /^(?:failed|stuck|unreachable)$/.test(ending.status)

interface ItemsToRun {
  readonly items: readonly (LoopItem | null)[]
  readonly failed: Item | null
}

const itemsToRun = (run: HostRun, task: Task): ItemsToRun => {
  try {
    return { items: itemsOf(run, task), failed: null }
  } catch (error) {
    return { items: [], failed: { ending: endingOfBinding(error, task, run.mode), startedMs: Date.now() } }
  }
}

const skippedItem = (message: string): Item => ({
  ending: { status: 'skipped', changes: [], notes: [], message, record: {} },
  startedMs: Date.now(),
})

const runItem = async (run: HostRun, task: Task, item: LoopItem | null, next: readonly Task[]): Promise<Item> => {
  const startedMs = Date.now()
  const scope = scopeOf(run, task, item)
  let about: { label?: string; index?: number; value?: unknown } = item ?? {}
  try {
    if (item !== null) about = { ...item, label: itemLabel(task, scope) }
    if (!evaluateConditions(task.when, scope))
      return { ...skippedItem('its "when" does not hold'), startedMs, ...about }
    return {
      startedMs,
      ...about,
      ...(await bound(run, task, scope, { label: about.label ?? null, index: item?.index ?? 0, next })),
    }
  } catch (error) {
    return { ending: endingOfBinding(error, task, run.mode), startedMs, ...about }
  }
}

const bound = async (
  run: HostRun,
  task: Task,
  scope: Scope,
  about: Omit<AboutStatement, 'target'>,
): Promise<{ ending: Ending; machine?: string }> => {
  const delegate = task.delegateTo === null ? null : String(task.delegateTo.evaluate(scope))
  const mode: Mode = task.checkMode === null ? run.mode : task.checkMode ? 'check' : 'run'
  const target = delegate ?? run.host
  const statement = await statementOf(run, task, scope, { ...about, target })
  const { machine } = statement
  const ending = await run.machines.alone([machine], () => converge(statement, mode, run.planned))
  const really = mode === 'run' && run.mode !== 'run' ? ['done for real: check_mode is false'] : []
  const end = judged({ ...ending, notes: [...ending.notes, ...really] }, task, mode, scope)
  return { ending: end, ...(delegate === null ? {} : { machine: target }) }
}

/** `failed_when` and `changed_when` of an act, judged by its own record. */
const judged = (ending: Ending, task: Task, mode: Mode, scope: Scope): Ending => {
  if (mode !== 'run' || (ending.status !== 'changed' && ending.status !== 'failed')) return ending
  const own = withRegister(scope, task, registerOf(ending))
  if (task.failedWhen !== null) {
    if (evaluateConditions(task.failedWhen, own))
      return { ...ending, status: 'failed', message: ending.message || 'its "failed_when" holds' }
    if (ending.status === 'failed' && typeof ending.record.rc === 'number')
      return judged({ ...ending, status: 'changed' }, { ...task, failedWhen: null }, mode, scope)
  }
  if (ending.status === 'changed' && task.changedWhen !== null && !evaluateConditions(task.changedWhen, own))
    return { ...ending, status: 'ok', changes: [] }
  return ending
}

const withRegister = (scope: Scope, task: Task, record: unknown): Scope => ({
  lookup: (name) => (name === (task.register ?? 'result') ? record : scope.lookup(name)),
})

const endingOfBinding = (error: unknown, task: Task, mode: Mode): Ending => {
  const rest = { changes: [], notes: [] as readonly string[] }
  if (error instanceof Waiting) {
    const status = mode === 'run' ? 'failed' : 'waiting'
    return { ...rest, status, message: error.message, record: unknownRecord(task.module) }
  }
  if (error instanceof UserError) {
    const message = error.mistakes
      .map((one) =>
        [
          one.at ? `${one.at.file}:${one.at.line}:${one.at.column}: ` : '',
          one.message,
          one.hint ? ` (hint: ${one.hint})` : '',
        ].join(''),
      )
      .join('\n')
    return { ...rest, status: 'failed', message, record: {} }
  }
  if (error instanceof HostError) {
    return {
      ...rest,
      status: error.unreachable ? 'unreachable' : 'failed',
      message: error.hint ? `${error.message} (${error.hint})` : error.message,
      record: {},
    }
  }
  throw error
}

const tellAll = (run: HostRun, task: Task, items: readonly Item[], about: About): TaskEnd => {
  if (about.silentIfMissing && items.every((item) => item.ending.missing !== undefined))
    return { status: 'skipped', fatal: false, changed: false }
  for (const item of items) run.parts.tell({ kind: 'task ended', result: resultOf(run, task, item, about) })
  if (task.register !== null) run.registers.set(task.register, registeredBy(task, items))
  const status = worst(items.map((item) => item.ending.status))
  return {
    status,
    fatal: status === 'unreachable' || ((status === 'failed' || status === 'stuck') && !task.ignoreErrors),
    changed: items.some(({ ending }) => isChange(ending)),
  }
}

const ORDER = ['unreachable', 'failed', 'stuck', 'changed', 'drift', 'waiting', 'waived', 'ok', 'skipped'] as const

/** The status of a loop, or of a host: the one that counts most. */
export const worst = <One extends (typeof ORDER)[number]>(statuses: readonly One[]): One | 'skipped' =>
  ORDER.find((status): status is One => (statuses as readonly string[]).includes(status)) ?? 'skipped'
