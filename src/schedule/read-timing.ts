import type { YamlRecord } from '../yaml/record.ts'
import { hasOwnZone } from './calendar.ts'
import { durationOf } from './duration.ts'
import type { Timing } from './shape.ts'
import { timesOf } from './times.ts'

/** Reads a duration in milliseconds; `least` is the shortest one that makes sense. */
export const durationIn = (record: YamlRecord, key: string, least: number): number | undefined => {
  const text = record.text(key)
  if (text === undefined) return undefined
  const ms = durationOf(text)
  if (ms === null || ms > LONGEST_MS)
    return record.complain(key, `"${text}" is no duration`, 'as in 90s, 10m, 1h30m, 7d')
  return ms >= least ? ms : record.complain(key, `"${key}" is at least ${least / 1000} s`)
}

const LONGEST_MS = 100 * 366 * 24 * 3_600_000

const KINDS = ['cron', 'every', 'calendar'] as const

/** Reads when something comes: `cron`, `every` or `calendar`, of which exactly one is there. */
export const timingIn = (record: YamlRecord, about: string): Timing | undefined => {
  const [kind, second] = KINDS.filter((key) => record.has(key))
  if (kind === undefined)
    return record.complain(
      'cron',
      `${about} has no time`,
      'cron: "15 2 * * *", every: 6h, or calendar: "Mon..Fri 02:15"',
    )
  if (second !== undefined)
    return record.complain(second, `${about} has two times: "${kind}" and "${second}"`, 'leave one out')
  if (record.node(kind) === undefined) return record.complain(kind, `"${kind}" says nothing`)
  const text = record.text(kind)
  if (text === undefined) return undefined
  if (kind === 'every') {
    const ms = durationIn(record, 'every', 1000)
    return ms === undefined ? undefined : { kind, text, ms }
  }
  const wrong = mistakeIn({ kind, text })
  return wrong === null ? { kind, text } : record.complain(kind, `"${text}" ${wrong.what}`, wrong.hint)
}

interface Wrong {
  readonly what: string
  readonly hint?: string
}

const mistakeIn = (timing: Timing & { readonly kind: 'cron' | 'calendar' }): Wrong | null => {
  const wrong = timing.kind === 'cron' ? cronMistake : calendarMistake
  try {
    // the zone changes when a moment is, and never whether there is one
    const next = timesOf(timing, 'UTC').next(new Date(0))
    return next === null ? { what: 'never comes: there is no such day' } : null
  } catch (error) {
    return wrong(timing.text, (error as Error).message.replace(/^CronPattern: (?:Syntax error, )?/, ''))
  }
}

const FIVE = 'five fields, as in "15 2 * * *": minute, hour, day, month, weekday; with six, seconds come first'

const cronMistake = (text: string, why: string): Wrong => {
  if (text.trim().startsWith('@'))
    return { what: 'is no nickname of cron', hint: '@hourly, @daily, @weekly, @monthly or @yearly' }
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5 && fields.length !== 6)
    return { what: `is no cron line: it has ${fields.length} fields`, hint: FIVE }
  const invalid = /^Invalid value for (\w+): (-?\d+)$/.exec(why)
  const [, field = '', value = ''] = invalid ?? []
  if (invalid !== null) {
    // croner counts days and months from 0
    const number = field === 'day' || field === 'month' ? Number(value) + 1 : Number(value)
    return { what: `is no cron line: there is no ${field === 'dayOfWeek' ? 'weekday' : field} ${number}`, hint: FIVE }
  }
  const names = ['second', 'minute', 'hour', 'day', 'month', 'weekday'].slice(6 - fields.length)
  const illegal = /^configuration entry (\d+) \((.*)\) contains illegal characters\.$/.exec(why)
  if (illegal !== null) {
    const name = names[Number(illegal[1]) - (6 - fields.length)] ?? 'field'
    return { what: `is no cron line: "${illegal[2]}" is no ${name}`, hint: FIVE }
  }
  return {
    what: `is no cron line: ${why.replace(/\.$/, '').replace(/^[A-Z](?=[a-z])/, (sign) => sign.toLowerCase())}`,
    hint: FIVE,
  }
}

const calendarMistake = (text: string): Wrong =>
  hasOwnZone(text)
    ? { what: 'has a time zone of its own', hint: 'say it beside it: timezone: Europe/Prague' }
    : { what: 'is no calendar expression', hint: 'as in "Mon..Fri 02:15", "*-*-01 04:00" or "daily"' }

/** The shortest time between two moments of a timing, in milliseconds; null where there are fewer than two. */
export const periodOf = (timing: Timing): number | null => {
  if (timing.kind === 'every') return timing.ms
  const times = timesOf(timing, 'UTC')
  let shortest: number | null = null
  let before = times.next(new Date(SOME_DAY))
  for (let count = 0; count < LOOKED_AT && before !== null; count += 1) {
    const next = times.next(before)
    if (next !== null) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, next.getTime() - before.getTime())
    before = next
  }
  return shortest
}

// any day will do: what is seen of a timing are some hundred moments from it on
const SOME_DAY = Date.UTC(2024, 0, 1)
const LOOKED_AT = 400
