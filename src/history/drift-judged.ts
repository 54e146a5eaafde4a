import type { Evidence } from '../contract/control.ts'
import type { Change, ChangeValue } from '../contract/outcome.ts'
import type { Mode, Result } from '../engine/event.ts'

/** What a result says of the state of its host. */
export type Verdict =
  | { readonly state: 'ok' | 'finding' }
  /** it says nothing of it this time, and why */
  | { readonly state: 'unjudged'; readonly message: string }
  /** there is no state to judge: it is an act */
  | { readonly state: 'stateless' }

/** Judges a result: what was not looked at is neither ok nor a finding. */
export const judged = (result: Result): Verdict => {
  switch (result.status) {
    case 'ok':
    case 'changed':
      return { state: 'ok' }
    case 'stuck':
      return { state: 'finding' }
    case 'drift':
      return WOULD_RUN.test(result.message) ? { state: 'stateless' } : { state: 'finding' }
    case 'skipped':
      return result.message === NO_STATE || WOULD_RUN.test(result.message) ? { state: 'stateless' } : unjudged(result)
    case 'failed':
      // with changes it was looked at: a claim that nobody can repair, or a repair that is barred
      return result.changes.length > 0 ? { state: 'finding' } : unjudged(result)
    case 'unreachable':
    case 'waiting':
      return unjudged(result)
  }
}

/** the words of acts in a dry run */
const WOULD_RUN = /^would run\b/
const NO_STATE = 'has no state to judge'

const unjudged = ({ status, message }: Result): Verdict => {
  const [first = ''] = message.split('\n')
  return { state: 'unjudged', message: first === '' ? status : `${status}: ${first}` }
}

/** Which of the results of one task on one host counts: the last, but in a dry run a finding that a later flush takes as repaired. */
export const whatCounts = (group: readonly Result[], mode: Mode): Result => {
  const found = mode === 'run' ? undefined : group.findLast((result) => judged(result).state === 'finding')
  return found ?? (group.at(-1) as Result)
}

/** What was wanted, found, and where it is set: the evidence of a result, else what its changes tell of it. */
export const factsOf = ({ evidence, changes }: Result): Evidence =>
  evidence ?? {
    expected: fieldsOf(changes, ({ after }) => after),
    effective: fieldsOf(changes, ({ before }) => before),
    source: [],
  }

const fieldsOf = (
  changes: readonly Change[],
  value: (change: Change) => ChangeValue,
): Readonly<Record<string, ChangeValue>> =>
  Object.fromEntries(
    changes.map((change) => [
      change.path === undefined ? change.field : `${change.field} of ${change.path}`,
      value(change),
    ]),
  )
