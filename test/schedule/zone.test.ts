import assert from 'node:assert/strict'
import { Cron } from 'croner'
import { localText, timesOf } from '../../src/schedule/times.ts'

const slots = (text: string, zone: string, from: string, count: number): readonly string[] => {
  const times = timesOf({ kind: 'cron', text }, zone)
  const all: string[] = []
  for (let slot = times.next(new Date(from)); slot !== null && all.length < count; slot = times.next(slot))
    all.push(
      `${localText(slot, zone).slice(5, 16).replace('T', ' ')}${localText(slot, zone).slice(19)} ${times.note(slot)}`,
    )
  return all.map((one) => one.trim())
}

describe('when the clocks are shifted', () => {
  const table: readonly (readonly [string, string, string, string, readonly string[]])[] = [
    [
      'two skipped times come once together',
      '10,50 2 * * *',
      'Europe/Prague',
      '2026-03-28T22:00:00Z',
      ['03-29 03:00+02:00 02:10 does not exist that day: at 03:00', '03-30 02:10+02:00'],
    ],
    [
      'a skipped time comes together with the one that is there',
      '30 2,3 * * *',
      'America/New_York',
      '2026-03-08T05:00:00Z',
      ['03-08 03:00-04:00 02:30 does not exist that day: at 03:00', '03-08 03:30-04:00', '03-09 02:30-04:00'],
    ],
    [
      'a time of its own needs no other',
      '0 2,3 * * *',
      'Europe/Prague',
      '2026-03-28T22:00:00Z',
      ['03-29 03:00+02:00', '03-30 02:00+02:00'],
    ],
    [
      'half an hour is skipped on Lord Howe Island',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T00:00:00Z',
      ['10-04 02:30+11:00 02:15 does not exist that day: at 02:30', '10-05 02:15+11:00'],
    ],
    [
      'and half an hour comes twice there',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T12:00:00Z',
      ['04-05 01:45+11:00 01:45 comes twice that day: at the first', '04-06 01:45+10:30'],
    ],
    [
      'what was found the first time does not come the second',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T05:40:00Z',
      ['11-02 01:30-05:00'],
    ],
    [
      'an hour that is any is every hour that passes',
      '30 * * * *',
      'Europe/Prague',
      '2026-10-24T23:40:00Z',
      ['10-25 02:30+02:00', '10-25 02:30+01:00', '10-25 03:30+01:00'],
    ],
    [
      'also in spring',
      '30 * * * *',
      'Europe/Prague',
      '2026-03-29T00:00:00Z',
      ['03-29 01:30+01:00', '03-29 03:30+02:00'],
    ],
    [
      'a midnight that is skipped comes an hour later',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      ['09-06 01:00-03:00 00:00 does not exist that day: at 01:00', '09-07 00:00-03:00'],
    ],
    [
      'a zone without shifts has none',
      '30 2 * * *',
      'Asia/Kathmandu',
      '2026-03-28T22:00:00Z',
      ['03-30 02:30+05:45', '03-31 02:30+05:45'],
    ],
  ]
  for (const [what, text, zone, from, wanted] of table)
    it(what, () => assert.deepEqual(slots(text, zone, from, wanted.length), wanted))

  it('all moments are those of a second opinion', () => {
    const zones = ['Europe/Prague', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC']
    const texts = ['30 2 * * *', '*/30 * * * *', '10,50 1-3 * * *', '0 0 31 * *', '15 2 L * *', '45 1 * * SUN#1']
    const froms = ['2026-03-07T20:00:00Z', '2026-03-28T20:00:00Z', '2026-04-04T10:00:00Z']
    const more = ['2026-10-03T10:00:00Z', '2026-10-25T00:40:07.3Z', '2026-10-25T01:10:00Z', '2026-11-01T04:00:00Z']
    for (const timezone of zones)
      for (const text of texts)
        for (const from of [...froms, ...more]) {
          const times = timesOf({ kind: 'cron', text }, timezone)
          const cron = new Cron(text, { timezone, paused: true, fixedTimeRule: 'no-wildcard' })
          let slot: Date | null = new Date(from)
          for (let count = 0; count < 8 && slot !== null; count += 1) {
            const wanted: Date | null = cron.nextRun(slot)
            slot = times.next(slot)
            assert.deepEqual(slot, wanted, `${text} in ${timezone} after ${from}`)
          }
        }
  })

  it('ten thousand of them are there at once', () => {
    const times = timesOf({ kind: 'cron', text: '15 2 * * *' }, 'Europe/Prague')
    const before = process.cpuUsage()
    let slot: Date | null = new Date('2026-01-01T00:00:00Z')
    for (let count = 0; count < 10_000 && slot !== null; count += 1) slot = times.next(slot)
    assert.equal(slot?.toISOString(), '2053-05-18T00:15:00.000Z')
    const { user } = process.cpuUsage(before)
    assert.ok(user < 1_000_000, `${user / 1000} ms of the processor`)
  })
})
