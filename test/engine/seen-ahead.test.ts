import assert from 'node:assert/strict'
import { SeenAhead, type Wanted } from '../../src/engine/seen-ahead.ts'
import type { Task } from '../../src/playbook/shape.ts'

describe('what a task saw ahead of its turn', () => {
  const task = { name: 'a task' } as Task
  const wanted: Wanted = { task, index: 0, params: { path: '/a', mode: '0600' }, power: 'root' }
  const record = { path: '/a' }
  const seeing = (ahead = { holds: true }) => {
    const seen = new SeenAhead()
    seen.keep({ ...wanted, ahead, record: Promise.resolve(record) })
    return seen
  }

  it('is its look, once', async () => {
    const seen = seeing()
    assert.equal(await seen.take({ ...wanted, params: { ...wanted.params } }), record)
    assert.equal(await seen.take(wanted), null)
  })

  const others: [name: string, other: Partial<Wanted>][] = [
    ['another task', { task: { name: 'a task' } as Task }],
    ['another item of its loop', { index: 1 }],
    ['other powers', { power: null }],
    ['another parameter', { params: { path: '/a', mode: '0644' } }],
    ['a parameter more', { params: { path: '/a', mode: '0600', owner: 'root' } }],
    ['a list that only looks the same', { params: { path: '/a', mode: ['0600'] } }],
  ]
  for (const [name, other] of others)
    it(`is none for ${name}`, async () => assert.equal(await seeing().take({ ...wanted, ...other }), null))

  it('is dropped where the machine would answer otherwise by now', async () => {
    assert.equal(await seeing({ holds: false }).take(wanted), null)
    const ahead = { holds: true }
    const seen = new SeenAhead()
    seen.keep({ ...wanted, ahead, record: Promise.resolve(record) })
    const taken = seen.take(wanted)
    ahead.holds = false
    assert.equal(await taken, null)
  })

  it('is dropped where it failed', async () => {
    const seen = new SeenAhead()
    const failing = Promise.reject(new Error('no'))
    seen.keep({ ...wanted, ahead: { holds: true }, record: failing })
    assert.equal(await seen.take(wanted), null)
  })
})
