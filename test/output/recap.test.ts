import assert from 'node:assert/strict'
import { paints } from '../../src/output/paint.ts'
import { foldedRecapLines, recapLines } from '../../src/output/recap.ts'
import { counts, report } from './events.ts'

const plain = paints(false)

describe('the recap', () => {
  it('has a line for each host with every count', () => {
    const hosts = new Map([
      ['a', counts({ ok: 12, changed: 3 })],
      ['longer', counts({ unreachable: 1 })],
    ])
    assert.deepEqual(recapLines(report({ hosts }), plain), [
      'a      : ok=12  changed=3   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0',
      'longer : ok=0   changed=0   unreachable=1   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0',
    ])
  })

  it('of many hosts puts those that ended alike on one line', () => {
    const alike = Array.from({ length: 197 }, (_, index) => [`web${index}`, counts({ ok: 3 })] as const)
    const hosts = new Map([
      ...alike,
      ['db1', counts({ ok: 2, failed: 1, skipped: 1 })],
      ['db2', counts({ ok: 3, changed: 1 })],
    ])
    assert.deepEqual(foldedRecapLines(report({ hosts }), plain, 20), [
      'web0, web1 and 195 more : ok=3   changed=0   unreachable=0   failed=0   skipped=0',
      'db1                     : ok=2   changed=0   unreachable=0   failed=1   skipped=1',
      'db2                     : ok=3   changed=1   unreachable=0   failed=0   skipped=0',
    ])
  })

  it('of few hosts names each', () => {
    const hosts = new Map([
      ['a', counts({ ok: 1 })],
      ['b', counts({ ok: 1 })],
    ])
    assert.deepEqual(foldedRecapLines(report({ hosts }), plain, 20), [
      'a : ok=1   changed=0   unreachable=0   failed=0',
      'b : ok=1   changed=0   unreachable=0   failed=0',
    ])
  })
})
