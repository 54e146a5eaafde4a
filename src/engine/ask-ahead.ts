import type { Ahead, Machine } from '../contract/machine.ts'
import type { State } from '../contract/state.ts'
import { bindParams, evaluateConditions, loopItems } from '../playbook/bind.ts'
import type { Task } from '../playbook/shape.ts'
import { type HostRun, scopeOf } from './host-run.ts'
import { powerOf } from './power.ts'

/** Asks, in one flight, what all tasks will want to know whose parameters are known already, and keeps what they saw. */
export const lookAhead = async (run: HostRun, machine: Machine): Promise<void> => {
  const { parts, play } = run
  const asked = new Set<Task>()
  const all = [...run.tasks, ...standing(run)]
  const ask = (): void => {
    for (const task of all) if (!asked.has(task) && askAhead(run, machine, task)) asked.add(task)
  }
  ask()
  if (!play.gatherFacts || play.mentionedFacts.length === 0) return
  run.facts = await parts.gatherFacts(machine.look({ power: null }), play.mentionedFacts)
  ask()
}

/**
 * Whose powers the first question to a host will need; null for the login user's own, and where that is not sure: what
 * sudo does leaves traces, so that it is never started on a guess.
 */
export const firstPower = (run: HostRun): string | null => {
  try {
    for (const task of run.tasks) {
      if (task.flush || task.delegateTo !== null || task.module.outside === true) continue
      const [item] = itemsOf(run, task)
      if (item === undefined) continue
      const scope = scopeOf(run, task, item)
      if (!evaluateConditions(task.when, scope)) continue
      // a dry run asks nothing about what is done without a look
      if (run.mode !== 'run' && task.module.isAct?.(bindParams(task, scope) as never)) continue
      return powerOf(run, task, run.host, scope)
    }
  } catch {
    // not known yet: it counts at the task's turn
  }
  return null
}

/** A task, or an item of its loop, and the tasks behind it. */
export interface Place {
  readonly task: Task
  /** of the item in its loop; 0 without one */
  readonly index: number
  readonly next: readonly Task[]
}

/** Asks what comes behind one will want to know: the next item of its loop, or the next task. */
export const askBehind = (run: HostRun, machine: Machine, { task, index, next }: Place): void => {
  if (index + 1 < itemsOf(run, task).length) askAhead(run, machine, task, { from: index + 1, to: index + 2 })
  else askNext(run, machine, next)
}

/** Asks what the next task will want to know, as far as a change that is under way made it forgotten. */
const askNext = (run: HostRun, machine: Machine, next: readonly Task[]): void => {
  for (const task of next) {
    if (task.flush) break
    if (!isOpen(run, task)) continue
    askAhead(run, machine, task)
    return
  }
  for (const handler of standing(run)) askAhead(run, machine, handler)
}

const standing = (run: HostRun): readonly Task[] =>
  run.play.handlers.filter((handler) => handler.module.standing === true)

/** Says whether a task may run on this host, as far as that is known by now. */
const isOpen = (run: HostRun, task: Task): boolean => {
  if (task.loop !== null) return true
  try {
    return evaluateConditions(task.when, scopeOf(run, task, null))
  } catch {
    return true
  }
}

// a loop of thousands is not asked for at once
const MOST_ITEMS = 50

/** Says whether all of it could be asked for: of a loop, the items from one place to another. */
const askAhead = (
  run: HostRun,
  machine: Machine,
  task: Task,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: MOST_ITEMS },
): boolean => {
  if (task.delegateTo !== null || task.flush) return false
  try {
    for (const item of itemsOf(run, task).slice(from, to)) {
      const scope = scopeOf(run, task, item)
      const params = bindParams(task, scope)
      const power = powerOf(run, task, run.host, scope)
      const ahead: Ahead = {}
      const look = machine.look({ power, hidden: task.noLog, ahead })
      const record = task.module.probe(look, params as never) as Promise<State>
      record.catch(() => {})
      run.seen.keep({ task, index: item?.index ?? 0, params, power, ahead, record })
    }
    return true
  } catch {
    // not known yet: it counts at the task's turn
    return false
  }
}

/** An item of a task's loop. */
export interface LoopItem {
  readonly value: unknown
  readonly index: number
}

/** The items of a task's loop; null alone without one. */
export const itemsOf = (run: HostRun, task: Task): readonly (LoopItem | null)[] =>
  task.loop === null ? [null] : loopItems(task, scopeOf(run, task, null)).map((value, index) => ({ value, index }))
