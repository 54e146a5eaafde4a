import { Cron } from 'croner'
import { calendarPattern } from './calendar.ts'
import type { Timing } from './shape.ts'
import { type Zone, zoneOf } from './zone.ts'

/** The moments of a timing, one after the other. */
export interface Times {
  /** the first moment after this one; null where none comes any more */
  next(after: Date): Date | null
  /** what a shift of the clocks made of one of the moments; empty where it made nothing */
  note(moment: Date): string
}

const known = new Map<string, Times>()

/** Gives the moments of a timing in a time zone; throws an Error in plain words where it has none. */
export const timesOf = (timing: Timing, timezone: string): Times => {
  const key = JSON.stringify([timing, timezone])
  const before = known.get(key)
  if (before !== undefined) return before
  const made = timing.kind === 'every' ? everyTimes(timing.ms) : wallTimes(timing, zoneOf(timezone))
  known.set(key, made)
  return made
}

const everyTimes = (ms: number): Times => ({
  next: (after) => new Date((Math.floor(after.getTime() / ms) + 1) * ms),
  note: () => '',
})

/**
 * The moments of a cron line or a calendar expression. An hour that is named comes once each day: when the clocks have
 * gone forward where they skip it, the first time where it comes twice. An hour that is any (`*`) is every hour that passes.
 */
const wallTimes = (timing: Timing, zone: Zone): Times => {
  const { next, isAnyHour } = patternOf(timing)
  if (isAnyHour) return { next: (after) => dateOf(passing(next, zone, after.getTime())), note: () => '' }
  return {
    next: (after) => dateOf(once(next, zone, after.getTime())),
    note: (moment) => noteOf(next, zone, moment.getTime()),
  }
}

/** The first time of a pattern behind another one, on a clock that nobody shifts; null where none comes any more. */
type Next = (wall: number) => number | null

const patternOf = (timing: Timing): { readonly next: Next; readonly isAnyHour: boolean } => {
  const isCalendar = timing.kind === 'calendar'
  const pattern = isCalendar ? calendarPattern(timing.text) : timing.text.trim()
  if (pattern === null) throw new Error(`"${timing.text}" is no calendar expression`)
  // in a calendar expression both the weekday and the date must hold, in cron either will do
  const cron = new Cron(pattern, {
    utcOffset: 0,
    paused: true,
    domAndDow: isCalendar,
    mode: isCalendar ? '7-part' : '5-or-6-parts',
  })
  const fields = pattern.split(/\s+/)
  const hour = fields.at(fields.length === 5 ? 1 : 2) ?? ''
  return {
    next: (wall) => cron.nextRun(new Date(wall))?.getTime() ?? null,
    isAnyHour: hour.includes('*') || pattern.toLowerCase() === '@hourly',
  }
}

const once = (next: Next, zone: Zone, after: number): number | null => {
  for (let wall = next(zone.wallAt(after)); wall !== null; wall = next(wall)) {
    const moment = zone.momentsOf(wall)[0] ?? zone.shiftOver(wall)
    if (moment !== null && moment > after) return moment
  }
  return null
}

const passing = (next: Next, zone: Zone, after: number): number | null => {
  let found: number | null = null
  for (let wall = next(zone.wallAt(after)); wall !== null && found === null; wall = next(wall))
    found = zone.momentsOf(wall).find((moment) => moment > after) ?? null
  const until = found ?? after
  const isBack = zone.wallAt(until) - until < zone.wallAt(after) - after
  if (!isBack) return found
  // the clocks go back in between: what they show from then on may come earlier
  const shift = zone.shiftBetween(after, until)
  const again = next(zone.wallAt(shift) - 1)
  const second = again === null ? undefined : zone.momentsOf(again).find((moment) => moment >= shift)
  return Math.min(until, second ?? until)
}

const noteOf = (next: Next, zone: Zone, moment: number): string => {
  const wall = zone.wallAt(moment)
  if (zone.momentsOf(wall).length > 1) return `${clockText(wall)} comes twice that day: at the first`
  if (next(wall - 1000) === wall) return ''
  const skipped = next(zone.wallAt(moment - 1000))
  return skipped === null ? '' : `${clockText(skipped)} does not exist that day: at ${clockText(wall)}`
}

const dateOf = (moment: number | null): Date | null => (moment === null ? null : new Date(moment))

const clockText = (wall: number): string => {
  const text = new Date(wall).toISOString().slice(11, 19)
  return text.endsWith(':00') ? text.slice(0, 5) : text
}

/** A moment in a time zone, as `2026-10-25T02:30:00+02:00`. */
export const localText = (moment: Date, timezone: string): string => {
  const wall = zoneOf(timezone).wallAt(moment.getTime())
  const minutes = Math.round((wall - moment.getTime()) / 60_000)
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0')
  const offset = `${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
  return `${new Date(wall).toISOString().slice(0, 19)}${minutes < 0 ? '-' : '+'}${offset}`
}
