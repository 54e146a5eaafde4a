import type { HostError } from './errors.ts'
import type { Connection, Look, Touch } from './look.ts'
import type { PathState } from './state.ts'

/** Files planned so far on one machine in a dry run: real path to what will be there. */
export type Plan = ReadonlyMap<string, PathState>

/** Whether what a look ahead saw still holds: a machine that remembers its answers sets it, and no other. */
export interface Ahead {
  /** nothing was refused, no answer was missing, and none was forgotten since */
  holds?: boolean
}

/** How a look is to be given. */
export interface LookOptions {
  /** whose powers it has; null: the login user's */
  readonly power: string | null
  /** files to see as if they were written already */
  readonly plan?: Plan
  /** these are of the task's own look ahead: their LATER text may be read as such */
  readonly own?: ReadonlySet<string>
  /** asked ahead of the task's turn: own questions and logins end with NotAhead */
  readonly ahead?: Ahead
  /** its task has `no_log`: no trace and no message says what is asked and answered */
  readonly hidden?: boolean
}

/** Counts of what went over the wire since the login: flights are round trips that waited for one another. */
export interface Counters {
  readonly flights: number
  readonly channels: number
  readonly bytesSent: number
}

/** One file to write: what was found there when it was planned, and what is wanted. */
export interface WriteRequest {
  readonly path: string
  readonly found: PathState
  readonly wanted: PathState
  /** whose powers write it where the wanted entry names nobody (`as`); null: the login user's */
  readonly power: string | null
  /** its task has `no_log`: no trace says what is written */
  readonly hidden?: boolean
}

/** How a write ended. */
export interface Written {
  /** `stale` when what is there is not what was found, and nothing was written */
  readonly how: 'written' | 'stale'
  /** what the user should know of it, told once per machine */
  readonly note?: string
}

/** How far several writes came. */
export interface Writes {
  /** so many, from the first on, are written */
  readonly written: number
  /** why the next one is not; those behind it were not begun */
  readonly stopped: 'stale' | HostError | null
  /** of so many behind those written nothing is known: the machine did not say */
  readonly unsure: number
  /** what the user should know, told once per machine */
  readonly notes: readonly string[]
  /** what was asked of the machine right behind them saw them written already */
  readonly inOrder: boolean
}

/** A host of the inventory or the control node, connected; opened once per run and shared by all that name it. */
export interface Machine {
  readonly name: string
  readonly connection: Connection
  look(options: LookOptions): Look
  touch(options: LookOptions): Touch
  /** writes one file atomically, attributes kept, if what is there is still what was found; throws HostError where it cannot */
  write(request: WriteRequest): Promise<Written>
  /** writes several in this order, as `write` does, those of the same powers in one round trip; ends at the first that is not written */
  writeAll(requests: readonly WriteRequest[]): Promise<Writes>
  /** forgets remembered answers: all of them, or those that a write to these paths may have changed */
  forget(paths?: readonly string[]): void
  counters(): Counters
  close(): Promise<void>
}
