import assert from 'node:assert/strict'
import { due } from '../../src/schedule/due.ts'
import type { Schedule } from '../../src/schedule/shape.ts'
import { scheduled } from './given.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Each slot as `day time what`, with the reason. */
const told = (schedule: Schedule, considered: string, now: string): readonly string[] =>
  due(schedule, new Date(considered), new Date(now)).slots.map(
    ({ slot, what, reason }) => `${slot.toISOString().slice(8, 19)} ${what}${reason === '' ? '' : `: ${reason}`}`,
  )
const every = (ms: number): Partial<Schedule> => ({ timing: { kind: 'every', text: '', ms } })

describe('a look at what is due', () => {
  it('considers everything up to now, whether there was a slot or not', () => {
    const now = new Date('2026-11-25T12:00:00Z')
    for (const timing of [scheduled(), scheduled(every(5000))])
      assert.deepEqual(due(timing, new Date('2026-11-25T11:59:00Z'), now).considered, now)
  })

  it('finds each slot once, however the looks are spread', () => {
    const schedule = scheduled({
      ...every(10 * MINUTE),
      jitterMs: 9 * MINUTE,
      catchUp: { policy: 'all', windowMs: DAY, most: 100 },
    })
    const found: string[] = []
    let considered = new Date('2026-11-25T00:00:00Z')
    const end = Date.parse('2026-11-25T06:00:00Z')
    for (
      let now = considered.getTime(), step = 1;
      now <= end + 10 * MINUTE;
      now += step * 7000, step = (step % 90) + 1
    ) {
      const { slots, considered: next } = due(schedule, considered, new Date(now))
      found.push(...slots.map(({ slot, what }) => `${slot.getTime()} ${what}`))
      considered = next
    }
    const wanted = Array.from({ length: 36 }, (_, index) => `${end - (35 - index) * 10 * MINUTE} run`)
    assert.deepEqual(found.slice(0, 36), wanted)
    assert.equal(new Set(found).size, found.length)
  })

  it('keeps its place where the clock was set back, and finds nothing twice', () => {
    const considered = new Date('2026-11-25T02:31:00Z')
    const back = due(scheduled(), considered, new Date('2026-11-25T02:00:00Z'))
    assert.deepEqual(back, { slots: [], considered })
    assert.deepEqual(due(scheduled(), back.considered, new Date('2026-11-25T02:40:00Z')).slots, [])
  })

  it('runs one slot in the night in which its hour comes twice, and one in that which skips it', () => {
    const prague = scheduled({ timezone: 'Europe/Prague' })
    assert.deepEqual(told(prague, '2026-10-24T20:00:00Z', '2026-10-25T00:31:00Z'), ['25T00:30:00 run'])
    assert.deepEqual(told(prague, '2026-10-25T00:31:00Z', '2026-10-25T01:31:00Z'), [])
    assert.deepEqual(told(prague, '2026-03-28T20:00:00Z', '2026-03-29T00:59:59Z'), [])
    assert.deepEqual(told(prague, '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'), ['29T01:00:00 run'])
  })

  it('is punctual for five minutes', () => {
    const none = scheduled({ catchUp: { policy: 'none', windowMs: DAY, most: 10 } })
    assert.deepEqual(told(none, '2026-11-25T00:00:00Z', '2026-11-25T02:35:00Z'), ['25T02:30:00 run'])
    assert.deepEqual(told(none, '2026-11-25T00:00:00Z', '2026-11-25T02:35:01Z'), [
      '25T02:30:00 missed: found 5m 1s late, and nothing catches up',
    ])
    const often = { ...none, ...every(2 * MINUTE) }
    assert.deepEqual(told(often, '2026-11-25T00:00:00Z', '2026-11-25T00:08:30Z'), [
      '25T00:02:00 missed: found 6m 30s late, and nothing catches up',
      '25T00:04:00 missed: superseded by a later slot',
      '25T00:06:00 missed: superseded by a later slot',
      '25T00:08:00 run',
    ])
  })

  it('is so also where the window is shorter', () => {
    const short = scheduled({ catchUp: { policy: 'latest', windowMs: 1000, most: 10 } })
    assert.deepEqual(told(short, '2026-11-25T00:00:00Z', '2026-11-25T02:34:00Z'), ['25T02:30:00 run'])
  })

  it('says which slots it found late', () => {
    const isLate = (now: string): boolean | undefined =>
      due(scheduled(), new Date('2026-11-25T00:00:00Z'), new Date(now)).slots[0]?.isLate
    assert.deepEqual(['2026-11-25T02:35:00Z', '2026-11-25T02:35:01Z'].map(isLate), [false, true])
  })

  it('catches up on the newest slot that a blackout left, and not while one lasts', () => {
    const frozen = (from: string): Schedule =>
      scheduled({ blackouts: [{ from: Date.parse(from), ms: 6 * HOUR, reason: 'freeze' }] })
    assert.deepEqual(told(frozen('2026-11-25T00:00:00Z'), '2026-11-23T12:00:00Z', '2026-11-25T07:00:00Z'), [
      '24T02:30:00 missed: found 1d 4h late, the window is 1d',
      '25T02:30:00 blackout: freeze',
    ])
    assert.deepEqual(told(frozen('2026-11-25T00:00:00Z'), '2026-11-24T01:00:00Z', '2026-11-25T01:00:00Z'), [
      '24T02:30:00 blackout: freeze (it was found late, within that)',
    ])
  })

  it('leaves out a slot whose jitter would start it within a blackout', () => {
    const late = scheduled({
      jitterMs: HOUR,
      blackouts: [{ from: Date.parse('2026-11-25T02:30:01Z'), ms: 2 * HOUR, reason: 'freeze' }],
    })
    assert.deepEqual(told(late, '2026-11-25T00:00:00Z', '2026-11-25T12:00:00Z'), ['25T02:30:00 blackout: freeze'])
  })

  it('runs up to so many of all that were missed, in order', () => {
    const all = scheduled({ ...every(HOUR), catchUp: { policy: 'all', windowMs: 5 * HOUR, most: 2 } })
    assert.deepEqual(told(all, '2026-11-25T00:30:00Z', '2026-11-25T06:30:00Z'), [
      '25T01:00:00 missed: found 5h 30m late, the window is 5h',
      '25T02:00:00 missed: more than 2 were due at once',
      '25T03:00:00 missed: more than 2 were due at once',
      '25T04:00:00 missed: more than 2 were due at once',
      '25T05:00:00 run',
      '25T06:00:00 run',
    ])
  })

  it('takes no long time for very many slots, and counts those that get no record', () => {
    const start = performance.now()
    const slept = due(scheduled(every(5000)), new Date('2026-11-22T12:00:00Z'), new Date('2026-11-25T12:00:00Z'))
    assert.equal(slept.slots.length, 5000)
    assert.match(slept.slots[0]?.reason ?? '', /; 46840 earlier slots were missed too, without a record of their own$/)
    assert.equal(slept.slots.at(-1)?.what, 'run')
    const years = due(scheduled(every(1000)), new Date('2016-11-22T12:00:00Z'), new Date('2026-11-25T12:00:00Z'))
    assert.match(years.slots[0]?.reason ?? '', /; more than 100000 earlier slots were missed too/)
    assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`)
  })
})
