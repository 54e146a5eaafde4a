import type { ReportDocument } from '../output/report-schema.ts'
import type { Database } from './database.ts'
import type { Memory } from './memory.ts'

/** What an entry of the history is about. */
export type EntryKind = 'run' | 'slot' | 'checkpoint'

/** One link of the chain; `hash` is made of all the others, the hash before it among them. */
export interface Entry {
  /** from 1, without a gap */
  readonly seq: number
  readonly kind: EntryKind
  /** of a run its id, such as `20261125-021500-7f3a`; unique among entries of its kind */
  readonly id: string
  /** when it was written; ISO 8601, in UTC */
  readonly at: string
  /** of a run: which playbooks and inventory it is about, as a hash of their real paths; of a slot the schedule's name */
  readonly series: string
  /** what lists show of it: small, plain data */
  readonly summary: unknown
  /** the sha256 of the body, which may be pruned; null where it has none */
  readonly bodyHash: string | null
  readonly isPruned: boolean
  readonly previous: string
  readonly hash: string
}

/** What lists show of a run. */
export interface RunSummary {
  readonly command: 'run' | 'check' | 'audit'
  readonly started: string
  readonly finished: string
  readonly exitCode: number
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly hosts: number
  /** tasks of all hosts, by how they count: passed is ok and changed; unjudged is waiting and unreachable */
  readonly counts: {
    readonly passed: number
    readonly findings: number
    readonly waived: number
    readonly failed: number
    readonly unjudged: number
    readonly skipped: number
  }
  /** findings by the severity of their controls */
  readonly severities: Readonly<Record<string, number>>
  /** the schedule and the slot (ISO 8601, in UTC) that it was run for */
  readonly schedule: string | null
  readonly slot: string | null
}

/** What is kept of a run. */
export interface RunBody {
  readonly document: ReportDocument
  readonly memory: Memory
}

/** A history that is open. */
export interface History extends HistoryView {
  readonly file: string
  /** what it lies in: others may have tables of their own there, made with CREATE TABLE IF NOT EXISTS, and never touch `entry` and `body` */
  readonly database: Database
  /** every entry that asks for it, newest first */
  list(about?: { readonly kind?: EntryKind; readonly series?: string; readonly atMost?: number }): readonly Entry[]
  /** by its id, an unambiguous beginning of it, `latest`, or `latest~1` for the one before; throws UserError where there is none */
  run(name: string): Entry
  body(entry: Entry): RunBody | null
  /** appends one link; `make` is handed what it may build upon, within the same transaction */
  append(make: (view: HistoryView) => NewEntry): Entry
  /** drops the bodies of old runs, of one series or of all, by count and age, and writes a checkpoint that names them; gives their ids, oldest first */
  prune(keep: Retention, now: Date, series?: string): readonly string[]
  verify(head: string | null): Verdict
  close(): void
}

/** What can also be read while an entry is made, when nobody else writes. */
export interface HistoryView {
  /** the newest run of a series whose body is there and can be read, of one command or of any */
  last(series: string, command?: RunSummary['command']): { readonly entry: Entry; readonly body: RunBody } | null
  has(kind: EntryKind, id: string): boolean
}

/** An entry to be appended. */
export interface NewEntry {
  readonly kind: EntryKind
  readonly id: string
  readonly at: string
  readonly series: string
  readonly summary: unknown
  readonly body: unknown
}

/** How many runs of a series are kept, and for how many days; the newest of each series and command is always kept. */
export interface Retention {
  readonly runs: number
  readonly days: number
}

/** Whether the chain holds: every entry hashes to what the next one says, and every body to what its entry says. */
export interface Verdict {
  readonly entries: number
  readonly pruned: number
  /** the hash of the newest entry; null where there is none */
  readonly head: string | null
  /** what is wrong, oldest first; empty where all is well */
  readonly faults: readonly string[]
}
