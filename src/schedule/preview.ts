import { leftOut } from './due.ts'
import { jitterOf } from './jitter.ts'
import type { Schedule } from './shape.ts'
import { localText, timesOf } from './times.ts'

/** A slot to come. */
export interface Previewed {
  readonly schedule: string
  /** ISO 8601, in UTC */
  readonly slot: string
  /** the same in the schedule's time zone, with its offset */
  readonly local: string
  /** the IANA name of that time zone */
  readonly timezone: string
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
  const { timing, timezone } = schedule
  const left = leftOut(schedule, slot)
  const jitter = left === null ? jitterOf(schedule, slot) : 0
  return {
    schedule: schedule.name,
    slot: isoOf(slot),
    local: localText(slot, timezone),
    timezone,
    status: left?.what ?? 'planned',
    reason: left?.reason ?? timesOf(timing, timezone).note(slot),
    ...(jitter === 0 ? {} : { starts: isoOf(new Date(slot.getTime() + jitter)) }),
  }
}

const isoOf = (moment: Date): string => moment.toISOString().replace('.000Z', 'Z')
