import { Cron } from 'croner'
import { calendarPattern } from './calendar.ts'
import type { Timing } from './shape.ts'

/** The moments of a timing, one after the other. */
export interface Times {
  /** the first moment after this one; null where none comes any more */
  next(after: Date): Date | null
}

const known = new Map<string, Times>()

/** Gives the moments of a timing in a time zone; throws an Error in plain words where it has none. */
export const timesOf = (timing: Timing, timezone: string): Times => {
  const key = JSON.stringify([timing.kind, timing.text, timezone])
  const before = known.get(key)
  if (before !== undefined) return before
  const made = timing.kind === 'every' ? everyTimes(timing.ms) : cronTimes(patternOf(timing), timing.kind, timezone)
  known.set(key, made)
  return made
}

const patternOf = (timing: Timing): string => {
  if (timing.kind !== 'calendar') return timing.text
  const pattern = calendarPattern(timing.text)
  if (pattern === null) throw new Error(`"${timing.text}" is no calendar expression`)
  return pattern
}

const everyTimes = (ms: number): Times => ({
  next: (after) => new Date((Math.floor(after.getTime() / ms) + 1) * ms),
})

const cronTimes = (pattern: string, kind: Timing['kind'], timezone: string): Times => {
  // in a calendar expression both the weekday and the date must hold, in cron either will do
  const cron = new Cron(pattern, { timezone, paused: true, domAndDow: kind === 'calendar' })
  return { next: (after) => cron.nextRun(after) }
}

/** A moment in a time zone, as `2026-10-25 02:30:00 +02:00`. */
export const localText = (moment: Date, timezone: string): string => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(moment)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`
}

/** Says what a shift of the clocks made of a moment of a timing; empty where it made nothing. */
export const shiftNote = (moment: Date, timing: Timing, timezone: string): string => {
  if (timing.kind === 'every') return ''
  const wall = (at: Date): number => Date.parse(`${localText(at, timezone).slice(0, 19)}Z`)
  const hour = 3 * 3_600_000
  const before = new Date(moment.getTime() - hour)
  const after = new Date(moment.getTime() + hour)
  const forward = wall(moment) - wall(before) - hour
  const back = wall(after) - wall(moment) - hour
  const written = timesOf(timing, 'UTC')
    .next(new Date(wall(moment) - 1000))
    ?.getTime()
  if (forward > 0 && written !== wall(moment)) return 'the clocks go forward over its time: it comes when they have'
  if (back < 0 && wall(new Date(moment.getTime() - back)) === wall(moment))
    return 'the clocks go back, and its time comes twice: it counts once'
  return ''
}
