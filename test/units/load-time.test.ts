import assert from 'node:assert/strict'
import { parseClocks, processStart, unitLoadTime } from '../../src/units/load-time.ts'

// 2025-11-26 02:00:00 UTC, when the machine was up for an hour
const NOW = Date.UTC(2025, 10, 26, 2)
const CLOCKS = { nowMs: NOW, uptimeMs: 3_600_000, isExact: true }

/** A unit whose state changed `ms` ago by the monotonic clock, and then by the wall clock. */
const unit = (monotonicAgoMs: number, wall: string, more = {}) => ({
  StateChangeTimestampMonotonic: String((CLOCKS.uptimeMs - monotonicAgoMs) * 1000),
  StateChangeTimestamp: wall,
  ReloadResult: 'success',
  ...more,
})

describe('when a daemon last read its files', () => {
  it('is when its unit changed its state, by the clocks of the machine', () => {
    const load = unitLoadTime(unit(60_500, 'Wed 2025-11-26 01:58:59 UTC'), CLOCKS)
    assert.deepEqual(load, { ms: NOW - 60_500 - 10, isExact: true })
  })

  it('is never, where its last reload failed', () => {
    const failed = unit(1_000, 'Wed 2025-11-26 01:59:59 UTC', { ReloadResult: 'exit-code' })
    assert.deepEqual(unitLoadTime(failed, CLOCKS), { ms: 0, isExact: true })
  })

  it('is the earlier one where the clocks contradict each other', () => {
    const slept = unit(600_000, 'Wed 2025-11-26 01:59:00 UTC')
    assert.deepEqual(unitLoadTime(slept, CLOCKS), { ms: NOW - 600_000 - 10, isExact: false })
    const paused = unit(60_000, 'Wed 2025-11-26 01:00:00 UTC')
    assert.deepEqual(unitLoadTime(paused, CLOCKS), { ms: NOW - 3_600_000, isExact: false })
  })

  it('is known to the second where nothing else is', () => {
    const load = unitLoadTime(unit(60_000, 'Wed 2025-11-26 01:59:00 UTC'), null)
    assert.deepEqual(load, { ms: NOW - 60_000, isExact: false })
  })

  it('is the start of its process, where nothing else tells', () => {
    const stat = `42 (a (b) c) S ${Array.from({ length: 18 }, () => '0').join(' ')} 300000 0 0\n`
    assert.deepEqual(processStart(stat, CLOCKS), { ms: NOW - 600_000 - 10, isExact: false })
  })
})

describe('the clocks of a machine', () => {
  it('are read to the nanosecond where its date can', () => {
    const clocks = parseClocks('3600.49 7000.00\n1764122400.250000000\n3600.50 7000.10\n')
    assert.deepEqual(clocks, { nowMs: NOW + 250, uptimeMs: 3_600_500, isExact: true })
  })

  it('are not exact where the machine was busy between two looks at them', () => {
    const clocks = parseClocks('3600.00 7000.00\n1764122400.250000000\n3600.50 7000.10\n')
    assert.deepEqual(clocks, { nowMs: NOW + 250, uptimeMs: 3_600_500, isExact: false })
  })

  it("are read to the second from busybox's date", () => {
    for (const said of ['1764122400.%N\n', '1764122400.\n']) {
      const clocks = parseClocks(`3600.50 7000.10\n${said}3600.50 7000.10\n`)
      assert.deepEqual(clocks, { nowMs: NOW, uptimeMs: 3_600_500, isExact: false })
    }
  })

  it('are unknown where nothing sensible is said', () => assert.equal(parseClocks('date: bad format\n'), null))
})
