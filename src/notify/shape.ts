import type { Control } from '../contract/control.ts'
import type { ChangeValue } from '../contract/outcome.ts'
import type { Database } from '../history/database.ts'
import type { RunBody } from '../history/shape.ts'
import type { NotifyOn, ScheduleFile, SlotStatus } from '../schedule/shape.ts'

/** The JSON document of a run. */
export type Document = RunBody['document']

/** What was found, by field. */
export type Values = Readonly<Record<string, ChangeValue>>

/** A finding that is open, or that somebody answers for; carried over while nobody could judge it. */
export interface Finding {
  readonly host: string
  readonly task: string
  readonly item: string | null
  readonly control: Pick<Control, 'ids' | 'title' | 'severity'> | null
  readonly expected: Values
  readonly effective: Values
  /** whether the values are the task's evidence; else those of its changes alone */
  readonly isEvidence: boolean
  /** `file:line` of each place where they are set */
  readonly source: readonly string[]
  /** ISO 8601, in UTC */
  readonly since: string
  readonly waived: Answer | null
}

/** Who answers for a finding, and until when. */
export interface Answer {
  /** the control's id, or the task's name */
  readonly subject: string
  readonly owner: string
  readonly ticket: string | null
  /** ISO 8601, in UTC */
  readonly expires: string
}

/** A waiver in its last days, with the hosts on which it holds. */
export interface Ending extends Answer {
  readonly hosts: readonly string[]
}

/** Why a host is not as it should be, and since when; ISO 8601, in UTC. */
export interface Trouble {
  readonly message: string
  readonly since: string
}

/** Slots in a row that did not run (`missed`) or came to no good end (`failed`). */
export interface Gap {
  readonly how: 'missed' | 'failed'
  /** the status of the first of them, and why */
  readonly status: string
  readonly reason: string
  /** the first and the last of them; ISO 8601, in UTC */
  readonly since: string
  readonly last: string
  readonly slots: number
}

/** What metrics say of a schedule's last run. */
export interface Figures {
  readonly mode: string
  readonly finished: string
  readonly exitCode: number
  /** tasks of all hosts */
  readonly passed: number
  readonly waived: number
  readonly unjudged: number
}

/** How things stand with a schedule: what is remembered from slot to slot. */
export interface SavedState {
  readonly slot: string
  /** how the slot ended */
  readonly status: SlotStatus
  /** by a key that is the same from run to run */
  readonly findings: Readonly<Record<string, Finding>>
  readonly failed: Readonly<Record<string, Trouble>>
  readonly unreachable: Readonly<Record<string, Trouble>>
  /** by subject, owner and end */
  readonly ending: Readonly<Record<string, Ending>>
  readonly gap: Gap | null
  /** the last run; null where there was none */
  readonly figures: Figures | null
  /** how many slots ended in which way */
  readonly slots: Readonly<Record<string, number>>
}

/** How things stand after a slot. */
export interface State extends SavedState {
  /** findings that came and went within the slot: found and repaired */
  readonly repaired: Readonly<Record<string, Finding>>
  /** keys of what is as wanted: a finding gone from among them is fixed, one gone beside them is no longer asked for */
  readonly passed: ReadonlySet<string>
  /** hosts that took part */
  readonly hosts: ReadonlySet<string>
  readonly now: Date
  /** the newest run of the slot, and the history's head behind it; null where there is none */
  readonly run: string | null
  readonly head: string | null
}

/** What may have happened. */
export const NOTICE_KINDS = [
  'new',
  'changed',
  'failed',
  'unreachable',
  'slot-failed',
  'slot-missed',
  'waiver-expiring',
  'repaired',
  'fixed',
  'waived',
  'gone',
  'recovered',
  'reachable',
  'slots-again',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** One thing that changed; members that do not apply are left out. Payloads hold these as they are. */
export interface Notice {
  readonly kind: NoticeKind
  readonly host?: string
  readonly control?: { readonly ids: readonly string[]; readonly title?: string; readonly severity?: string }
  readonly task?: string
  readonly item?: string
  readonly expected?: Values
  readonly before?: Values
  readonly now?: Values
  readonly source?: readonly string[]
  /** ISO 8601, in UTC */
  readonly since?: string
  readonly waiver?: {
    readonly subject: string
    readonly owner: string
    readonly ticket?: string
    readonly expires: string
    readonly hosts?: readonly string[]
  }
  readonly message?: string
}

/** What a schedule's `notify.on` must name, one of them, for a kind to be told. */
export const TOLD_FOR: Readonly<Record<NoticeKind, readonly NotifyOn[]>> = {
  new: ['drift'],
  changed: ['drift'],
  failed: ['fail'],
  unreachable: ['unreachable'],
  'slot-failed': ['fail'],
  'slot-missed': ['missed'],
  'waiver-expiring': ['waiver-expiring'],
  repaired: ['drift', 'fixed'],
  fixed: ['fixed'],
  waived: ['fixed'],
  gone: ['fixed'],
  recovered: ['fail'],
  reachable: ['unreachable'],
  'slots-again': ['missed', 'fail'],
}

/** What a channel is handed: JSON of a webhook's body and of a command's stdin. */
export interface Payload {
  readonly version: 1
  /** the same whenever the same message is delivered again */
  readonly id: string
  readonly schedule: string
  readonly slot: string
  readonly run: string | null
  /** the hash of the history's newest entry */
  readonly head: string | null
  /** one line */
  readonly text: string
  readonly summary: readonly string[]
  readonly counts: Readonly<Partial<Record<NoticeKind, number>>>
  readonly notices: readonly Notice[]
  /** how many more there are than `notices` holds */
  readonly left_out: number
}

/** What notifying is made with. */
export interface Parts {
  readonly database: Database
  readonly clock: () => Date
  readonly environment: Readonly<Record<string, string | undefined>>
  /** is told a line, for stderr */
  readonly tell: (line: string) => void
  readonly limits?: Partial<Limits>
}

/** How long things may take, in milliseconds. */
export interface Limits {
  readonly webhookMs: number
  readonly commandMs: number
  readonly mailMs: number
  /** the waits before the quick tries */
  readonly quickMs: readonly number[]
}

/** The schedules' file, as far as notifying goes. */
export type Notified = Pick<ScheduleFile, 'file' | 'channels'>
