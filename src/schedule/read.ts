import { existsSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Mistake, UserError } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { readRecordFile, recordOf, type YamlRecord } from '../yaml/record.ts'
import { channelsIn } from './read-channels.ts'
import { durationIn, timingIn } from './read-timing.ts'
import { type Blackout, type Channel, NOTIFY_ON, type Schedule, type ScheduleFile, type Timing } from './shape.ts'

const TIMES = ['cron', 'every', 'calendar']
/** The keys of a schedule. */
export const KEYS = [
  ...['name', 'enabled', 'playbook', 'inventory', 'limit', 'tags', 'skip_tags', 'extra_vars', 'forks', 'waivers'],
  ...[
    'mode',
    ...TIMES,
    'timezone',
    'jitter',
    'overlap',
    'catch_up',
    'blackout',
    'retry',
    'timeout',
    'notify',
    'retain',
  ],
]
const TOP = ['schedules', 'channels', 'metrics', 'history']

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Reads a file of schedules; throws UserError with every mistake in it. Paths in it are relative to it. */
export const readSchedules = (file: string): ScheduleFile => {
  const { root, mistakes } = readRecordFile(file, 'file of schedules')
  if (root === null)
    throw new UserError(`the file of schedules "${file}" is empty`, { hint: 'it has schedules: a list' })
  const top = recordOf(root, { keys: TOP, what: 'a file of schedules', mistakes })
  if (top === null) throw new UserError(mistakes)
  const place = dirname(realpathSync(file))
  const pathIn = (path: string): string => (isAbsolute(path) ? path : join(place, path))
  const channels = channelsIn(top.node('channels'), mistakes)
  const about: About = { pathIn, channels }
  const records = top.records('schedules', KEYS)
  if (records.length === 0 && mistakes.length === 0) top.complain('schedules', 'there is no schedule in it')
  const schedules = records.flatMap((record) => scheduleOf(record, about) ?? [])
  const all = [...mistakes, ...twice(schedules)]
  if (all.length > 0) throw new UserError(inOrder(all))
  const [metrics, history] = [top.text('metrics'), top.text('history')]
  return {
    file: realpathSync(file),
    schedules,
    channels,
    metrics: metrics === undefined ? null : pathIn(metrics),
    history: history === undefined ? null : pathIn(history),
  }
}

interface About {
  readonly pathIn: (path: string) => string
  readonly channels: readonly Channel[]
}

const scheduleOf = (record: YamlRecord, about: About): Schedule | undefined => {
  const name = nameOf(record)
  const timezone = zoneOf(record)
  const timing = timingIn(record, timezone, 'a schedule')
  const playbooks = pathsOf(record, 'playbook', about)
  const inventory = pathsOf(record, 'inventory', about)
  const waivers = record.has('waivers') ? (pathsOf(record, 'waivers', about)[0] ?? null) : null
  const zone = timezone ?? 'UTC'
  const rest = {
    at: record.at,
    enabled: record.flag('enabled') ?? true,
    limit: record.texts('limit').join(',') || null,
    tags: record.texts('tags'),
    skipTags: record.texts('skip_tags'),
    extraVars: record.texts('extra_vars'),
    forks: record.whole('forks', 1) ?? null,
    waivers,
    mode: record.choice('mode', ['audit', 'run', 'audit-then-run']) ?? 'audit',
    timezone: zone,
    jitterMs: durationIn(record, 'jitter', 0) ?? 0,
    overlap: record.choice('overlap', ['skip', 'queue-one', 'cancel-previous', 'allow']) ?? 'skip',
    catchUp: catchUpOf(record),
    blackouts: record
      .records('blackout', [...TIMES, 'from', 'to', 'duration', 'reason'])
      .flatMap((one) => blackoutOf(one, zone) ?? []),
    retry: retryOf(record),
    timeoutMs: durationIn(record, 'timeout', 1000) ?? 60 * MINUTE_MS,
    notify: notifyOf(record, about),
    retain: retainOf(record),
  }
  if (timing?.kind === 'every' && rest.jitterMs >= timing.ms)
    record.complain('jitter', 'its jitter is longer than the time between two slots')
  if (name === undefined || timing === undefined || playbooks.length === 0) return undefined
  return { ...rest, name, timing, playbooks, inventory }
}

const nameOf = (record: YamlRecord): string | undefined => {
  const name = record.text('name')
  if (name === undefined) return record.complain('name', 'a schedule has a name')
  return /^[\w.-]{1,80}$/.test(name)
    ? name
    : record.complain('name', `"${name}" is no name of a schedule`, 'letters, digits, ".", "-" and "_"')
}

