import { byData } from '../contract/by-text.ts'
import { LATER } from '../contract/later.ts'
import type { Module } from '../contract/module.ts'
import type { Change } from '../contract/outcome.ts'
import type { State } from '../contract/state.ts'
import { diff } from './diff.ts'

/** What a module wants of a record, and what differs: both are shared by all hosts that were found the same. */
export interface Decision {
  readonly wanted: State
  readonly changes: readonly Change[]
}

/**
 * Has a module decide on a record, and compares. What it decided is remembered by the record: most parameters are bound
 * once for all hosts, and most of these are found the same.
 */
export const decide = (module: Module, params: unknown, now: State): Decision => {
  // where a value is set, and when that changed, is another matter on each host, and decides nothing
  const { source, ...found } = now
  return isKeptByJson(found) ? decisionsOf(module, params as object)(found) : decided(module, params, found)
}

const decided = (module: Module, params: unknown, found: State): Decision => {
  const wanted = module.plan(params as never, found as never) as State
  return { wanted, changes: diff(found, wanted) }
}

const isKeptByJson = ({ files, ...fields }: State): boolean =>
  !Object.values(fields).includes(LATER) &&
  !Object.values(files ?? {}).some((entry) => entry?.kind === 'file' && entry.text === LATER)

interface Known {
  readonly module: Module
  readonly decisions: (found: State) => Decision
}

const known = new WeakMap<object, Known>()
const MOST_RECORDS = 16

const decisionsOf = (module: Module, params: object): Known['decisions'] => {
  const before = known.get(params)
  if (before?.module === module) return before.decisions
  const decisions = byData((found: State) => decided(module, params, found), MOST_RECORDS)
  known.set(params, { module, decisions })
  return decisions
}
