/** How a task ended on a host. `rescued` and `ignored` are marks on a failure, not outcomes. */
export type Status = 'ok' | 'changed' | 'drift' | 'stuck' | 'failed' | 'unreachable' | 'skipped' | 'waiting'

/** One differing field. `path` where it is a file's; `diff` is a unified diff, for text; `later`: `after` is known after the run only. */
export interface Change {
  readonly field: string
  readonly path?: string
  readonly before: ChangeValue
  readonly after: ChangeValue
  readonly diff?: string
  readonly later?: true
}

/** A value as the report shows it: a text is its `sha256:…`, a list stays one. */
export type ChangeValue = string | number | boolean | null | readonly string[]

/** How one task ended on one host (of a loop: for one item). */
export interface Outcome {
  readonly status: Status
  readonly changes: readonly Change[]
  readonly message: string
  readonly notes: readonly string[]
}
