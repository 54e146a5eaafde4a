import type { YamlRecord } from '../yaml/record.ts'
import { durationIn, timingIn } from './read-timing.ts'
import type { Blackout } from './shape.ts'
import { zoneOf } from './zone.ts'

const DAY_MS = 24 * 3_600_000

/** Reads a time in which nothing runs; undefined where it is none. */
export const blackoutIn = (record: YamlRecord, zone: string): Blackout | undefined => {
  const reason = record.text('reason')
  if (reason === undefined && !record.has('reason')) record.complain('reason', 'a blackout says why: reason')
  const time = record.has('from') ? betweenIn(record, zone) : comingIn(record)
  return time === undefined || reason === undefined ? undefined : { ...time, reason }
}

type Time = Pick<Blackout, 'from' | 'ms'>

const comingIn = (record: YamlRecord): Time | undefined => {
  if (record.has('to')) return record.complain('to', 'a blackout that ends has a beginning', 'from')
  const from = timingIn(record, 'a blackout')
  if (!record.has('duration')) return record.complain('duration', 'a blackout says how long: duration')
  const ms = durationIn(record, 'duration', 1000)
  return from === undefined || ms === undefined ? undefined : { from, ms }
}

const betweenIn = (record: YamlRecord, zone: string): Time | undefined => {
  for (const key of ['cron', 'every', 'calendar'].filter((one) => record.has(one)))
    record.complain(key, `a blackout has two times: "from" and "${key}"`, 'leave one out')
  if (record.has('to') === record.has('duration'))
    return record.complain(record.has('to') ? 'to' : 'from', 'a blackout has one end', 'to, or duration')
  const from = momentIn(record, 'from', zone)
  if (record.has('duration')) {
    const ms = durationIn(record, 'duration', 1000)
    return from === undefined || ms === undefined ? undefined : { from: from.moment, ms }
  }
  const to = momentIn(record, 'to', zone)
  if (from === undefined || to === undefined) return undefined
  if (to.end > from.moment) return { from: from.moment, ms: to.end - from.moment }
  return record.complain('to', 'a blackout ends behind its beginning')
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/

/** A day belongs to its blackout whole, so its end is the next one's beginning. */
const momentIn = (
  record: YamlRecord,
  key: string,
  zone: string,
): { readonly moment: number; readonly end: number } | undefined => {
  const text = record.text(key)
  if (text === undefined) return record.has(key) ? record.complain(key, `"${key}" says nothing`) : undefined
  const [, day = '', time, offset] = MOMENT.exec(text) ?? []
  const start = Date.parse(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(start) && new Date(start).toISOString().startsWith(day)
  const wall = Date.parse(`${day}T${time ?? '00:00'}Z`)
  if (!isDay || Number.isNaN(wall))
    return record.complain(key, `"${text}" is no moment`, 'as in 2026-12-20, 2026-12-20 18:00 or 2026-12-20T18:00:00Z')
  const { momentsOf, shiftOver } = zoneOf(zone)
  const momentOf = (at: number): number => momentsOf(at)[0] ?? shiftOver(at) ?? at
  if (time === undefined) return { moment: momentOf(wall), end: momentOf(wall + DAY_MS) }
  const moment = offset === undefined ? momentOf(wall) : Date.parse(`${day}T${time}${offset}`)
  return { moment, end: moment }
}
