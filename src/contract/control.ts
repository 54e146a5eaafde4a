import type { Change, ChangeValue } from './outcome.ts'

/** How much a control weighs, weak to strong. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The control that a task stands for, as its `control:` says. */
export interface Control {
  /** at least one, such as `SSH-AUTH-01` */
  readonly ids: readonly string[]
  readonly title: string | null
  readonly severity: Severity | null
  /** where others ask for the same, such as `NIST SP 800-53 IA-2(1)` */
  readonly references: readonly string[]
}

/** Where on a machine a value comes from; `modifiedMs` is the file's, in milliseconds since 1970. */
export interface Source {
  readonly file: string
  readonly line?: number
  /** the line as it stands there */
  readonly text?: string
  readonly modifiedMs?: number
}

/** What a task wants, what it found, and where that is set. Fields are those of the module's record; of a file `mode of PATH`. */
export interface Evidence {
  readonly expected: Readonly<Record<string, ChangeValue>>
  readonly effective: Readonly<Record<string, ChangeValue>>
  readonly source: readonly Source[]
}

/** A finding that somebody answers for until a day: as the file of waivers has it. */
export interface Waived {
  /** the control's id, or the task's name */
  readonly subject: string
  readonly reason: string
  readonly owner: string
  readonly ticket: string | null
  /** ISO 8601, in UTC: from then on it is a finding again */
  readonly expires: string
  /** the observed value that it is bound to; null: any */
  readonly value: ChangeValue
  /** `file:line:column` of the waiver */
  readonly at: string
}

/** A finding as waivers are asked about it. */
export interface Finding {
  readonly host: string
  /** the task's name as it is shown */
  readonly task: string
  /** the same as the playbook has it, templates and all */
  readonly written: string
  readonly control: Control | null
  readonly item: string | null
  readonly changes: readonly Change[]
  /** the task has `no_log`: what was found is not to be said */
  readonly hidden: boolean
}

/** Gives the waiver of a finding; null where there is none that holds. */
export type Waive = (finding: Finding) => Waived | null
