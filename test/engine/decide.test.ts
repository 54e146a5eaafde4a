import assert from 'node:assert/strict'
import { LATER } from '../../src/contract/later.ts'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, params, record } from '../../src/contract/schema.ts'
import { refuse } from '../../src/contract/signals.ts'
import type { State } from '../../src/contract/state.ts'
import { decide } from '../../src/engine/decide.ts'

/** A module that notes what it decided on. */
const noting = (plan: (now: State) => State) => {
  const decidedOn: State[] = []
  const module = defineModule({
    name: 'noting',
    summary: 'a word is said',
    example: '',
    params: params({}),
    state: record({ word: field.text('the word') }),
    probe: async () => ({}),
    plan: (_, now) => {
      decidedOn.push(now as State)
      return plan(now as State) as never
    },
  }) as Module
  return { module, decidedOn }
}

const saysHello = (now: State): State => ({ ...now, word: 'hello' })

describe('a decision', () => {
  it('is made once for hosts that were found the same', () => {
    const { module, decidedOn } = noting(saysHello)
    const given = {}
    const found = (word: string): State => ({ word, files: { '/a': { kind: 'file', text: 'a\n' } }, notes: [] })
    const first = decide(module, given, found('bye'))
    assert.deepEqual(first.changes, [{ field: 'word', before: 'bye', after: 'hello' }])
    assert.equal(decide(module, given, found('bye')), first)
    assert.deepEqual(decide(module, given, found('hello')).changes, [])
    assert.equal(decidedOn.length, 2)
  })

  it('does not rest on where and when a value was set', () => {
    const { module, decidedOn } = noting(saysHello)
    const given = {}
    const found = (modifiedMs: number): State => ({ word: 'bye', source: [{ file: '/a', modifiedMs }] })
    assert.equal(decide(module, given, found(1)), decide(module, given, found(2)))
    assert.deepEqual(decidedOn, [{ word: 'bye' }])
  })

  it('is another one for other parameters, and for another module that has the same', () => {
    const [hello, silence] = [noting(saysHello), noting((now) => now)]
    const given = {}
    decide(hello.module, given, { word: 'bye' })
    decide(hello.module, {}, { word: 'bye' })
    assert.deepEqual(decide(silence.module, given, { word: 'bye' }).changes, [])
    assert.deepEqual([hello.decidedOn.length, silence.decidedOn.length], [2, 1])
  })

  it('is made anew for what is known after the run only', () => {
    const { module } = noting((now) => now)
    const given = {}
    const text = (value: string | typeof LATER): State => ({ files: { '/a': { kind: 'file', text: value } } })
    assert.deepEqual(decide(module, given, { word: LATER }).wanted, { word: LATER })
    assert.deepEqual(decide(module, given, {}).wanted, {})
    assert.deepEqual(decide(module, given, text(LATER)).wanted, text(LATER))
    assert.deepEqual(decide(module, given, text('a')).wanted, text('a'))
  })

  it('is refused to each host that is found so', () => {
    const { module, decidedOn } = noting(() => refuse('not here'))
    const given = {}
    assert.throws(() => decide(module, given, { word: 'bye' }), /not here/)
    assert.throws(() => decide(module, given, { word: 'bye' }), /not here/)
    assert.equal(decidedOn.length, 2)
  })
})
