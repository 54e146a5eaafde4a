import { type Arrived, arrivedSlots } from './arrived.ts'
import { blackoutAt, blackoutOf } from './blackout.ts'
import { durationText } from './duration.ts'
import { startOf } from './jitter.ts'
import type { Schedule } from './shape.ts'

/** What is to become of a slot that is due. */
export interface Planned {
  /** the nominal moment, without its jitter */
  readonly slot: Date
  readonly what: 'run' | 'blackout' | 'missed' | 'disabled'
  /** found more than {@link LATE_MS} after its time */
  readonly isLate: boolean
  /** why it does not run; empty where it does */
  readonly reason: string
}

/** The slots that are due, and the moment up to which all were looked at. */
export interface Due {
  readonly slots: readonly Planned[]
  readonly considered: Date
}

/** A slot found later than this after its time is late: only the catch-up policy lets it run. */
export const LATE_MS = 5 * 60_000

/**
 * Decides about every slot after `considered` that has come by `now`. A clock that was set back finds nothing: no slot is
 * looked at twice.
 */
export const due = (schedule: Schedule, considered: Date, now: Date): Due => {
  const arrived = arrivedSlots(schedule, considered, now)
  const left = new Map(arrived.slots.flatMap((slot) => pairOf(slot, leftOut(schedule, slot))))
  const open = arrived.slots.filter((slot) => !left.has(slot))
  const missed = missedOf(schedule, open, now)
  const frozen = blackoutAt(now, schedule.blackouts, schedule.timezone)
  const planned = arrived.slots.map((slot): Planned => {
    const isLate = lateMs(schedule, slot, now) > LATE_MS
    const why = left.get(slot) ?? missed.get(slot)
    if (why !== undefined) return { slot, isLate, ...why }
    return frozen === null
      ? { slot, isLate, what: 'run', reason: '' }
      : { slot, isLate, what: 'blackout', reason: `${frozen.reason} (it was found late, within that)` }
  })
  return { slots: counted(planned, arrived), considered: arrived.considered }
}

type Why = Pick<Planned, 'what' | 'reason'>

const pairOf = (slot: Date, why: Why | null): readonly (readonly [Date, Why])[] => (why === null ? [] : [[slot, why]])

/** Why a slot never runs, whenever it is found; null where nothing keeps it. */
export const leftOut = (schedule: Schedule, slot: Date): (Why & { readonly what: 'blackout' | 'disabled' }) | null => {
  if (!schedule.enabled) return { what: 'disabled', reason: 'the schedule is not enabled' }
  const blackout = blackoutOf(schedule, slot)
  return blackout === null ? null : { what: 'blackout', reason: blackout.reason }
}

const lateMs = (schedule: Schedule, slot: Date, now: Date): number => now.getTime() - startOf(schedule, slot)

/** Why slots that nothing keeps do not run; those that run are not in it. */
const missedOf = (schedule: Schedule, open: readonly Date[], now: Date): ReadonlyMap<Date, Why> => {
  const { policy, windowMs, most } = schedule.catchUp
  const limit = policy === 'none' ? LATE_MS : Math.max(windowMs, LATE_MS)
  const within = open.filter((slot) => lateMs(schedule, slot, now) <= limit)
  const kept = new Set(within.slice(policy === 'all' ? -most : -1))
  const inTime = new Set(within)
  const why = (slot: Date): string => {
    if (inTime.has(slot)) return policy === 'all' ? `more than ${most} were due at once` : 'superseded by a later slot'
    const late = `found ${durationText(lateMs(schedule, slot, now))} late`
    return policy === 'none' ? `${late}, and nothing catches up` : `${late}, the window is ${durationText(limit)}`
  }
  return new Map(open.filter((slot) => !kept.has(slot)).map((slot) => [slot, { what: 'missed', reason: why(slot) }]))
}

/** Says in the first record how many have none. */
const counted = ([first, ...rest]: readonly Planned[], { older, isMore }: Arrived): readonly Planned[] => {
  if (first === undefined) return []
  if (older === 0) return [first, ...rest]
  const many = `${isMore ? 'more than ' : ''}${older} earlier slots were missed too, without a record of their own`
  return [{ ...first, reason: [first.reason, many].filter(Boolean).join('; ') }, ...rest]
}
