import type { At } from '../contract/errors.ts'

/** When a schedule is due. `text` is as written. */
export type Timing =
  | { readonly kind: 'cron'; readonly text: string }
  /** every so many milliseconds, counted from 1970-01-01T00:00:00Z */
  | { readonly kind: 'every'; readonly text: string; readonly ms: number }
  /** as systemd's OnCalendar has it */
  | { readonly kind: 'calendar'; readonly text: string }

/** A time in which nothing runs: from each moment of `from`, for so long. */
export interface Blackout {
  /** a timing, or one moment, in milliseconds since 1970 */
  readonly from: Timing | number
  readonly ms: number
  readonly reason: string
}

/** One schedule of a file; times in milliseconds. */
export interface Schedule {
  readonly name: string
  readonly at: At
  readonly enabled: boolean
  /** paths as written in the file are relative to it; these are resolved */
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly limit: string | null
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly extraVars: readonly string[]
  readonly forks: number | null
  readonly waivers: string | null
  readonly mode: 'audit' | 'run' | 'audit-then-run'
  readonly timing: Timing
  /** an IANA name */
  readonly timezone: string
  readonly jitterMs: number
  readonly overlap: 'skip' | 'queue-one' | 'cancel-previous' | 'allow'
  readonly catchUp: { readonly policy: 'none' | 'latest' | 'all'; readonly windowMs: number; readonly most: number }
  readonly blackouts: readonly Blackout[]
  /** further attempts at the hosts that were unreachable */
  readonly retry: { readonly attempts: number; readonly delayMs: number }
  readonly timeoutMs: number
  readonly notify: { readonly on: readonly NotifyOn[]; readonly via: readonly string[] }
  readonly retain: { readonly runs: number; readonly days: number }
}

/** What is worth a notification. */
export const NOTIFY_ON = ['drift', 'fixed', 'fail', 'unreachable', 'waiver-expiring', 'missed'] as const
export type NotifyOn = (typeof NOTIFY_ON)[number]

/** Where notifications go. A secret is the name of an environment variable or a file, never written in the schedule. */
export type Channel =
  | {
      readonly name: string
      readonly kind: 'webhook'
      readonly url: Given
      readonly headers: Readonly<Record<string, Given>>
    }
  | { readonly name: string; readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly name: string
      readonly kind: 'mail'
      /** `smtp://host:25`, `smtps://…` */
      readonly server: string
      readonly user: string | null
      readonly password: Given | null
      readonly from: string
      readonly to: readonly string[]
    }

/** A value that is written down, or where it is to be had. */
export type Given = { readonly text: string } | { readonly env: string } | { readonly file: string }

/** A file of schedules. */
export interface ScheduleFile {
  /** its real path */
  readonly file: string
  readonly schedules: readonly Schedule[]
  readonly channels: readonly Channel[]
  /** where metrics are written for Prometheus' node exporter; null: nowhere */
  readonly metrics: string | null
  /** `history:` of the file; null: the usual place */
  readonly history: string | null
}

/** How a slot ended, or why it did not run. `pending`, `running` and `retrying` are on their way. */
export const SLOT_STATUSES = [
  'pending',
  'queued',
  'running',
  'retrying',
  'ran',
  'caught-up',
  'skipped-overlap',
  'cancelled',
  'blackout',
  'missed',
  'disabled',
  'timed-out',
  'killed',
  'failed',
] as const
export type SlotStatus = (typeof SLOT_STATUSES)[number]

/** One moment at which a schedule was due. */
export interface Slot {
  readonly schedule: string
  /** the nominal moment, without its jitter; ISO 8601, in UTC: with the schedule it is the slot's key */
  readonly slot: string
  readonly status: SlotStatus
  /** why it is so; empty where there is nothing to say */
  readonly reason: string
  /** the ids of the runs that were made for it */
  readonly runs: readonly string[]
}
