import { NOTIFY_ON } from './shape.ts'

// What editors are told of a file of schedules; read.ts judges it, and says more than a schema can.

type Json = Readonly<Record<string, unknown>>

const text = (description: string): Json => ({ type: 'string', description })
const path = (description: string): Json => ({
  description: `${description}, relative to this file`,
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
})
const texts = (description: string): Json => ({
  description,
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
})
const duration = (description: string): Json => ({
  description: `${description}; as in 90s, 10m, 1h30m, 7d, or seconds`,
  anyOf: [
    { type: 'string', pattern: '^\\s*([0-9]+|([0-9]+\\s*(s|sec|m|min|h|d|w)\\s*)+)\\s*$' },
    { type: 'integer', minimum: 0 },
  ],
})
const count = (description: string, minimum: number): Json => ({ type: 'integer', minimum, description })
const words = (all: readonly string[], description: string): Json => ({ enum: all, description })
const map = (properties: Json, about: Json = {}): Json => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...about,
})

const timing = {
  cron: text('five fields: minute, hour, day, month, weekday; with six, seconds come first; or @daily'),
  every: duration('a time between two slots, counted from 1970'),
  calendar: text("as systemd's OnCalendar: Mon..Fri 02:15, *-*-01 04:00, daily"),
}

const blackout = map(
  {
    ...timing,
    from: text('a moment, or a day: in the time zone of the schedule where it names none'),
    to: text('the moment at which it ends; a day belongs to it whole'),
    duration: duration('how long it is'),
    reason: text('why nothing runs'),
  },
  { required: ['reason'] },
)

const schedule = map(
  {
    name: { type: 'string', pattern: '^\\w[\\w.-]{0,79}$', description: 'its name: letters, digits, ".", "-" and "_"' },
    enabled: { type: 'boolean', default: true, description: 'false: its slots are recorded, and do not run' },
    playbook: path('one playbook, or several'),
    inventory: path('one inventory, or several'),
    limit: texts('only these hosts: names, groups, globs, a:b, !c, &d'),
    tags: texts('only tasks with one of these tags'),
    skip_tags: texts('no tasks with one of these tags'),
    extra_vars: { description: 'variables that win over all others: a map, key=value, or @FILE' },
    forks: count('hosts worked on at a time', 1),
    waivers: { type: 'string', description: 'a file of waivers, relative to this file' },
    mode: words(['audit', 'run', 'audit-then-run'], 'what is done; default: audit'),
    ...timing,
    timezone: text('such as Europe/Prague; default: that of the machine'),
    jitter: duration('the most that a start is put off, the same each time it is asked'),
    overlap: words(
      ['skip', 'queue-one', 'cancel-previous', 'allow'],
      'while the slot before still runs; default: skip',
    ),
    catch_up: map(
      {
        policy: words(['none', 'latest', 'all'], 'which of the slots that were missed run; default: latest'),
        window: duration('how late they may be; default: 24h'),
        max: count('of all: how many at most', 1),
      },
      { description: 'what becomes of slots that nobody looked at in time' },
    ),
    blackout: { description: 'times in which nothing runs', anyOf: [blackout, { type: 'array', items: blackout }] },
    retry: map(
      {
        attempts: count('how many more', 0),
        delay: duration('the time before each; default: 15m'),
        only: words(['unreachable'], 'at the hosts that were unreachable'),
      },
      { required: ['attempts'] },
    ),
    timeout: duration('how long it may take; default: 1h'),
    notify: map(
      {
        on: {
          ...texts('what is told; default: all'),
          anyOf: [{ enum: NOTIFY_ON }, { type: 'array', items: { enum: NOTIFY_ON } }],
        },
        via: texts('names of channels'),
      },
      { required: ['via'] },
    ),
    retain: map({ runs: count('runs that are kept; default: 400', 1), days: count('days; default: 730', 1) }),
  },
  {
    required: ['name', 'playbook', 'inventory'],
    oneOf: Object.keys(timing).map((key) => ({ required: [key] })),
  },
)

const given = map({ env: text('an environment variable'), file: text('a file, relative to this one') })

const channel = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    webhook: {
      anyOf: [
        text('a URL'),
        map({
          url: text('a URL without a secret in it'),
          url_env: text('the environment variable that holds it'),
          url_file: text('the file that holds it'),
          headers: { type: 'object', additionalProperties: { anyOf: [{ type: ['string', 'number'] }, given] } },
        }),
      ],
    },
    command: texts('words of a command, which gets the message as JSON on its stdin; no shell reads them'),
    mail: map(
      {
        server: text('smtp://host:25, or smtps://…'),
        from: text('the sender'),
        to: texts('who gets it'),
        user: text('the name that the server is told'),
        password_env: text('the environment variable that holds the password'),
        password_file: text('the file that holds it'),
      },
      { required: ['server', 'from', 'to'] },
    ),
  },
}

/** The JSON Schema of a file of schedules. */
export const scheduleSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'keyward schedules',
  ...map(
    {
      schedules: { description: 'what runs when', anyOf: [schedule, { type: 'array', items: schedule, minItems: 1 }] },
      channels: { type: 'object', additionalProperties: channel, description: 'where notifications go, by name' },
      metrics: text("a file for Prometheus' node exporter, relative to this file"),
      history: text('the history, relative to this file; default: ~/.local/state/keyward/history.db'),
    },
    { required: ['schedules'] },
  ),
}
