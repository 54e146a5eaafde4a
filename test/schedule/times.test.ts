import assert from 'node:assert/strict'
import { calendarPattern } from '../../src/schedule/calendar.ts'
import { due } from '../../src/schedule/due.ts'
import { durationOf } from '../../src/schedule/duration.ts'
import { jitterOf } from '../../src/schedule/jitter.ts'
import { preview } from '../../src/schedule/preview.ts'
import type { Schedule } from '../../src/schedule/shape.ts'
import { scheduled } from './given.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const cron = (text: string): Partial<Schedule> => ({ timing: { kind: 'cron', text } })
const calendar = (text: string): Partial<Schedule> => ({ timing: { kind: 'calendar', text } })
const every = (ms: number): Partial<Schedule> => ({ timing: { kind: 'every', text: '', ms } })

describe('the moments of a schedule', () => {
  const table: readonly (readonly [string, Partial<Schedule>, string, readonly string[]])[] = [
    [
      'a time that the clocks skip comes once, when they have gone forward',
      { ...cron('30 2 * * *'), timezone: 'Europe/Prague' },
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'a time that comes twice counts once',
      { ...cron('30 2 * * *'), timezone: 'Europe/Prague' },
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'the same in New York',
      { ...cron('30 2 * * *'), timezone: 'America/New_York' },
      '2026-03-07T12:00:00Z',
      ['2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z'],
    ],
    [
      'where the clocks move by half an hour',
      { ...cron('0 2 * * *'), timezone: 'Australia/Lord_Howe' },
      '2026-10-03T00:00:00Z',
      ['2026-10-03T15:30:00Z', '2026-10-04T15:00:00Z'],
    ],
    [
      'a zone of a quarter of an hour',
      { ...cron('0 9 * * *'), timezone: 'Asia/Kathmandu' },
      '2026-01-01T00:00:00Z',
      ['2026-01-01T03:15:00Z', '2026-01-02T03:15:00Z'],
    ],
    [
      'what comes every half hour also comes in the hour that is there twice',
      { ...cron('*/30 * * * *'), timezone: 'Europe/Prague' },
      '2026-10-25T00:30:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-25T01:00:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:00:00Z'],
    ],
    [
      'the 31st only in months that have one',
      cron('0 0 31 * *'),
      '2026-01-31T00:00:00Z',
      ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'],
    ],
    [
      'the last day of a month',
      cron('0 0 L * *'),
      '2028-02-01T00:00:00Z',
      ['2028-02-29T00:00:00Z', '2028-03-31T00:00:00Z'],
    ],
    ['a leap day', cron('0 0 29 2 *'), '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    [
      'in cron the date or the weekday',
      cron('0 0 1 * MON'),
      '2026-02-28T00:00:00Z',
      ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ],
    [
      'in a calendar the date and the weekday',
      calendar('Mon *-*-01'),
      '2026-02-02T00:00:00Z',
      ['2026-06-01T00:00:00Z'],
    ],
    [
      'weekdays of a calendar',
      calendar('Mon..Fri 02:15'),
      '2026-11-27T02:15:00Z',
      ['2026-11-27T02:15:00Z', '2026-11-30T02:15:00Z'],
    ],
    [
      'a step in a calendar',
      calendar('*:0/20'),
      '2026-11-27T02:15:00Z',
      ['2026-11-27T02:20:00Z', '2026-11-27T02:40:00Z'],
    ],
    ['quarterly', calendar('quarterly'), '2026-11-27T00:00:00Z', ['2027-01-01T00:00:00Z', '2027-04-01T00:00:00Z']],
    ['every six hours', every(6 * HOUR), '2026-11-27T01:00:00Z', ['2026-11-27T06:00:00Z', '2026-11-27T12:00:00Z']],
  ]
  for (const [what, about, from, slots] of table)
    it(what, () => {
      const rows = preview([scheduled(about)], new Date(from), slots.length)
      assert.deepEqual(
        rows.map(({ slot }) => slot),
        slots,
      )
    })

  it('say what a shift of the clocks made of them', () => {
    const rows = preview(
      [scheduled({ ...cron('30 2 * * *'), timezone: 'Europe/Prague' })],
      new Date('2026-03-28T12:00:00Z'),
      2,
    )
    assert.deepEqual(rows[0], {
      schedule: 'nightly',
      slot: '2026-03-29T01:00:00Z',
      local: '2026-03-29T03:00:00+02:00',
      timezone: 'Europe/Prague',
      status: 'planned',
      reason: '02:30 does not exist that day: at 03:00',
    })
    assert.equal(rows[1]?.reason, '')
    const autumn = preview(
      [scheduled({ ...cron('30 2 * * *'), timezone: 'Europe/Prague' })],
      new Date('2026-10-25T00:00:00Z'),
      1,
    )
    assert.match(autumn[0]?.reason ?? '', /^02:30 comes twice that day: at the first$/)
  })

  it('of several schedules are told by time, those left out with the reason', () => {
    const rows = preview(
      [
        scheduled({ ...every(6 * HOUR), name: 'often' }),
        scheduled({
          name: 'frozen',
          blackouts: [{ from: { kind: 'cron', text: '0 0 20 12 *' }, ms: 14 * DAY, reason: 'freeze' }],
        }),
        scheduled({ ...cron('0 3 * * *'), name: 'off', enabled: false }),
      ],
      new Date('2026-12-24T00:00:00Z'),
      4,
    )
    assert.deepEqual(
      rows.map(({ schedule, slot, status, reason }) => [schedule, slot.slice(11, 16), status, reason]),
      [
        ['often', '00:00', 'planned', ''],
        ['frozen', '02:30', 'blackout', 'freeze'],
        ['off', '03:00', 'disabled', 'the schedule is not enabled'],
        ['often', '06:00', 'planned', ''],
      ],
    )
  })

  it('are read from calendar expressions, and what is none is refused', () => {
    for (const text of ['Mon..Fri 02:15', '*-*-01 00:00', '2027-01-01', 'daily', '*:0/15', 'Sat,Sun *-*-1..7 10:00:30'])
      assert.notEqual(calendarPattern(text), null, text)
    for (const text of ['', 'Funday', '25', '02:15 Mon', 'Mon 02:15 Europe/Prague'])
      assert.equal(calendarPattern(text), null, text)
  })

  it('and durations', () => {
    const table = {
      '90': 90_000,
      '90s': 90_000,
      '10m': 600_000,
      '1h30m': 5_400_000,
      '2w': 14 * DAY,
      '1d 2h': 26 * HOUR,
    }
    for (const [text, ms] of Object.entries(table)) assert.equal(durationOf(text), ms, text)
    for (const text of ['', 'soon', '10 parsecs', '-5m', '1.5h']) assert.equal(durationOf(text), null, text)
  })
})

