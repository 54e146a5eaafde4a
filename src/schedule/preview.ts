import { blackoutAt } from './blackout.ts'
import { jitterOf } from './due.ts'
import type { Schedule } from './shape.ts'
import { localText, shiftNote, timesOf } from './times.ts'

/** A slot to come. */
export interface Previewed {
  readonly schedule: string
  /** ISO 8601, in UTC */
  readonly slot: string
  /** the same in the schedule's time zone, with its offset */
  readonly local: string
  readonly status: 'planned' | 'blackout' | 'disabled'
  /** why it is left out, or what a shift of the clocks made of it; empty where there is nothing to say */
  readonly reason: string
  /** when it starts, where jitter moves that; ISO 8601, in UTC */
  readonly starts?: string
}

/** The next slots of all schedules, by time; those that are left out are among them. */
export const preview = (schedules: readonly Schedule[], from: Date, count: number): readonly Previewed[] => {
  // a slot at this very moment is the first
  const heads = schedules.map((schedule) => ({ schedule, slot: nextOf(schedule, new Date(from.getTime() - 1)) }))
  const rows: Previewed[] = []
  while (rows.length < count) {
    const first = heads.reduce<(typeof heads)[number] | null>(
      (best, head) => (head.slot !== null && (best?.slot == null || head.slot < best.slot) ? head : best),
      null,
    )
    if (first?.slot == null) break
    rows.push(previewed(first.schedule, first.slot))
    first.slot = nextOf(first.schedule, first.slot)
  }
  return rows
}

const nextOf = ({ timing, timezone }: Schedule, after: Date): Date | null => timesOf(timing, timezone).next(after)

const previewed = (schedule: Schedule, slot: Date): Previewed => {
  const { timing, timezone, blackouts } = schedule
  const blackout = blackoutAt(slot, blackouts, timezone)
  const jitter = jitterOf(schedule, slot)
  const about = !schedule.enabled
    ? { status: 'disabled' as const, reason: 'the schedule is not enabled' }
    : blackout !== null
      ? { status: 'blackout' as const, reason: blackout.reason }
      : { status: 'planned' as const, reason: shiftNote(slot, timing, timezone) }
  return {
    schedule: schedule.name,
    slot: isoOf(slot),
    local: localText(slot, timezone),
    ...about,
    ...(jitter === 0 ? {} : { starts: isoOf(new Date(slot.getTime() + jitter)) }),
  }
}

const isoOf = (moment: Date): string => moment.toISOString().replace('.000Z', 'Z')
