import { statSync } from 'node:fs'
import { didYouMean } from '../contract/suggest.ts'
import { nodeValue, unspelled } from '../yaml/node.ts'
import type { YamlRecord } from '../yaml/record.ts'
import { blackoutIn } from './read-blackout.ts'
import { durationIn, periodOf, timingIn } from './read-timing.ts'
import { NOTIFY_ON, type Schedule, type Timing } from './shape.ts'

/** The keys of a schedule. */
export const KEYS = [
  ...['name', 'enabled', 'playbook', 'inventory', 'limit', 'tags', 'skip_tags', 'extra_vars', 'forks', 'waivers'],
  ...['mode', 'cron', 'every', 'calendar', 'timezone', 'jitter', 'overlap', 'catch_up', 'blackout', 'retry'],
  ...['timeout', 'notify', 'retain'],
]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const MOST_CAUGHT_UP = 1000

/** What a schedule is read with. */
export interface About {
  /** a path as the file of schedules has it, made whole */
  readonly pathIn: (path: string) => string
  /** the names of the channels that the file has */
  readonly channels: readonly string[]
}

/** Reads one schedule; undefined where it lacks what makes one. */
export const scheduleIn = (record: YamlRecord, about: About): Schedule | undefined => {
  const name = nameIn(record)
  const timing = timingIn(record, 'a schedule')
  const timezone = zoneIn(record) ?? 'UTC'
  const playbooks = needed(record, 'playbook', about)
  const inventory = needed(record, 'inventory', about)
  const rest = {
    at: record.at,
    enabled: record.flag('enabled') ?? true,
    limit: record.texts('limit').join(',') || null,
    tags: record.texts('tags'),
    skipTags: record.texts('skip_tags'),
    extraVars: extraVarsIn(record, about),
    forks: record.whole('forks', 1) ?? null,
    waivers: record.has('waivers') ? (needed(record, 'waivers', about)[0] ?? null) : null,
    mode: record.choice('mode', ['audit', 'run', 'audit-then-run']) ?? 'audit',
    timezone,
    jitterMs: jitterIn(record, timing),
    overlap: record.choice('overlap', ['skip', 'queue-one', 'cancel-previous', 'allow']) ?? 'skip',
    catchUp: catchUpIn(record),
    blackouts: record
      .records('blackout', ['cron', 'every', 'calendar', 'from', 'to', 'duration', 'reason'])
      .flatMap((one) => blackoutIn(one, timezone) ?? []),
    retry: retryIn(record),
    timeoutMs: durationIn(record, 'timeout', 1000) ?? HOUR_MS,
    notify: notifyIn(record, about),
    retain: retainIn(record),
  } satisfies Partial<Schedule>
  if (name === undefined || timing === undefined) return undefined
  return { ...rest, name, timing, playbooks, inventory }
}

const nameIn = (record: YamlRecord): string | undefined => {
  const name = record.text('name')
  if (name === undefined) return record.has('name') ? undefined : record.complain('name', 'a schedule has a name')
  return /^\w[\w.-]{0,79}$/.test(name)
    ? name
    : record.complain('name', `"${name}" is no name of a schedule`, 'letters, digits, ".", "-" and "_"')
}

