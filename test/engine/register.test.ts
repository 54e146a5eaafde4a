import assert from 'node:assert/strict'
import { LATER } from '../../src/contract/later.ts'
import type { Ending } from '../../src/engine/converge.ts'
import { registeredBy } from '../../src/engine/register.ts'

const ended = (status: Ending['status'], message = '', record: Ending['record'] = {}): Ending => ({
  status,
  message,
  record,
  changes: [],
  notes: [],
})

const once = { loop: null, loopVar: 'item' }
const loop = { loop: {} as never, loopVar: 'who' }

describe('what a task registers', () => {
  it('is its record and how it ended, without files and notes', () => {
    const record = { key: 'K', size: null, files: { '/x': null }, notes: ['n'] }
    assert.deepEqual(registeredBy(once, [{ ending: ended('drift', 'would', record) }]), {
      key: 'K',
      size: null,
      changed: true,
      failed: false,
      skipped: false,
      msg: 'would',
    })
  })

  it('is, of a loop, a record for each item with the item itself', () => {
    const items = [
      { ending: ended('ok', '', { key: 'A' }), index: 0, value: 'alice' },
      { ending: ended('changed', '', { key: 'B' }), index: 1, value: { name: 'bob' } },
    ]
    const { results, ...rest } = registeredBy(loop, items) ?? {}
    assert.deepEqual(
      (results as readonly { who: unknown; key: unknown }[]).map(({ who, key }) => [who, key]),
      [
        ['alice', 'A'],
        [{ name: 'bob' }, 'B'],
      ],
    )
    assert.deepEqual(rest, { changed: true, failed: false, skipped: false, msg: '' })
  })

  it('is, of an empty loop, an empty list', () => {
    const nothing = registeredBy(loop, [{ ending: ended('skipped', 'nothing to loop over') }])
    assert.deepEqual(nothing, {
      results: [],
      changed: false,
      failed: false,
      skipped: true,
      msg: 'nothing to loop over',
    })
  })

  it('is not known where an item or the list itself is not', () => {
    const waits = { ending: ended('waiting', 'waits'), index: 0, value: 'a' }
    assert.equal(registeredBy(loop, [waits])?.changed, LATER)
    const open = registeredBy(loop, [{ ending: ended('waiting', 'waits') }])
    assert.deepEqual(open, { results: LATER, changed: LATER, failed: false, skipped: false, msg: 'waits' })
  })

  it('is failed where the list cannot be told', () => {
    assert.equal(registeredBy(loop, [{ ending: ended('failed', 'no list') }])?.failed, true)
  })
})
