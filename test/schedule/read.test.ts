import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { UserError } from '../../src/contract/errors.ts'
import { scheduleSchema } from '../../src/schedule/file-schema.ts'
import { readSchedules, timingKey } from '../../src/schedule/read.ts'
import { KEYS } from '../../src/schedule/read-schedule.ts'
import type { ScheduleFile } from '../../src/schedule/shape.ts'
import { nodeValue, unspelled } from '../../src/yaml/node.ts'
import { readYaml } from '../../src/yaml/read.ts'

const EXAMPLE = join(import.meta.dirname, 'example.yml')
const HEAD = 'schedules:\n  - name: nightly\n    playbook: site.yml\n    inventory: hosts.yml\n'
const DAILY = `${HEAD}    cron: "15 2 * * *"\n`

describe('a file of schedules', () => {
  let directory = ''
  let file = ''
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyward-schedules-'))
    file = join(directory, 'schedule.yml')
    for (const name of ['site.yml', 'hosts.yml', 'waivers.yml']) writeFileSync(join(directory, name), '')
  })
  after(() => rmSync(directory, { recursive: true }))

  const read = (text: string): ScheduleFile => {
    writeFileSync(file, text)
    return readSchedules(file)
  }
  /** Each mistake as `line:column message (hint)`. */
  const mistakes = (text: string): readonly string[] => {
    try {
      read(text)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return error.mistakes.map(
        ({ at, message, hint }) => `${at?.line}:${at?.column} ${message}${hint === undefined ? '' : ` (${hint})`}`,
      )
    }
    return []
  }
  const only = (text: string): string => {
    const all = mistakes(text)
    assert.equal(all.length, 1, all.join('\n'))
    return all[0] ?? ''
  }

  it('says everything that there is to say', () => {
    copyFileSync(EXAMPLE, file)
    const { schedules, channels, metrics, history } = readSchedules(file)
    const [nightly, often] = schedules
    assert.deepEqual(nightly, {
      name: 'nightly-key-only',
      at: { file, line: 3, column: 5 },
      enabled: true,
      playbooks: [join(directory, 'site.yml')],
      inventory: [join(directory, 'hosts.yml')],
      limit: 'prod',
      tags: ['ssh'],
      skipTags: ['slow'],
      extraVars: ['{"strict":true}'],
      forks: 10,
      waivers: join(directory, 'waivers.yml'),
      mode: 'audit',
      timing: { kind: 'cron', text: '15 2 * * *' },
      timezone: 'Europe/Prague',
      jitterMs: 600_000,
      overlap: 'skip',
      catchUp: { policy: 'latest', windowMs: 86_400_000, most: 10 },
      blackouts: [
        { from: { kind: 'cron', text: '0 0 20 12 *' }, ms: 14 * 86_400_000, reason: 'year-end freeze' },
        { from: Date.parse('2026-07-31T22:00:00Z'), ms: 2 * 86_400_000, reason: 'the data centre moves' },
      ],
      retry: { attempts: 2, delayMs: 900_000 },
      timeoutMs: 1_800_000,
      notify: {
        on: ['drift', 'fixed', 'fail', 'unreachable', 'waiver-expiring', 'missed'],
        via: ['chat', 'pager', 'admins'],
      },
      retain: { runs: 400, days: 730 },
    })
    assert.deepEqual(often?.inventory, [join(directory, 'hosts.yml'), 'web1,web2'])
    assert.deepEqual(channels, [
      {
        name: 'chat',
        kind: 'webhook',
        url: { env: 'CHAT_URL' },
        headers: { 'X-Source': { text: 'keyward' }, Authorization: { file: '/run/secrets/chat' } },
      },
      { name: 'pager', kind: 'command', argv: ['/usr/local/bin/page', '--from', 'keyward'] },
      {
        name: 'admins',
        kind: 'mail',
        server: 'smtp://mail.example.com:25',
        from: 'keyward@example.com',
        to: ['admins@example.com'],
        user: null,
        password: null,
      },
    ])
    assert.deepEqual([metrics, history], [join(directory, 'keyward.prom'), join(directory, 'history.db')])
  })

  it('has defaults for what it does not say', () => {
    const [nightly] = read(DAILY).schedules
    assert.deepEqual(
      { ...nightly, at: null, playbooks: null, inventory: null, timing: null },
      {
        name: 'nightly',
        at: null,
        enabled: true,
        playbooks: null,
        inventory: null,
        limit: null,
        tags: [],
        skipTags: [],
        extraVars: [],
        forks: null,
        waivers: null,
        mode: 'audit',
        timing: null,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        jitterMs: 0,
        overlap: 'skip',
        catchUp: { policy: 'latest', windowMs: 86_400_000, most: 10 },
        blackouts: [],
        retry: { attempts: 0, delayMs: 900_000 },
        timeoutMs: 3_600_000,
        notify: { on: [], via: [] },
        retain: { runs: 400, days: 730 },
      },
    )
  })

  it('tells all mistakes at once, in the order of the file', () => {
    const text = `schedules:
  - name: nightly
    playbok: site.yml
    inventory: nowhere.yml
    cron: "61 2 * * *"
    mode: audits
    timezone: Europe/Pragu
    retry: {attempts: many}
    notify: {on: [drft], via: [chta]}
  - name: nightly
    playbook: site.yml
    inventory: hosts.yml
    every: 10m
    timeout: 0
channels:
  chat: {webhook: "ftp://x"}
`
    assert.deepEqual(
      mistakes(text).map((one) => one.replaceAll(directory, '.')),
      [
        '2:5 a schedule has playbook: a file, or a list of them',
        '3:5 "schedules" has no "playbok" (did you mean "playbook"?)',
        '4:16 the inventory "nowhere.yml" could not be found (it is looked for as ./nowhere.yml)',
        '5:11 "61 2 * * *" is no cron line: there is no minute 61 (five fields, as in "15 2 * * *": minute, hour, day, month, weekday; with six, seconds come first)',
        '6:11 "mode" is one of audit, run, audit-then-run, not "audits" (did you mean "audit"?)',
        '7:15 "Europe/Pragu" is no time zone (did you mean "Europe/Prague"?)',
        '8:23 "attempts" is a whole number of at least 0, not "many"',
        '9:18 "on" is of drift, fixed, fail, unreachable, waiver-expiring, missed, not "drft" (did you mean "drift"?)',
        '9:31 no channel is called "chta" (did you mean "chat"?)',
        '10:11 a second schedule is called "nightly" (the first one is in line 2)',
        '14:14 "timeout" is at least 1 s',
        '16:19 "ftp://x" is no URL of a webhook (as in https://hooks.example.com/keyward)',
      ],
    )
  })

  const times: readonly (readonly [string, RegExp])[] = [
    ['cron: "15 2 * *"', /is no cron line: it has 4 fields/],
    ['cron: "0 0 32 * *"', /there is no day 32/],
    ['cron: "0 0 * 13 *"', /there is no month 13/],
    ['cron: "0 0 * * 8"', /there is no weekday 8/],
    ['cron: "x 2 * * *"', /"x" is no minute/],
    ['cron: "0 2 * * MOO"', /"MOO" is no weekday/],
    ['cron: "0/15 * * * *"', /stepping with numeric prefix/],
    ['cron: "@dayly"', /is no nickname of cron \(@hourly/],
    ['cron: "0 0 30 2 *"', /never comes: there is no such day/],
    ['cron: "0 0 31 4,6 *"', /never comes/],
    ['calendar: "*-02-30"', /never comes/],
    ['calendar: "*-13-01"', /is no calendar expression/],
    ['calendar: "Funday 02:15"', /is no calendar expression \(as in "Mon\.\.Fri 02:15"/],
    ['calendar: "Mon 02:15 Europe/Prague"', /has a time zone of its own \(say it beside it: timezone/],
    ['every: soon', /"soon" is no duration \(as in 90s/],
    ['every: 0', /"every" is at least 1 s/],
    ['every: ', /"every" says nothing/],
    ['limit: all', /a schedule has no time \(cron: /],
    ['cron: "15 2 * * *"\n    every: 6h', /a schedule has two times: "cron" and "every" \(leave one out\)/],
  ]
  for (const [line, wanted] of times)
    it(`refuses ${line.replace(/\n */, ', ')}`, () => assert.match(only(`${HEAD}    ${line}\n`), wanted))

  for (const line of [
    ...['cron: "*/10 0-5 * * MON-FRI"', 'cron: "30 15 2 * * *"', 'cron: "@daily"', 'cron: "0 0 L * *"'],
    ...['cron: "0 0 * * 1#2"', 'cron: "0 0 29 2 *"', 'calendar: weekly', 'calendar: "Sat,Sun 20:00"', 'every: 90'],
  ])
    it(`takes ${line}`, () => assert.deepEqual(mistakes(`${HEAD}    ${line}\n`), []))

  const rest: readonly (readonly [string, RegExp])[] = [
    ['jitter: 24h', /its jitter is as long as the time between two slots/],
    ['timeout: 0', /"timeout" is at least 1 s/],
    ['catch_up: {window: 0}', /"window" is at least 1 s/],
    ['catch_up: {policy: all, max: 0}', /"max" is a whole number of at least 1/],
    ['catch_up: {policy: all, max: 5000}', /"max" is at most 1000/],
    ['retry: {delay: 5m}', /a retry says how many: attempts/],
    ['retry: {attempts: 1, only: failed}', /"only" is one of unreachable/],
    ['waivers: none.yml', /the waivers "none.yml" could not be found/],
    ['blackout: {cron: "0 0 20 12 *", duration: 14d}', /a blackout says why: reason/],
    ['blackout: {cron: "0 0 20 12 *", reason: x}', /a blackout says how long: duration/],
    ['blackout: {cron: "0 0 30 2 *", duration: 1d, reason: x}', /never comes/],
    ['blackout: {from: 2026-12-20, reason: x}', /a blackout has one end \(to, or duration\)/],
    ['blackout: {from: 2026-12-20, to: 2026-12-01, reason: x}', /a blackout ends behind its beginning/],
    ['blackout: {from: 2026-02-30, to: 2026-12-01, reason: x}', /"2026-02-30" is no moment/],
    ['notify: {on: [drift]}', /a notification has a way: via/],
    ['notify: {on: [drift], via: [mail]}', /no channel is called "mail" \(channels: in the same file defines them\)/],
    ['extra_vars: "ansible_password=hunter2"', /a secret stands in the schedule: "ansible_password"/],
    ['extra_vars: {db_token: x}', /a secret stands in the schedule: "db_token"/],
  ]
  for (const [line, wanted] of rest) it(`refuses ${line}`, () => assert.match(only(`${DAILY}    ${line}\n`), wanted))

  const channels: readonly (readonly [string, RegExp])[] = [
    ['{webhook: "https://me:hunter2@example.com/"}', /a password stands in the URL \(say where it is: url_env/],
    ['{webhook: "https://example.com/?access_token=abc"}', /a secret stands in the URL/],
    ['{webhook: {url: "https://example.com/", headers: {Authorization: Bearer x}}}', /a secret stands in the header/],
    ['{webhook: {headers: {}}}', /a webhook has a URL/],
    ['{command: "echo $HOME"}', /a command with signs of the shell is a list/],
    ['{mail: {server: "smtp://h", from: a@b.c, to: d@e.f, user: a, password: x}}', /a password stands in the schedule/],
    ['{mail: {server: "smtp://a:x@h", from: a@b.c, to: d@e.f}}', /a password stands in the server/],
    ['{mail: {server: "smtp://h", from: a@b.c, to: nobody}}', /"nobody" is no mail address/],
    ['{webhook: "https://example.com/", command: x}', /is one of webhook, command, mail/],
  ]
  for (const [channel, wanted] of channels)
    it(`refuses the channel ${channel}`, () => {
      const said = only(`${DAILY}channels:\n  one: ${channel}\n`)
      assert.match(said, wanted)
      assert.doesNotMatch(said, /hunter2|abc/)
    })

  it('tells edits of the time from other ones', () => {
    const keyOf = (text: string): string => {
      const [first] = read(text).schedules
      assert.ok(first)
      return timingKey(first)
    }
    assert.equal(keyOf(DAILY), keyOf(`${DAILY}    mode: run\n`))
    assert.notEqual(keyOf(DAILY), keyOf(`${HEAD}    cron: "16 2 * * *"\n`))
    assert.notEqual(keyOf(`${DAILY}    timezone: UTC\n`), keyOf(`${DAILY}    timezone: Asia/Kathmandu\n`))
  })

  describe('for editors', () => {
    const fits = new Ajv({ strict: false }).compile(scheduleSchema)
    const parsed = (text: string): unknown => {
      const { root } = readYaml(text, 'x.yml')
      return root === null ? null : unspelled(nodeValue(root))
    }
    it('has a schema that knows every key', () => {
      const keys = (scheduleSchema as unknown as { properties: { schedules: { anyOf: [{ properties: object }] } } })
        .properties.schedules.anyOf[0].properties
      assert.deepEqual(Object.keys(keys).sort(), [...KEYS].sort())
    })
    it('which takes the example, and no misspelt key', () => {
      const text = readFileSync(EXAMPLE, 'utf8')
      assert.equal(fits(parsed(text)), true, JSON.stringify(fits.errors))
      assert.equal(fits(parsed(text.replace('jitter:', 'jiter:'))), false)
      assert.equal(fits(parsed(text.replace('every: 30m', 'every: soon'))), false)
      assert.equal(fits(parsed(`${DAILY}    every: 6h\n`)), false)
    })
  })
})
