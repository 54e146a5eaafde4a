import type { YamlRecord } from '../yaml/record.ts'
import { durationOf } from './duration.ts'
import type { Timing } from './shape.ts'
import { timesOf } from './times.ts'

const NEVER = 'it never comes'

/** Reads a duration in milliseconds; `least` is the shortest one that makes sense. */
export const durationIn = (record: YamlRecord, key: string, least: number): number | undefined => {
  const text = record.text(key)
  if (text === undefined) return undefined
  const ms = durationOf(text)
  if (ms === null) return record.complain(key, `"${text}" is no duration`, 'as in 90s, 10m, 1h30m, 7d')
  return ms >= least ? ms : record.complain(key, `"${key}" is at least ${least / 1000} s`)
}

/** Reads when something comes: `cron`, `every` or `calendar`, of which exactly one is there. */
export const timingIn = (record: YamlRecord, zone: string | undefined, about: string): Timing | undefined => {
  const given = (['cron', 'every', 'calendar'] as const).filter((key) => record.has(key))
  const [kind, second] = given
  if (kind === undefined)
    return record.complain(
      'cron',
      `${about} has no time`,
      'cron: "15 2 * * *", every: 6h, or calendar: "Mon..Fri 02:15"',
    )
  if (second !== undefined)
    return record.complain(second, `${about} has two times: "${kind}" and "${second}"`, 'leave one out')
  if (kind === 'every') {
    const ms = durationIn(record, 'every', 1000)
    return ms === undefined ? undefined : { kind, text: record.text('every') ?? '', ms }
  }
  const text = record.text(kind)
  if (text === undefined) return undefined
  return checked(record, kind, { kind, text }, zone)
}

const checked = (
  record: YamlRecord,
  key: 'cron' | 'calendar',
  timing: Timing,
  zone: string | undefined,
): Timing | undefined => {
  const hint =
    key === 'cron' ? 'five fields, as in "15 2 * * *": minute, hour, day, month, weekday' : 'as in "Mon..Fri 02:15"'
  try {
    const next = timesOf(timing, zone ?? 'UTC').next(new Date(0))
    return next === null ? record.complain(key, `"${timing.text}": ${NEVER}`) : timing
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '')
    return record.complain(key, why.includes(timing.text) ? why : `"${timing.text}": ${why}`, hint)
  }
}
