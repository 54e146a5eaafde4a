import { startOf } from './jitter.ts'
import type { Schedule } from './shape.ts'
import { type Times, timesOf } from './times.ts'

/** The slots that came within a stretch of time. */
export interface Arrived {
  /** in order; the newest ones where there are very many */
  readonly slots: readonly Date[]
  /** how many older ones are not among them */
  readonly older: number
  /** there are more of those than were counted */
  readonly isMore: boolean
  /** every slot up to this moment is one of those */
  readonly considered: Date
}

/** A single look gives no more slots than this. */
export const MOST_SLOTS = 5000
/** It counts no more than this. */
const MOST_COUNTED = 100_000

/** The slots after `considered` that have come by `now`, their jitter added. The rest waits for a later look. */
export const arrivedSlots = (schedule: Schedule, considered: Date, now: Date): Arrived => {
  if (now <= considered) return { slots: [], older: 0, isMore: false, considered }
  const times = timesOf(schedule.timing, schedule.timezone)
  const found = newest(times, considered, now)
  // what starts later by its jitter waits, and so does all behind it
  const waiting = found.findIndex((slot) => startOf(schedule, slot) > now.getTime())
  const slots = waiting < 0 ? found : found.slice(0, waiting)
  const next = waiting < 0 ? undefined : found[waiting]
  const kept = slots.slice(-MOST_SLOTS)
  const first = kept[0]
  const older = first === undefined ? 0 : countOf(times, considered, first)
  return {
    slots: kept,
    older: Math.min(older, MOST_COUNTED),
    isMore: older > MOST_COUNTED,
    considered: next === undefined ? now : new Date(next.getTime() - 1),
  }
}

/** At least the newest slots of a stretch, in order: looked for backwards, in stretches that double. */
const newest = (times: Times, considered: Date, now: Date): readonly Date[] => {
  const whole = now.getTime() - considered.getTime()
  for (let back = 60_000; ; back *= 2) {
    const from = new Date(now.getTime() - Math.min(back, whole))
    const slots = listOf(times, from, now)
    if (back >= whole || slots.length > MOST_SLOTS) return slots
  }
}

const listOf = (times: Times, from: Date, to: Date): readonly Date[] => {
  const slots: Date[] = []
  for (let slot = times.next(from); slot !== null && slot <= to; slot = times.next(slot)) slots.push(slot)
  return slots
}

/** How many slots come before one; one more than are counted where there are more. */
const countOf = (times: Times, from: Date, before: Date): number => {
  let count = 0
  for (let slot = times.next(from); slot !== null && slot < before && count <= MOST_COUNTED; slot = times.next(slot))
    count += 1
  return count
}