describe('what is due', () => {
  const at = (text: string): Date => new Date(text)
  const told = (schedule: Schedule, considered: string, now: string): readonly string[] =>
    due(schedule, at(considered), at(now)).slots.map(
      ({ slot, what, isLate, reason }) =>
        `${slot.toISOString().slice(5, 16)} ${what}${isLate ? ' late' : ''}${reason === '' ? '' : `: ${reason}`}`,
    )
  const policy = (name: 'none' | 'latest' | 'all', most = 10): Partial<Schedule> => ({
    catchUp: { policy: name, windowMs: 2 * DAY, most },
  })

  it('is what came since it was looked at, each once', () => {
    const schedule = scheduled()
    assert.deepEqual(told(schedule, '2026-11-25T02:00:00Z', '2026-11-25T02:29:59Z'), [])
    assert.deepEqual(told(schedule, '2026-11-25T02:00:00Z', '2026-11-25T02:30:10Z'), ['11-25T02:30 run'])
    const { considered } = due(schedule, at('2026-11-25T02:00:00Z'), at('2026-11-25T02:30:10Z'))
    assert.deepEqual(due(schedule, considered, at('2026-11-25T02:31:00Z')).slots, [])
  })

  it('is nothing where the clock was set back', () => {
    assert.deepEqual(told(scheduled(), '2026-11-25T02:30:00Z', '2026-11-25T01:00:00Z'), [])
  })

  it('after three days asleep is as the catch-up policy says', () => {
    const slept = ['2026-11-22T12:00:00Z', '2026-11-25T12:00:00Z'] as const
    assert.deepEqual(told(scheduled(policy('latest')), ...slept), [
      '11-23T02:30 missed late: found 2d 9h late, the window is 2d',
      '11-24T02:30 missed late: superseded by a later slot',
      '11-25T02:30 run late',
    ])
    assert.deepEqual(told(scheduled(policy('all')), ...slept), [
      '11-23T02:30 missed late: found 2d 9h late, the window is 2d',
      '11-24T02:30 run late',
      '11-25T02:30 run late',
    ])
    assert.deepEqual(told(scheduled(policy('all', 1)), ...slept).slice(1), [
      '11-24T02:30 missed late: more than 1 were due at once',
      '11-25T02:30 run late',
    ])
    assert.deepEqual(
      told(scheduled(policy('none')), ...slept).at(-1),
      '11-25T02:30 missed late: found 9h 30m late, and nothing catches up',
    )
  })

  it('leaves out what lies in a blackout, whose first moment belongs to it and whose last does not', () => {
    const frozen = (from: string, ms: number): Schedule =>
      scheduled({ blackouts: [{ from: Date.parse(from), ms, reason: 'freeze' }] })
    const days = ['2026-11-25T00:00:00Z', '2026-11-25T02:31:00Z'] as const
    assert.deepEqual(told(frozen('2026-11-25T02:30:00Z', HOUR), ...days), ['11-25T02:30 blackout: freeze'])
    assert.deepEqual(told(frozen('2026-11-25T01:30:00Z', HOUR), ...days), ['11-25T02:30 run'])
    assert.deepEqual(told(scheduled({ enabled: false }), ...days), [
      '11-25T02:30 disabled: the schedule is not enabled',
    ])
  })

  it('starts as much later as its jitter says, the same each time it is asked', () => {
    const schedule = scheduled({ jitterMs: HOUR })
    const slot = at('2026-11-25T02:30:00Z')
    const jitter = jitterOf(schedule, slot)
    assert.equal(jitterOf(schedule, slot), jitter)
    assert.ok(jitter > 0 && jitter < HOUR, `${jitter}`)
    const from = at('2026-11-25T00:00:00Z')
    const early = due(schedule, from, new Date(slot.getTime() + jitter - 1))
    assert.deepEqual([early.slots.length, early.considered.getTime()], [0, slot.getTime() - 1])
    assert.equal(due(schedule, from, new Date(slot.getTime() + jitter)).slots.length, 1)
    assert.notEqual(jitterOf({ ...schedule, name: 'other' }, slot), jitter)
  })

  it('stays bounded where very much was missed, and says how much', () => {
    const often = scheduled({ timing: { kind: 'every', text: '1s', ms: 1000 } })
    const { slots } = due(often, at('2026-11-25T00:00:00Z'), at('2026-11-25T02:00:00Z'))
    assert.equal(slots.length, 5000)
    assert.match(slots[0]?.reason ?? '', /2200 earlier slots were missed too, without a record of their own$/)
    assert.equal(slots.at(-1)?.what, 'run')
  })
})
