import type { Blackout } from './shape.ts'
import { timesOf } from './times.ts'

/** The blackout that a moment lies in; null where it lies in none. Its first moment belongs to it, its last does not. */
export const blackoutAt = (moment: Date, blackouts: readonly Blackout[], timezone: string): Blackout | null =>
  blackouts.find((blackout) => isWithin(moment, blackout, timezone)) ?? null

const isWithin = (moment: Date, { from, ms }: Blackout, timezone: string): boolean => {
  const time = moment.getTime()
  if (typeof from === 'number') return from <= time && time < from + ms
  // it began within the last `ms`: the first beginning after that is not later than now
  const began = timesOf(from, timezone).next(new Date(time - ms))
  return began !== null && began.getTime() <= time
}
