import assert from 'node:assert/strict'
import { didYouMean, suggest } from '../../src/contract/suggest.ts'

const KNOWN = ['value', 'keyword', 'match', 'state', 'path', 'authorized_key', 'web1']

const MEANT: readonly (readonly [string, string | null])[] = [
  ['valeu', 'value'],
  ['Value', 'value'],
  ['stat', 'state'],
  ['keywrod', 'keyword'],
  ['authorizedkey', 'authorized_key'],
  ['authorized-keys', 'authorized_key'],
  ['web2', 'web1'],
  ['pth', 'path'],
  ['nope', null],
  ['x', null],
  ['something', null],
]

describe('suggestions', () => {
  for (const [word, meant] of MEANT) {
    it(`takes ${word} for ${meant ?? 'nothing'}`, () => assert.equal(suggest(word, KNOWN), meant))
  }

  it('are hints', () => {
    assert.deepEqual(didYouMean('valeu', KNOWN), { hint: 'did you mean "value"?' })
    assert.deepEqual(didYouMean('nope', KNOWN), {})
  })

  it('may be asked to be nearer', () => {
    assert.equal(suggest('authorised_keys', ['authorized_key'], 1), null)
    assert.equal(suggest('authorised_keys', ['authorized_key'], 2), 'authorized_key')
  })
})
