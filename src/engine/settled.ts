import type { Change } from '../contract/outcome.ts'
import type { Task } from '../playbook/shape.ts'
import type { Ending } from './statement.ts'

/** How tasks of one host ended that were converged with an earlier one, and whose turn is still to come: of a loop, its items. */
export class Settled {
  readonly #all = new Map<Task, Map<number, Ending>>()
  readonly #begun = new Map<Task, Map<number, readonly Change[]>>()

  /** Says whether all that was converged had its turn. */
  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** @param index of the item in its loop; 0 without one */
  put(task: Task, index: number, ending: Ending): void {
    this.#all.set(task, (this.#all.get(task) ?? new Map<number, Ending>()).set(index, ending))
  }

  /** Gives an ending once; null where the task, or the item, is still to be converged. */
  take(task: Task, index: number): Ending | null {
    const ofTask = this.#all.get(task)
    const ending = ofTask?.get(index) ?? null
    ofTask?.delete(index)
    if (ofTask?.size === 0) this.#all.delete(task)
    return ending
  }

  /** Keeps what was changed for one whose turn is still to come. */
  begin(task: Task, index: number, changes: readonly Change[]): void {
    this.#begun.set(task, (this.#begun.get(task) ?? new Map<number, readonly Change[]>()).set(index, changes))
  }

  /** What was changed for one before its turn. */
  begun(task: Task, index: number): readonly Change[] | null {
    return this.#begun.get(task)?.get(index) ?? null
  }
}
