import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chooseHosts, chooseLimit } from '../../src/inventory/pattern.ts'
import type { Inventory } from '../../src/inventory/shape.ts'
import { folder } from '../kit/story.ts'
import { screenOf } from '../playbook/written.ts'
import { writtenInventory } from './written.ts'

const CHOSEN: readonly (readonly [string, string])[] = [
  ['all', 'a1 a2 a3 b1 b2 lone'],
  ['*', 'a1 a2 a3 b1 b2 lone'],
  ['web', 'a1 a2 a3'],
  ['web:db', 'a1 a2 a3 b1 b2'],
  ['db,web', 'a1 a2 a3 b1 b2'],
  ['web, db', 'a1 a2 a3 b1 b2'],
  ['a2', 'a2'],
  ['b1:a2', 'a2 b1'],
  ['all:!web', 'b1 b2 lone'],
  ['!web', 'b1 b2 lone'],
  ['!web:all', 'b1 b2 lone'],
  ['prod:&web', 'a1 a2'],
  ['&web:prod', 'a1 a2'],
  ['web:db:&prod:!a1', 'a2 b1'],
  ['a*', 'a1 a2 a3'],
  ['?1', 'a1 b1'],
  ['[ab]2', 'a2 b2'],
  ['a[!1]', 'a2 a3'],
  ['w*', 'a1 a2 a3'],
  ['~a[12]', 'a1 a2'],
  ['~(a|b)1', 'a1 b1'],
  ['~we', 'a1 a2 a3'],
  ['web[0]', 'a1'],
  ['web[-1]', 'a3'],
  ['web[0:1]', 'a1 a2'],
  ['web[1:]', 'a2 a3'],
  ['web[0]:db[1]', 'a1 b2'],
  ['web[0:1],db', 'a1 a2 b1 b2'],
  ['ungrouped', 'lone'],
  ['empty', ''],
  ['localhost', 'localhost'],
  ['web:localhost', 'a1 a2 a3 localhost'],
]

const REFUSED: readonly (readonly [string, string])[] = [
  ['wbe', 'Could not match supplied host pattern: "wbe"\n  hint: did you mean "web"?'],
  ['web:nope', 'Could not match supplied host pattern: "nope"'],
  ['web:!dbb', 'Could not match supplied host pattern: "dbb"\n  hint: did you mean "db"?'],
  ['x*', 'Could not match supplied host pattern: "x*"'],
  ['~x', 'Could not match supplied host pattern: "~x"'],
  ['~(', 'Could not match supplied host pattern: "~("'],
  ['127.0.0.1', 'Could not match supplied host pattern: "127.0.0.1"\n  hint: the control node is called localhost'],
  ['web[3]', '"web" has 3 hosts: there is no web[3]\n  hint: did you mean "web"?'],
  ['wbe[0]', 'Could not match supplied host pattern: "wbe"\n  hint: did you mean "web"?'],
]

describe('a pattern of hosts', () => {
  let inventory: Inventory
  before(async () => {
    const text = `all:
  hosts: { a1: , a2: , a3: , b1: , b2: , lone: }
  children:
    web: { hosts: { a1: , a2: , a3: } }
    db: { hosts: { b2: , b1: } }
    prod: { hosts: { a1: , a2: , b1: } }
    empty:
`
    inventory = (await writtenInventory(text)).inventory
  })

  for (const [pattern, hosts] of CHOSEN) {
    it(`chooses ${pattern}`, () => {
      const chosen = chooseHosts(pattern, inventory)
      assert.deepEqual([chosen.hosts.join(' '), screenOf(chosen.mistakes)], [hosts, ''])
    })
  }
  for (const [pattern, screen] of REFUSED) {
    it(`refuses ${pattern}`, () => assert.equal(screenOf(chooseHosts(pattern, inventory).mistakes), screen))
  }

  it('limits by a pattern, or by the lines of a file', () => {
    const file = join(folder({ 'failed.txt': 'a1\n# a comment\n\nb2\n' }), 'failed.txt')
    assert.deepEqual(chooseLimit('web:!a2', inventory), { hosts: ['a1', 'a3'], mistakes: [] })
    assert.deepEqual(chooseLimit(`@${file}`, inventory), { hosts: ['a1', 'b2'], mistakes: [] })
    assert.deepEqual(chooseLimit(`a2,@${file}`, inventory).hosts, ['a1', 'a2', 'b2'])
    assert.equal(
      screenOf(chooseLimit('a2,wbe', inventory).mistakes),
      '--limit: Could not match supplied host pattern: "wbe"\n  hint: did you mean "web"?',
    )
    assert.equal(
      screenOf(chooseLimit('@nope.txt', inventory).mistakes),
      '--limit: the file "nope.txt" could not be found',
    )
  })

  it('says that there is no inventory where there is none', async () => {
    const none = (await writtenInventory({}, { sources: [] })).inventory
    assert.equal(
      screenOf(chooseHosts('web', none).mistakes),
      'Could not match supplied host pattern: "web"\n  hint: there is no inventory: name one with -i',
    )
    assert.deepEqual(chooseHosts('localhost', none), { hosts: ['localhost'], mistakes: [] })
    assert.deepEqual(chooseHosts('all', none), { hosts: [], mistakes: [] })
  })
})
