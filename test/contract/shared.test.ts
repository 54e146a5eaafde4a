import assert from 'node:assert/strict'
import { getHeapStatistics } from 'node:v8'
import { textOf } from '../../src/contract/bytes.ts'
import { shared } from '../../src/contract/shared.ts'

describe('a text that many hosts have', () => {
  it('is kept once', () => {
    const bytes = Buffer.from('a line of a file that is on each of them\n'.repeat(25_000))
    const before = getHeapStatistics()
    const texts = Array.from({ length: 400 }, () => textOf(bytes))
    const after = getHeapStatistics()
    assert.equal(new Set(texts).size, 1)
    const grown = after.used_heap_size + after.external_memory - before.used_heap_size - before.external_memory
    assert.ok(grown < 100 * bytes.length, `${grown} bytes for 400 times ${bytes.length}`)
  })

  it('is the same text, however many others come between', () => {
    for (let other = 0; other < 100; other += 1)
      assert.equal(shared(`${other}`.repeat(50_000)), `${other}`.repeat(50_000))
    assert.equal(shared('short'), 'short')
  })
})
