import type { Control, Evidence, Waived } from '../contract/control.ts'
import type { At, Mistake } from '../contract/errors.ts'
import type { Counters } from '../contract/machine.ts'
import type { Change, Status } from '../contract/outcome.ts'
import type { Kept } from './kept.ts'

/** What a run does with the differences it finds. */
export type Mode = 'run' | 'check' | 'audit'

/** How one task ended on one host; of a loop, for one item. The JSON document holds these as they are. */
export interface Result {
  readonly host: string
  readonly play: string
  readonly playIndex: number
  readonly task: string
  readonly taskIndex: number
  readonly module: string
  readonly status: Status
  readonly changes: readonly Change[]
  readonly message: string
  readonly notes: readonly string[]
  readonly at: At
  readonly durationMs: number
  readonly tags: readonly string[]
  /** the label of the loop's item */
  readonly item?: string
  readonly itemIndex?: number
  readonly handler?: true
  /** the machine it was delegated to */
  readonly machine?: string
  readonly ignored?: true
  readonly rescued?: true
  /** the task's diff is not to be shown (`diff: false`, `no_log`) */
  readonly hidden?: true
  /** the control that it stands for */
  readonly control?: Control
  /** of a task with a control, and of every finding of an audit: what is wanted, what was found, and where that is set */
  readonly evidence?: Evidence
  /** what was asked for, as a hash: of two runs it tells a change of the playbook from one of the host; left out with `no_log` */
  readonly statement?: string
  /** the finding is one that somebody answers for */
  readonly waived?: Waived
}

/** One thing said about a run, in the order it happened. */
export type Event =
  | {
      readonly kind: 'run started'
      readonly mode: Mode
      readonly at: Date
      readonly hosts: readonly string[]
      readonly playbooks: readonly string[]
    }
  | {
      readonly kind: 'play started'
      readonly play: string
      readonly playIndex: number
      readonly hosts: readonly string[]
      readonly tasks: number
    }
  | { readonly kind: 'play skipped'; readonly play: string; readonly playIndex: number; readonly why: string }
  | { readonly kind: 'host connecting'; readonly host: string; readonly playIndex: number }
  | {
      readonly kind: 'task started'
      readonly host: string
      readonly playIndex: number
      readonly taskIndex: number
      readonly task: string
      readonly module: string
    }
  | { readonly kind: 'task ended'; readonly result: Result }
  /** the host has nothing left to do in this play; `unreachable` says why where it was lost or never reached */
  | {
      readonly kind: 'host ended'
      readonly host: string
      readonly playIndex: number
      readonly unreachable?: HostTrouble
    }
  | { readonly kind: 'play ended'; readonly playIndex: number }
  /** these hosts are kept from the rest of the run, by the failure of others */
  | {
      readonly kind: 'hosts stopped'
      readonly playIndex: number
      readonly hosts: readonly string[]
      readonly why: string
    }
  /** said with `-vv` and in tests: what went over the wire to one machine in the whole run */
  | { readonly kind: 'machine closed'; readonly machine: string; readonly counters: Counters }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'run ended'; readonly at: Date; readonly report: Report }

/** Why a host could not be reached, in the words of the screen; a hint says what cures it. */
export interface HostTrouble {
  readonly message: string
  readonly hint?: string
  /** of an unknown or changed host key: what was shown, so that all can be listed with one cure */
  readonly hostKey?: {
    readonly verdict: 'unknown' | 'changed' | 'revoked'
    readonly type: string
    readonly fingerprint: string
  }
}

/** Counts of one host, as Ansible's recap has them, and ours: drift and waiting. `ok` includes changed; a loop counts once. */
export interface Counts {
  readonly ok: number
  readonly changed: number
  readonly drift: number
  readonly failed: number
  readonly unreachable: number
  readonly skipped: number
  readonly waiting: number
  readonly rescued: number
  readonly ignored: number
  /** findings that a waiver answers for: no drift */
  readonly waived: number
}

/** The account of one run: everything that outputs, history and exit codes are read from. */
export interface Report {
  readonly mode: Mode
  readonly started: Date
  readonly finished: Date
  readonly exitCode: number
  readonly interrupted: boolean
  /** in inventory order */
  readonly hosts: ReadonlyMap<string, Counts>
  /** sorted: play, task, host in inventory order, item */
  readonly results: readonly Result[]
  readonly notes: readonly string[]
  /** hosts that the failure of others kept from their end, in inventory order */
  readonly stopped: readonly string[]
  /** where it is kept: in the history */
  readonly kept?: Kept
}

/** What was wrong with the input, found before anything was touched (exit 1). */
export interface InputReport {
  readonly command: string
  readonly mistakes: readonly Mistake[]
}

/** Is told each event; can fail without ending a run. */
export type Tell = (event: Event) => void
