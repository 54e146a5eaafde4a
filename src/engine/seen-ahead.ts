import type { Ahead } from '../contract/machine.ts'
import type { State } from '../contract/state.ts'
import type { BoundParams } from '../playbook/bind.ts'
import type { Task } from '../playbook/shape.ts'

/** What a task wanted to know: of a loop, one of its items. */
export interface Wanted {
  readonly task: Task
  /** the place of the item in its loop; 0 without one */
  readonly index: number
  readonly params: BoundParams
  readonly power: string | null
}

interface Seen extends Wanted {
  readonly ahead: Ahead
  readonly record: Promise<State>
}

/** The records that tasks of one host saw ahead of their turn: each is given once, and only where it still holds. */
export class SeenAhead {
  readonly #all = new Map<Task, Map<number, Seen>>()

  keep(seen: Seen): void {
    const ofTask = this.#all.get(seen.task) ?? new Map<number, Seen>()
    this.#all.set(seen.task, ofTask.set(seen.index, seen))
  }

  /** The record that the machine would answer again, or null. */
  async take(wanted: Wanted): Promise<State | null> {
    const ofTask = this.#all.get(wanted.task)
    const seen = ofTask?.get(wanted.index)
    ofTask?.delete(wanted.index)
    if (seen?.ahead.holds !== true || seen.power !== wanted.power || !isSame(seen.params, wanted.params)) return null
    // a failure counts only where it is met again
    const record = await seen.record.catch(() => null)
    return seen.ahead.holds ? record : null
  }
}

const isSame = (some: BoundParams, others: BoundParams): boolean => {
  if (some === others) return true
  const names = Object.keys(some)
  return names.length === Object.keys(others).length && names.every((name) => Object.is(some[name], others[name]))
}
