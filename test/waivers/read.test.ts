import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../src/contract/errors.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { readWaivers } from '../../src/waivers/read.ts'
import type { Waiver } from '../../src/waivers/shape.ts'
import { folder } from '../kit/story.ts'
import { screenOf } from '../playbook/written.ts'

const NOW = new Date('2026-11-25T06:00:00Z')
const PLAYBOOKS = {
  controls: new Set(['SSH-AUTH-01', 'SSH-AUTH-07', 'AC-2']),
  tasks: new Set(['few tries', 'the key of user 1']),
}

const read = async (text: string): Promise<{ readonly waivers: readonly Waiver[]; readonly screen: string }> => {
  const root = folder({ 'hosts.yml': 'dbs:\n  hosts:\n    db1:\n    db2:\nwebs:\n  hosts:\n    web1:\n' })
  const file = join(root, 'waivers.yml')
  writeFileSync(file, text)
  const { inventory } = await loadInventory([join(root, 'hosts.yml')])
  try {
    return { waivers: readWaivers(file, { inventory, playbooks: PLAYBOOKS, now: NOW }), screen: '' }
  } catch (error) {
    assert(error instanceof UserError)
    return { waivers: [], screen: screenOf(error.mistakes, root) }
  }
}

/** A waiver of a control with more lines, or other ones. */
const one = (about: Readonly<Record<string, string>>): string => {
  const all = { control: 'SSH-AUTH-07', hosts: 'db*', reason: 'old', owner: 'alice', expires: '2026-12-31', ...about }
  const lines = Object.entries(all).filter(([, value]) => value !== '-')
  return `waivers:\n  - ${lines.map(([key, value]) => `${key}: ${value}`).join('\n    ')}\n`
}

const ENDS: readonly (readonly [string, string])[] = [
  ['2026-12-31', '2027-01-01T00:00:00.000Z'],
  ['"2026-12-31"', '2027-01-01T00:00:00.000Z'],
  ['2026-12-31T12:00:00Z', '2026-12-31T12:00:00.000Z'],
  ['2026-12-31T12:00:00+01:00', '2026-12-31T11:00:00.000Z'],
  ['2020-01-01', '2020-01-02T00:00:00.000Z'],
  ['2027-11-25', '2027-11-26T00:00:00.000Z'],
]

const VALUES: readonly (readonly [string, Waiver['value']])[] = [
  ['yes', 'yes'],
  ['"yes"', 'yes'],
  ['0644', '0644'],
  ['1.10', '1.10'],
  ['[a, 5]', ['a', '5']],
  ['{effective: 6, written: null}', { effective: '6', written: null }],
  ['', null],
]

const SCREENS: readonly (readonly [string, string, string])[] = [
  [
    'wants what it needs, all at once',
    'waivers:\n  - {}\n  - nothing\n',
    `waivers.yml:2:5: a waiver is of a control or a task
  hint: as in control: SSH-AUTH-01
waivers.yml:2:5: a waiver says for which hosts
  hint: as in hosts: db*, or hosts: all
waivers.yml:2:5: a waiver needs "reason"
  hint: why is it let be?
waivers.yml:2:5: a waiver needs "owner"
  hint: who answers for it?
waivers.yml:2:5: a waiver needs "expires"
  hint: a day, as in 2027-03-31: it holds to its end in UTC
waivers.yml:3:5: a waiver is a map, not "nothing"`,
  ],
  [
    'says what a misspelt key was to be',
    one({ tiket: 'SEC-1' }),
    'waivers.yml:7:5: a waiver has no "tiket"\n  hint: did you mean "ticket"?',
  ],
  [
    'has one list',
    'waiver: []\n',
    'waivers.yml:1:1: a file of waivers has no "waiver"\n  hint: did you mean "waivers"?',
  ],
  ['is a list', 'just words\n', 'waivers.yml:1:1: a file of waivers is a map, not "just words"'],
  [
    'is of one thing',
    one({ task: 'few tries' }),
    'waivers.yml:7:11: a waiver is of a control or a task\n  hint: as in control: SSH-AUTH-01',
  ],
  [
    'is of a name',
    one({ control: '""' }),
    'waivers.yml:2:14: "control" is empty\n  hint: a waiver is of a control or a task',
  ],
  [
    'says a control that is misspelt by a slip',
    one({ control: 'SSH-AUHT-07' }),
    'waivers.yml:2:14: no control is called "SSH-AUHT-07"\n  hint: did you mean "SSH-AUTH-07"?',
  ],
  [
    'says a control in another case',
    one({ control: 'ssh-auth-7' }),
    'waivers.yml:2:14: no control is called "ssh-auth-7"\n  hint: did you mean "SSH-AUTH-07"?',
  ],
  [
    'says a task that is misspelt by a slip',
    one({ control: '-', task: 'few trys' }),
    'waivers.yml:6:11: no task is called "few trys"\n  hint: did you mean "few tries"?',
  ],
  [
    'says a host that is misspelt',
    one({ hosts: 'wbe1' }),
    'waivers.yml:3:12: Could not match supplied host pattern: "wbe1"\n  hint: did you mean "web1"?',
  ],
  ['wants a text', one({ reason: '[]' }), 'waivers.yml:4:13: "reason" is a text, not a list'],
  [
    'wants a reason with words',
    one({ reason: '" "' }),
    'waivers.yml:4:13: a waiver needs "reason"\n  hint: why is it let be?',
  ],
  [
    'has one owner',
    one({ approved_by: 'bob' }),
    'waivers.yml:7:18: "approved_by" is another word for "owner"\n  hint: leave one of them out',
  ],
  [
    'wants a day that there is',
    one({ expires: '2027-02-30' }),
    'waivers.yml:6:14: "2027-02-30" is no day\n  hint: write it as 2027-03-31, or as 2027-03-31T12:00:00Z',
  ],
  [
    'wants a day that there is in a moment too',
    one({ expires: '2027-02-30T00:00:00Z' }),
    'waivers.yml:6:14: "2027-02-30T00:00:00Z" is no day\n  hint: write it as 2027-03-31, or as 2027-03-31T12:00:00Z',
  ],
  [
    'wants a time zone',
    one({ expires: '2027-02-20T00:00:00' }),
    'waivers.yml:6:14: "2027-02-20T00:00:00" is no day\n  hint: write it as 2027-03-31, or as 2027-03-31T12:00:00Z',
  ],
  [
    'wants a day, not words',
    one({ expires: 'never' }),
    'waivers.yml:6:14: "never" is no day\n  hint: write it as 2027-03-31, or as 2027-03-31T12:00:00Z',
  ],
  [
    'lasts a year at most',
    one({ expires: '2027-11-28' }),
    'waivers.yml:6:14: a waiver lasts a year at most\n  hint: renew it when it ends',
  ],
  [
    'lasts a year at most from when it was created',
    one({ created: '2026-01-01', expires: '2027-01-03' }),
    'waivers.yml:6:14: a waiver lasts a year at most\n  hint: renew it when it ends',
  ],
  [
    'was created by now',
    one({ created: '2027-01-01', expires: '2027-12-31' }),
    'waivers.yml:7:14: "created" is a day to come',
  ],
  [
    'ends after it was created',
    one({ created: '2026-11-01', expires: '2026-10-31' }),
    'waivers.yml:6:14: the waiver ends before it was created',
  ],
  [
    'warns so many days before',
    one({ warn: 'soon' }),
    'waivers.yml:7:11: "warn" is a whole number of at least 0, not "soon"',
  ],
  [
    'has a value that can be found',
    one({ value: '{effective: {a: b}}' }),
    'waivers.yml:7:12: "value" is what was found: a value, a list or a map of fields, not a map',
  ],
  [
    'is the only one of its thing',
    `${one({ hosts: 'all' })}${one({ hosts: 'db2', value: 'yes' }).replace('waivers:\n', '')}`,
    'waivers.yml:7:5: a second waiver of SSH-AUTH-07 on db2\n  hint: the first is at waivers.yml:2:5',
  ],
]

