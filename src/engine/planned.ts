import type { Machine, Plan } from '../contract/machine.ts'
import type { PathState, State } from '../contract/state.ts'

/** The prefix of a path on the control node beside a host's. */
export const CONTROL = 'control:'

interface Page {
  readonly files: Map<string, PathState>
  readonly authors: Map<string, string>
  readonly records: Map<string, State>
  readonly tasks: string[]
}

/** What a dry run has planned so far, machine by machine: files, the tasks that planned something, and their records. */
export class Planned {
  readonly #pages = new Map<Machine, Page>()

  #page(machine: Machine): Page {
    const known = this.#pages.get(machine)
    if (known !== undefined) return known
    const page: Page = { files: new Map(), authors: new Map(), records: new Map(), tasks: [] }
    this.#pages.set(machine, page)
    return page
  }

  /** The files that a look of this machine is to see, those of the control node under their prefix. */
  files(machine: Machine, control: Machine | null): Plan {
    const own = this.#page(machine).files
    if (control === null || control === machine) return own
    const theirs = this.#page(control).files
    if (theirs.size === 0) return own
    return new Map([...own, ...[...theirs].map(([path, entry]) => [CONTROL + path, entry] as const)])
  }

  /** The names of the tasks with planned changes on this machine, in order. */
  tasks(machine: Machine): readonly string[] {
    return this.#page(machine).tasks
  }

  /** The task that planned a path on this machine. */
  author(machine: Machine, path: string): string | null {
    return this.#page(machine).authors.get(path) ?? null
  }

  /** The record that the same statement planned before, or null. */
  record(machine: Machine, statement: string): State | null {
    return this.#page(machine).records.get(statement) ?? null
  }

  /** Remembers what a task would do. */
  add(
    machine: Machine,
    control: Machine | null,
    task: string,
    statement: string,
    record: State,
    files: State['files'],
  ): void {
    const page = this.#page(machine)
    page.tasks.push(task)
    page.records.set(statement, record)
    for (const [path, entry] of Object.entries(files ?? {})) {
      const there = path.startsWith(CONTROL) && control !== null
      const target = there ? this.#page(control) : page
      const name = there ? path.slice(CONTROL.length) : path
      target.files.set(name, together(target.files.get(name) ?? null, entry))
      target.authors.set(name, task)
    }
  }
}

/** What is at a path once a wanted entry is written over an earlier planned one: what it leaves out stays. */
const together = (before: PathState, wanted: PathState): PathState =>
  before !== null && wanted !== null && before.kind === wanted.kind ? ({ ...before, ...wanted } as PathState) : wanted

/** A plan with the files of one record laid over it. */
export const withFiles = (plan: Plan, files: State['files']): Plan => {
  const merged = new Map(plan)
  for (const [path, entry] of Object.entries(files ?? {})) merged.set(path, together(merged.get(path) ?? null, entry))
  return merged
}
