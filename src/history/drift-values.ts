import type { Evidence } from '../contract/control.ts'
import type { ChangeValue } from '../contract/outcome.ts'
import type { Remembered } from './memory.ts'

type Values = Evidence['effective']
type Sighted = Pick<Remembered, 'state' | 'statement' | 'expected' | 'effective'>

/** The effective values of a task at two times. */
export interface Compared {
  /** by field; null where none is known */
  readonly before: Values | null
  readonly now: Values | null
  /** judged by the fields that are known of both; null where there are none */
  readonly isSame: boolean | null
}

/** Compares what a task found at two times; what one of them did not tell, and asked for likewise, was as it should be. */
export const compared = (before: Sighted, now: Sighted): Compared => {
  const fields = [...new Set([...Object.keys(before.effective), ...Object.keys(now.effective)])]
  const values = {
    before: known(before, now, fields),
    now: known(now, before, fields),
  }
  const both = fields.filter((field) => field in values.before && field in values.now)
  return {
    before: orNull(values.before),
    now: orNull(values.now),
    isSame:
      both.length === 0
        ? null
        : both.every((field) => isAlike(values.before[field] ?? null, values.now[field] ?? null)),
  }
}

/** Whether the same was asked for; null where it is not known. */
export const isSameStatement = (before: Sighted, now: Sighted): boolean | null =>
  before.statement === null || now.statement === null ? null : before.statement === now.statement

const known = (one: Sighted, other: Sighted, fields: readonly string[]): Values => {
  // a finding may name only what differs, and what is ok may name nothing at all: neither hides a value
  const isTerse = one.state === 'finding' || Object.keys(one.effective).length === 0
  const isFilled = isTerse && isSameStatement(one, other) === true
  return Object.fromEntries(
    fields.flatMap((field): (readonly [string, ChangeValue])[] => {
      if (field in one.effective) return [[field, one.effective[field] ?? null]]
      return isFilled && field in other.expected ? [[field, other.expected[field] ?? null]] : []
    }),
  )
}

const orNull = (values: Values): Values | null => (Object.keys(values).length === 0 ? null : values)

/** Whether two values are the same; a list is, member by member. */
export const isAlike = (one: ChangeValue, other: ChangeValue): boolean => JSON.stringify(one) === JSON.stringify(other)
