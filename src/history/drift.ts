import type { Drifted } from '../engine/kept.ts'
import { GONE } from './drift-left-out.ts'
import { compared, isAlike, isSameStatement } from './drift-values.ts'
import { type Memory, type Remembered, sameness } from './memory.ts'

/**
 * How the findings of a run differ from those of an earlier one, per host; hosts of which there is nothing to say, or was
 * nothing known before, are left out.
 *
 * @param order hosts, as they are to be listed; others follow
 */
export const driftBetween = (
  before: Memory,
  after: Memory,
  order: readonly string[],
): ReadonlyMap<string, readonly Drifted[]> => {
  const known = new Set(Object.values(before).map(({ host }) => host))
  const found = new Map<string, Drifted[]>(order.map((host) => [host, []]))
  for (const [then, now] of pairs(before, after)) {
    const host = (now ?? then)?.host ?? ''
    const drifted = known.has(host) ? driftedOf(then, now) : null
    if (drifted !== null) found.set(host, [...(found.get(host) ?? []), drifted])
  }
  return new Map([...found].filter(([, list]) => list.length > 0))
}

type Pair = readonly [then: Remembered | null, now: Remembered | null]

/** What belongs together: by key, or by what is asked for where a task has another name now. */
const pairs = (before: Memory, after: Memory): readonly Pair[] => {
  const gone = new Map<string, Remembered[]>()
  for (const [key, entry] of Object.entries(before)) {
    if (after[key] !== undefined || entry.statement === null) continue
    gone.set(sameness(entry), [...(gone.get(sameness(entry)) ?? []), entry])
  }
  const paired = new Set<Remembered>()
  const present = Object.entries(after).map(([key, now]): Pair => {
    const then = before[key] ?? (now.statement === null ? undefined : gone.get(sameness(now))?.shift()) ?? null
    if (then !== null) paired.add(then)
    return [then, now]
  })
  const absent = Object.values(before).filter((entry) => !paired.has(entry))
  return [...present, ...absent.map((then): Pair => [then, null])]
}

const driftedOf = (then: Remembered | null, now: Remembered | null): Drifted | null => {
  if (now === null) return then === null || then.state === 'ok' || isToldGone(then) ? null : unjudged(then, then, GONE)
  if (!now.isJudged) {
    const wasFinding = now.state === 'finding' || then?.state === 'finding'
    return wasFinding ? unjudged(then?.state === 'finding' ? then : now, now, now.message) : null
  }
  if (now.state === 'ok') return then?.state === 'finding' ? fixed(then, now) : null
  if (then === null) return { ...news(now), message: 'judged for the first time' }
  const { isSame, ...values } = compared(then, now)
  // found again after it was ok in between is new
  if (then.state === 'ok' || now.firstSeen > then.firstSeen)
    return { ...news(now), ...(values.before === null ? {} : values), ...causeOf(then, now) }
  return isSame === false
    ? { ...plain(now), ...values, how: 'changed', ...causeOf(then, now) }
    : { ...plain(now), ...values, how: 'persists', cause: null }
}

/** A finding of which no value was known before: the fields that are not as wanted say what it is about. */
const news = (now: Remembered): Drifted => {
  const fields = Object.entries(now.effective)
  const open = fields.filter(([field, value]) => !isAlike(value, now.expected[field] ?? null))
  return {
    ...plain(now),
    how: 'new',
    cause: null,
    before: null,
    now: Object.fromEntries(open.length === 0 ? fields : open),
  }
}

const isToldGone = ({ isJudged, message }: Remembered): boolean => !isJudged && message === GONE

const unjudged = (then: Remembered, now: Remembered, message: string): Drifted => ({
  ...plain(now),
  firstSeen: then.firstSeen,
  lastChanged: then.lastChanged,
  how: 'unjudged',
  cause: null,
  before: then.effective,
  now: null,
  message,
})

const fixed = (then: Remembered, now: Remembered): Drifted => {
  const { before, now: values } = compared(then, now)
  return {
    ...plain(now),
    firstSeen: then.firstSeen,
    lastChanged: now.firstSeen,
    how: 'fixed',
    ...(now.repairedBy === undefined ? causeOf(then, now) : { cause: 'keyward' as const }),
    before,
    now: values,
  }
}

/** Who brought it about; where that is not known, why not. */
const causeOf = (then: Remembered, now: Remembered): Partial<Drifted> & Pick<Drifted, 'cause'> => {
  const isSamePlaybook = isSameStatement(then, now)
  const { isSame } = compared(then, now)
  if (isSamePlaybook === null) return { cause: null }
  if (isSamePlaybook && isSame === true && hasAnotherVersion(then, now))
    return { cause: null, message: 'the same value is judged otherwise by another version of keyward' }
  if (isSamePlaybook) return { cause: 'host' }
  if (isSame === null) return { cause: null, message: 'the playbook changed; whether the host did too is not known' }
  return { cause: isSame ? 'playbook' : 'both' }
}

/** The same value, asked for likewise, and judged by another keyward: nobody need have done anything. */
const hasAnotherVersion = (then: Remembered, now: Remembered): boolean =>
  then.version !== undefined && now.version !== undefined && then.version !== now.version

const plain = ({
  play,
  task,
  item,
  control,
  firstSeen,
  lastChanged,
  source,
  waived,
}: Remembered): Omit<Drifted, 'how' | 'cause' | 'before' | 'now'> => ({
  play,
  task,
  item,
  control,
  firstSeen,
  lastChanged,
  source,
  waived,
  message: '',
})