/** Files in which nothing is wrong. */
const FINE: readonly (readonly [string, string, number])[] = [
  ['is empty', '', 0],
  ['has no waiver', 'waivers: []\n', 0],
  ['is a bare list', one({}).replace('waivers:\n', ''), 1],
  ['has a control of another playbook', one({ control: 'SSH-AUTH-02' }), 1],
  ['has a short name like another one', one({ control: 'AU-2' }), 1],
  ['has a task of another playbook', one({ control: '-', task: 'the key of user 2' }), 1],
  ['has a host of another inventory', one({ hosts: 'mail-gateway' }), 1],
  ['has two values of one thing', one({ value: 'a' }) + one({ value: 'b' }).replace('waivers:\n', ''), 2],
  ['has one that was renewed', one({ expires: '2026-11-24' }) + one({}).replace('waivers:\n', ''), 2],
  ['has one thing on two hosts', one({ hosts: 'db1' }) + one({ hosts: 'db2' }).replace('waivers:\n', ''), 2],
  ['has one that was created long ago', one({ created: '2026-02-01', expires: '2027-01-31' }), 1],
]

describe('a file of waivers', () => {
  it('says who answers for what, where, and until when', async () => {
    const { waivers, screen } = await read(
      one({ owner: '-', approved_by: 'alice', ticket: 'SEC-1', warn: '30', value: '6', hosts: '[dbs, "!db2"]' }),
    )
    assert.equal(screen, '')
    const [{ at, ...rest }] = waivers as [Waiver]
    assert.deepEqual([at.line, at.column], [2, 5])
    assert.deepEqual(rest, {
      subject: { kind: 'control', name: 'SSH-AUTH-07' },
      hosts: 'dbs,!db2',
      names: new Set(['db1']),
      value: '6',
      reason: 'old',
      owner: 'alice',
      ticket: 'SEC-1',
      expires: new Date('2027-01-01T00:00:00Z'),
      warnDays: 30,
    })
  })

  for (const [written, expected] of ENDS)
    it(`holds until ${expected} where it says ${written}`, async () => {
      const about = written.startsWith('2020') ? { created: '2019-06-01' } : {}
      const { waivers, screen } = await read(one({ ...about, expires: written }))
      assert.deepEqual([screen, waivers[0]?.expires.toISOString()], ['', expected])
    })

  for (const [written, expected] of VALUES)
    it(`takes the value ${written || 'that was found'} as it is spelled`, async () => {
      const { waivers, screen } = await read(one({ value: written }))
      assert.equal(screen, '')
      assert.deepEqual(waivers[0]?.value, expected)
    })

  for (const [what, text, expected] of SCREENS)
    it(what, async () => {
      assert.equal((await read(text)).screen, expected)
    })

  for (const [what, text, count] of FINE)
    it(`is fine where it ${what}`, async () => {
      const { waivers, screen } = await read(text)
      assert.deepEqual([screen, waivers.length], ['', count])
    })

  it('that is not there is named', async () => {
    const { inventory } = await loadInventory(['db1,'])
    assert.throws(() => readWaivers('/nowhere.yml', { inventory, playbooks: PLAYBOOKS, now: NOW }), {
      message: 'the file of waivers "/nowhere.yml" could not be found',
    })
  })
})
