import type { At } from '../contract/errors.ts'
import type { ChangeValue } from '../contract/outcome.ts'

/** A finding that somebody answers for until a day. */
export interface Waiver {
  readonly at: At
  /** which findings: those of a control, by its id, or of a task, by its name */
  readonly subject: { readonly kind: 'control' | 'task'; readonly name: string }
  /** a pattern of hosts, as in a play */
  readonly hosts: string
  /** the hosts of this inventory that it takes */
  readonly names: ReadonlySet<string>
  /** the observed value that it is bound to, or one per field; null: the one found when it was first used */
  readonly value: ChangeValue | Readonly<Record<string, ChangeValue>>
  readonly reason: string
  readonly owner: string
  readonly ticket: string | null
  /** from this moment on it is a finding again */
  readonly expires: Date
  /** how many days before its end it is told */
  readonly warnDays: number
}