const zoneOf = (record: YamlRecord): string | undefined => {
  const zone = record.text('timezone')
  if (zone === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    const { hint } = didYouMean(zone, Intl.supportedValuesOf('timeZone'))
    return record.complain('timezone', `"${zone}" is no time zone`, hint ?? 'as in Europe/Prague, or UTC')
  }
}

const pathsOf = (record: YamlRecord, key: string, { pathIn }: About): readonly string[] => {
  const given = record.texts(key)
  if (given.length === 0) record.complain(key, `a schedule has "${key}"`)
  return given.map((path) => {
    // a list of hosts is no path
    if (key === 'inventory' && path.includes(',')) return path
    const full = pathIn(path)
    if (!existsSync(full))
      record.complain(key, `the ${key} "${path}" could not be found`, `it is looked for as ${full}`)
    return full
  })
}

const catchUpOf = (record: YamlRecord): Schedule['catchUp'] => {
  const inner = record.record('catch_up', ['policy', 'window', 'max'])
  return {
    policy: inner?.choice('policy', ['none', 'latest', 'all']) ?? 'latest',
    windowMs: (inner === undefined ? undefined : durationIn(inner, 'window', 1000)) ?? DAY_MS,
    most: inner?.whole('max', 1) ?? 10,
  }
}

const blackoutOf = (record: YamlRecord, zone: string): Blackout | undefined => {
  const reason = record.text('reason')
  if (reason === undefined) return record.complain('reason', 'a blackout says why: reason')
  const ms = durationIn(record, 'duration', 1000)
  if (!record.has('from')) {
    if (!record.has('duration')) return record.complain('duration', 'a blackout says how long: duration')
    const from = timingIn(record, zone, 'a blackout')
    return from === undefined || ms === undefined ? undefined : { from, ms, reason }
  }
  const from = momentIn(record, 'from')
  const to = record.has('to') ? momentIn(record, 'to') : from !== undefined && ms !== undefined ? from + ms : undefined
  if (from === undefined || to === undefined)
    return record.has('to') || record.has('duration')
      ? undefined
      : record.complain('from', 'a blackout has an end', 'to, or duration')
  return to > from ? { from, ms: to - from, reason } : record.complain('to', 'a blackout ends behind its beginning')
}

const momentIn = (record: YamlRecord, key: string): number | undefined => {
  const text = record.text(key) ?? ''
  const moment = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (/^\d{4}-\d{2}-\d{2}(?:T.*(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(moment)) return moment
  return record.complain(key, `"${text}" is no moment`, 'as in 2026-12-20 (UTC), or 2026-12-20T18:00:00+01:00')
}

const retryOf = (record: YamlRecord): Schedule['retry'] => {
  const inner = record.record('retry', ['attempts', 'delay', 'only'])
  inner?.choice('only', ['unreachable'])
  return {
    attempts: inner?.whole('attempts', 0) ?? 0,
    delayMs: (inner === undefined ? undefined : durationIn(inner, 'delay', 0)) ?? 15 * MINUTE_MS,
  }
}

const notifyOf = (record: YamlRecord, { channels }: About): Schedule['notify'] => {
  const inner = record.record('notify', ['on', 'via'])
  if (inner === undefined) return { on: [], via: [] }
  const on = inner.texts('on').flatMap((word) => {
    const found = NOTIFY_ON.find((one) => one === word)
    if (found === undefined)
      inner.complain('on', `"on" is of ${NOTIFY_ON.join(', ')}, not "${word}"`, didYouMean(word, NOTIFY_ON).hint)
    return found ?? []
  })
  const names = channels.map(({ name }) => name)
  const via = inner.texts('via')
  for (const name of via.filter((one) => !names.includes(one)))
    inner.complain(
      'via',
      `no channel is called "${name}"`,
      didYouMean(name, names).hint ?? 'channels: defines them by name',
    )
  return { on, via }
}

const retainOf = (record: YamlRecord): Schedule['retain'] => {
  const inner = record.record('retain', ['runs', 'days'])
  return { runs: inner?.whole('runs', 1) ?? 400, days: inner?.whole('days', 1) ?? 730 }
}

const twice = (schedules: readonly Schedule[]): readonly Mistake[] => {
  const seen = new Set<string>()
  return schedules.flatMap(({ name, at }) => {
    const isSecond = seen.has(name)
    seen.add(name)
    return isSecond ? [{ message: `a second schedule is called "${name}"`, at }] : []
  })
}

const inOrder = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  [...mistakes].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))

/** A timing as a text that tells different ones apart. */
export const timingKey = ({ timing, timezone }: { readonly timing: Timing; readonly timezone: string }): string =>
  JSON.stringify([timing.kind, timing.text, timezone, ...(timing.kind === 'every' ? [timing.ms] : [])])