const zoneIn = (record: YamlRecord): string | undefined => {
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

/** Paths that must be there; a list of hosts with commas is no path. */
const needed = (record: YamlRecord, key: 'playbook' | 'inventory' | 'waivers', about: About): readonly string[] => {
  if (record.node(key) === undefined) record.complain(key, `a schedule has ${key}: a file, or a list of them`)
  return record.texts(key).map((path) => {
    if (key === 'inventory' && path.includes(',')) return path
    return thereIn(record, key, { path, about, mayBeDirectory: key === 'inventory' })
  })
}

const thereIn = (
  record: YamlRecord,
  key: string,
  { path, about, mayBeDirectory }: { readonly path: string; readonly about: About; readonly mayBeDirectory: boolean },
): string => {
  const full = about.pathIn(path)
  const found = statSync(full, { throwIfNoEntry: false })
  if (found === undefined)
    record.complain(key, `the ${key} "${path}" could not be found`, `it is looked for as ${full}`)
  else if (found.isDirectory() && !mayBeDirectory) record.complain(key, `the ${key} "${path}" is a directory`)
  return full
}

const SECRET = /(?:^|\s)(\w*(?:password|passwd|passphrase|secret|token))$/i

const extraVarsIn = (record: YamlRecord, about: About): readonly string[] => {
  const node = record.node('extra_vars')
  const secret = (name: string): undefined =>
    record.complain('extra_vars', `a secret stands in the schedule: "${name}"`, 'put it in a file: extra_vars: "@FILE"')
  if (node?.kind === 'map') {
    for (const { key } of node.entries) if (SECRET.test(key)) secret(key)
    return [JSON.stringify(unspelled(nodeValue(node)))]
  }
  return record.texts('extra_vars').map((text) => {
    if (text.startsWith('@'))
      return `@${thereIn(record, 'extra_vars', { path: text.slice(1), about, mayBeDirectory: false })}`
    for (const name of text.split('=').slice(0, -1)) {
      const found = SECRET.exec(name)?.[1]
      if (found !== undefined) secret(found)
    }
    return text
  })
}

const jitterIn = (record: YamlRecord, timing: Timing | undefined): number => {
  const jitterMs = durationIn(record, 'jitter', 0) ?? 0
  const periodMs = jitterMs === 0 || timing === undefined ? null : periodOf(timing)
  if (periodMs !== null && jitterMs >= periodMs)
    record.complain('jitter', 'its jitter is as long as the time between two slots, or longer', 'make it shorter')
  return jitterMs
}

const catchUpIn = (record: YamlRecord): Schedule['catchUp'] => {
  const inner = record.record('catch_up', ['policy', 'window', 'max'])
  const most = inner?.whole('max', 1) ?? 10
  if (most > MOST_CAUGHT_UP) inner?.complain('max', `"max" is at most ${MOST_CAUGHT_UP}`)
  return {
    policy: inner?.choice('policy', ['none', 'latest', 'all']) ?? 'latest',
    windowMs: (inner === undefined ? undefined : durationIn(inner, 'window', 1000)) ?? 24 * HOUR_MS,
    most,
  }
}

const retryIn = (record: YamlRecord): Schedule['retry'] => {
  const inner = record.record('retry', ['attempts', 'delay', 'only'])
  if (inner === undefined) return { attempts: 0, delayMs: 15 * MINUTE_MS }
  if (inner.node('attempts') === undefined) inner.complain('attempts', 'a retry says how many: attempts')
  inner.choice('only', ['unreachable'])
  return { attempts: inner.whole('attempts', 0) ?? 0, delayMs: durationIn(inner, 'delay', 0) ?? 15 * MINUTE_MS }
}

const notifyIn = (record: YamlRecord, { channels }: About): Schedule['notify'] => {
  const inner = record.record('notify', ['on', 'via'])
  if (inner === undefined) return { on: [], via: [] }
  if (inner.node('via') === undefined) inner.complain('via', 'a notification has a way: via', 'names of channels:')
  const on = inner.texts('on').flatMap((word) => {
    const found = NOTIFY_ON.find((one) => one === word)
    if (found === undefined)
      inner.complain('on', `"on" is of ${NOTIFY_ON.join(', ')}, not "${word}"`, didYouMean(word, NOTIFY_ON).hint)
    return found ?? []
  })
  const via = inner.texts('via')
  for (const name of via.filter((one) => !channels.includes(one))) {
    const known = channels.length === 0 ? 'channels: in the same file defines them' : `there is ${channels.join(', ')}`
    inner.complain('via', `no channel is called "${name}"`, didYouMean(name, channels).hint ?? known)
  }
  return { on: inner.node('on') === undefined ? NOTIFY_ON : on, via }
}

const retainIn = (record: YamlRecord): Schedule['retain'] => {
  const inner = record.record('retain', ['runs', 'days'])
  return { runs: inner?.whole('runs', 1) ?? 400, days: inner?.whole('days', 1) ?? 730 }
}
