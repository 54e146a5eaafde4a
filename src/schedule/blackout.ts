import { startOf } from './jitter.ts'
import type { Blackout, Schedule } from './shape.ts'
import { timesOf } from './times.ts'

/** The blackout that a moment lies in; null where it lies in none. Its first moment belongs to it, its last does not. */
export const blackoutAt = (moment: Date, blackouts: readonly Blackout[], timezone: string): Blackout | null =>
  blackouts.find((blackout) => isWithin(moment, blackout, timezone)) ?? null

/** The blackout that a slot's nominal moment lies in, or its start where jitter moves that; null where neither does. */
export const blackoutOf = (schedule: Schedule, slot: Date): Blackout | null => {
  const { blackouts, timezone, jitterMs } = schedule
  const nominal = blackoutAt(slot, blackouts, timezone)
  if (nominal !== null || jitterMs === 0) return nominal
  return blackoutAt(new Date(startOf(schedule, slot)), blackouts, timezone)
}

const isWithin = (moment: Date, { from, ms }: Blackout, timezone: string): boolean => {
  const time = moment.getTime()
  if (typeof from === 'number') return from <= time && time < from + ms
  // it began within the last `ms`: the first beginning after that is not later than now
  const began = timesOf(from, timezone).next(new Date(time - ms))
  return began !== null && began.getTime() <= time
}
