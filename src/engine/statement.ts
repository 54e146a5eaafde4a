import type { Waived } from '../contract/control.ts'
import type { Machine } from '../contract/machine.ts'
import type { Module } from '../contract/module.ts'
import type { Change, Outcome } from '../contract/outcome.ts'
import type { Missing } from '../contract/signals.ts'
import type { State } from '../contract/state.ts'
import { decide } from './decide.ts'
import type { Sight } from './evidence.ts'

/** One statement to converge: a module with its parameters, on a machine, with somebody's powers. */
export interface Statement {
  readonly task: string
  readonly module: Module
  readonly params: unknown
  readonly machine: Machine
  /** the control node, for paths under `control:` */
  readonly control: Machine | null
  readonly power: string | null
  /** the task has `no_log`: nothing of it shows in a trace */
  readonly hidden: boolean
  /** an act of which `changed_when: false` says that it changes nothing */
  readonly harmless: boolean
  /** asks ahead what comes next: called while a change of this one is under way */
  readonly meanwhile?: () => void
  /** the record that was seen ahead of its turn, where the machine would answer the same again */
  readonly seen?: () => Promise<State | null>
  /** those behind it that may be converged with it */
  readonly followers?: () => Promise<readonly Follower[]>
  /** is told what was changed for it already, where that could not be put back */
  readonly begun?: (changes: readonly Change[]) => void
  /** what was changed for it before its turn, whatever is found there now */
  readonly changed?: readonly Change[]
  /** how it ended, where one before it was converged with it */
  readonly settled?: Ending
  /** asked before anything is done about a finding: somebody may answer for it */
  readonly waive: ((changes: readonly Change[]) => Waived | null) | null
}

/** A statement behind another one, and who is told how it ended with that. */
export interface Follower {
  readonly statement: Statement
  settle(ending: Ending): void
}

/** How a statement ended, and the record that `register` gets. */
export interface Ending extends Outcome {
  readonly record: State
  /** there is nobody to judge: in a dry run an earlier task may still make it */
  readonly missing?: Missing
  /** what was found and what is wanted, where both are known */
  readonly sight?: Sight
  /** what was asked for, as a hash */
  readonly statement?: string
  readonly waived?: Waived
}

/** An ending with its record. */
export const bareEnding = (
  status: Outcome['status'],
  changes: readonly Change[],
  record: State,
  message = '',
  notes: readonly string[] = [],
): Ending => ({ status, changes, record, message, notes })

/** What is left to do for a record: nothing, when the module is satisfied with it. */
export const left = (module: Module, params: unknown, state: State): readonly Change[] =>
  decide(module, params, state).changes
