import type { YamlRecord } from '../yaml/record.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LONGEST_DAYS = 366

/** Reads when a waiver ends; undefined where that is wrong, which is complained of. A day counts to its end, in UTC. */
export const expiryOf = (record: YamlRecord, now: Date): Date | undefined => {
  const expires = momentAt(record, 'expires', 'end')
  const created = momentAt(record, 'created', 'start')
  if (!record.has('expires') || record.node('expires') === undefined)
    return record.complain('expires', 'a waiver needs "expires"', 'a day, as in 2027-03-31: it holds to its end in UTC')
  // where the day begins earlier than in UTC, today may be tomorrow
  if (created !== undefined && created.getTime() > now.getTime() + DAY_MS)
    return record.complain('created', '"created" is a day to come')
  if (expires === undefined) return undefined
  const from = created ?? now
  if (created !== undefined && expires <= created)
    return record.complain('expires', 'the waiver ends before it was created')
  if (expires.getTime() - from.getTime() > (LONGEST_DAYS + 1) * DAY_MS)
    return record.complain('expires', 'a waiver lasts a year at most', 'renew it when it ends')
  return expires
}

const momentAt = (record: YamlRecord, key: 'expires' | 'created', side: 'start' | 'end'): Date | undefined => {
  const text = record.text(key)
  if (text === undefined) return undefined
  const moment = momentOf(text, side)
  return moment ?? record.complain(key, `"${text}" is no day`, 'write it as 2027-03-31, or as 2027-03-31T12:00:00Z')
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

/** A day, or a moment in ISO 8601; null where it is none. */
const momentOf = (text: string, side: 'start' | 'end'): Date | null => {
  const day = DAY.test(text) ? text : (MOMENT.exec(text)?.[1] ?? null)
  if (day === null || !isDay(day)) return null
  if (day !== text) return valid(new Date(text))
  return new Date(Date.parse(`${day}T00:00:00Z`) + (side === 'end' ? DAY_MS : 0))
}

/** Whether the calendar has the day: 2026-02-30 is none. */
const isDay = (day: string): boolean =>
  valid(new Date(`${day}T00:00:00Z`))
    ?.toISOString()
    .slice(0, 10) === day

const valid = (moment: Date): Date | null => (Number.isNaN(moment.getTime()) ? null : moment)
