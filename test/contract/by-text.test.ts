import assert from 'node:assert/strict'
import { byPair } from '../../src/contract/by-pair.ts'
import { byData, byText } from '../../src/contract/by-text.ts'

describe('what is remembered by a text', () => {
  it('is made once, until others took its place', () => {
    const asked: string[] = []
    const upper = byText((text) => asked.push(text) && text.toUpperCase(), 2)
    assert.deepEqual(['a', 'a', 'b', 'c', 'a'].map(upper), ['A', 'A', 'B', 'C', 'A'])
    assert.deepEqual(asked, ['a', 'b', 'c', 'a'])
  })
})

describe('what is remembered by data', () => {
  const counting = () => {
    const asked: unknown[] = []
    return {
      asked,
      make: byData((data: { readonly text: string; readonly more?: boolean }) => asked.push(data) && data),
    }
  }

  it('is made once for the same data', () => {
    const { asked, make } = counting()
    assert.equal(make({ text: 'a' }), make({ text: 'a' }))
    assert.deepEqual(make({ text: 'a', more: true }), { text: 'a', more: true })
    assert.deepEqual(asked, [{ text: 'a' }, { text: 'a', more: true }])
  })

  it('is not kept where it is long, or holds a private key', () => {
    for (const text of ['a'.repeat(100_000), '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n']) {
      const { asked, make } = counting()
      assert.notEqual(make({ text }), make({ text: `${text}` }))
      assert.equal(asked.length, 2)
    }
  })

  it('tells bytes that are no text apart', () => {
    const { make } = counting()
    assert.deepEqual([make({ text: '\udc80' }), make({ text: '\udc81' })], [{ text: '\udc80' }, { text: '\udc81' }])
  })
})

describe('what is remembered by two things', () => {
  it('is made once for the same two', () => {
    const pairs: unknown[] = []
    const make = byPair((one: object, other: object) => [pairs.push([one, other])])
    const [a, b, c] = [{}, {}, {}]
    assert.equal(make(a, b), make(a, b))
    assert.notEqual(make(a, c), make(a, b))
    assert.notEqual(make(c, b), make(a, b))
    assert.equal(pairs.length, 3)
  })
})
