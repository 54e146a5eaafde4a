import assert from 'node:assert/strict'
import type { Finding, Waived } from '../../src/contract/control.ts'
import type { Looked } from '../../src/waivers/notes.ts'
import type { Waiver } from '../../src/waivers/shape.ts'
import { useWaivers } from '../../src/waivers/use.ts'
import { change, finding, waiver } from './waiver.ts'

const NOTHING: Looked = { subjects: [], unsure: new Set() }
const PLAYBOOKS = { controls: new Set(['SSH-AUTH-07']), tasks: new Set(['few tries']) }

interface Setup {
  readonly waivers: readonly Waiver[]
  readonly findings?: readonly Finding[]
  readonly now?: string
  readonly before?: readonly Waived[]
  readonly looked?: Looked
}

/** What waivers make of findings: the value that each is bound to, or null, and what they say of it at the end. */
const used = ({ waivers, findings = [], now = '2026-11-01T00:00:00Z', before = [], looked = NOTHING }: Setup) => {
  const waiving = useWaivers(waivers, { clock: () => new Date(now), before: () => before, playbooks: PLAYBOOKS })
  const waived = findings.map((one) => waiving.waive(one))
  return { waived, notes: waiving.notes(looked) }
}

const valuesOf = (waived: readonly (Waived | null)[]) => waived.map((one) => (one === null ? null : one.value))

const at = (host: string, value: string): Finding => finding({ host, changes: [change('effective', value)] })

/** How the finding was waived in an earlier run. */
const earlier = (about: Partial<Waived> = {}): Waived => ({
  subject: 'SSH-AUTH-07',
  reason: 'the old backup client',
  owner: 'alice',
  ticket: 'SEC-1',
  expires: '2026-12-01T00:00:00.000Z',
  value: '6',
  at: 'waivers.yml:99:1',
  ...about,
})

describe('waivers in a run', () => {
  it('give who answers for a finding, until when, and for which value', () => {
    const { waived, notes } = used({ waivers: [waiver()], findings: [finding()] })
    assert.deepEqual(waived, [earlier({ at: 'waivers.yml:2:5' })])
    assert.deepEqual(notes, [])
  })

  it('name several values by their fields, and what is not there', () => {
    const found = [change('stored', false), change('running', true)]
    const findings = [finding({ changes: found }), finding({ changes: [change('effective', null)] })]
    const { waived } = used({ waivers: [waiver()], findings })
    assert.deepEqual(valuesOf(waived), [['running: yes', 'stored: no'], 'none'])
  })

  const MOMENTS: readonly (readonly [string, boolean, readonly string[]])[] = [
    ['2026-11-16T23:59:59.999Z', true, []],
    ['2026-11-17T00:00:00Z', true, ['the waiver of SSH-AUTH-07 on db1 ends in 14 days, 2026-11-30 (alice, SEC-1)']],
    ['2026-11-29T12:00:00Z', true, ['the waiver of SSH-AUTH-07 on db1 ends in 1 day, 2026-11-30 (alice, SEC-1)']],
    ['2026-11-30T22:00:00Z', true, ['the waiver of SSH-AUTH-07 on db1 ends in 2 hours, 2026-11-30 (alice, SEC-1)']],
    [
      '2026-11-30T23:59:59Z',
      true,
      ['the waiver of SSH-AUTH-07 on db1 ends in less than an hour, 2026-11-30 (alice, SEC-1)'],
    ],
    [
      '2026-12-01T00:00:00Z',
      false,
      ['the waiver of SSH-AUTH-07 on db1 ended 2026-11-30 (alice, SEC-1): it is a finding again'],
    ],
  ]
  for (const [now, holds, expected] of MOMENTS)
    it(`${holds ? 'hold' : 'do not hold'} at ${now}`, () => {
      const { waived, notes } = used({ waivers: [waiver()], findings: [finding()], now })
      assert.deepEqual([waived[0] !== null, notes], [holds, expected])
    })

  it('end at a moment where they say one, and have no ticket where they need none', () => {
    const expires = new Date('2026-11-01T09:30:00Z')
    const given = { waivers: [waiver({ expires, ticket: null })], findings: [finding()], now: '2026-11-01T09:30:00Z' }
    assert.deepEqual(used(given).notes, [
      'the waiver of SSH-AUTH-07 on db1 ended 2026-11-01 09:30 UTC (alice): it is a finding again',
    ])
  })

  it('say nothing of an end where a renewed one answers', () => {
    const ended = waiver({ expires: new Date('2026-10-01T00:00:00Z') })
    const { waived, notes } = used({ waivers: [ended, waiver()], findings: [finding()] })
    assert.deepEqual([valuesOf(waived), notes], [['6'], []])
  })

  const DRIFTED: readonly (readonly [string, Partial<Setup>, Partial<Waiver>, boolean])[] = [
    ['the value of the first use is there still', { before: [earlier()] }, {}, true],
    ['it is another one', { before: [earlier({ value: '5' })] }, {}, false],
    ['nothing is there any more', { before: [earlier({ value: 'none' })] }, {}, false],
    ['one of two tasks of that name had it', { before: [earlier({ value: '5' }), earlier()] }, {}, true],
    ['nobody remembers a use', { before: [] }, {}, true],
    ['no_log hid what was found', { before: [earlier({ value: null })] }, {}, true],
    [
      'the use was of an earlier end',
      { before: [earlier({ value: '5', expires: '2026-10-01T00:00:00.000Z' })] },
      {},
      true,
    ],
    ['the use was of another control', { before: [earlier({ value: '5', subject: 'CIS-5.1.16' })] }, {}, true],
    ['it names the value itself', { before: [earlier({ value: '5' })] }, { value: '6' }, true],
    ['it names another one', { before: [earlier()] }, { value: '5' }, false],
  ]
  for (const [when, setup, about, holds] of DRIFTED)
    it(`${holds ? 'hold' : 'do not hold'} where ${when}`, () => {
      const { waived, notes } = used({ waivers: [waiver(about)], findings: [finding()], ...setup })
      assert.deepEqual([waived[0] !== null, notes.length], [holds, holds ? 0 : 1])
    })

  it('say which value they are of, and which was found, hosts together', () => {
    const findings = [at('db2', '7'), at('db1', '7'), at('db3', '9'), at('db4', '4')]
    const names = new Set(['db1', 'db2', 'db3', 'db4'])
    assert.deepEqual(used({ waivers: [waiver({ names, value: '4' })], findings }).notes, [
      'the waiver of SSH-AUTH-07 does not hold on db1, db2 (alice, SEC-1): it is of 4, found is 7',
      'the waiver of SSH-AUTH-07 does not hold on db3 (alice, SEC-1): it is of 4, found is 9',
    ])
  })

  it('do not say what no_log hides', () => {
    const { notes } = used({ waivers: [waiver({ value: '4' })], findings: [finding({ hidden: true })] })
    assert.deepEqual(notes, [
      'the waiver of SSH-AUTH-07 does not hold on db1 (alice, SEC-1): it is of 4, found is hidden by no_log',
    ])
  })

  it('answer by value, and say nothing of the one that is of another', () => {
    const waivers = [waiver({ value: '5' }), waiver({ value: '6' })]
    const { waived, notes } = used({ waivers, findings: [finding()] })
    assert.deepEqual([valuesOf(waived), notes], [['6'], []])
  })

  it('name five hosts at most', () => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const given = { waivers: [waiver({ names: new Set(hosts) })], findings: hosts.map((host) => at(host, '6')) }
    assert.deepEqual(used({ ...given, now: '2026-12-24T00:00:00Z' }).notes, [
      'the waiver of SSH-AUTH-07 on a, b, c, d, e and 2 more ended 2026-11-30 (alice, SEC-1): it is a finding again',
    ])
  })

  const subject = (host: string, isAsWanted: boolean) => ({ ...finding({ host }), isAsWanted })
  const idle = 'the waiver of SSH-AUTH-07 (waivers.yml:2:5) answered for nothing: all is as wanted on db1, db2'
  const IDLE: readonly (readonly [string, Looked, Partial<Waiver>, readonly string[]])[] = [
    ['all is as wanted', { ...NOTHING, subjects: [subject('db1', true), subject('db2', true)] }, {}, [idle]],
    ['one may be not', { ...NOTHING, subjects: [subject('db1', true), subject('db2', false)] }, {}, []],
    ['a host was not reached', { subjects: [subject('db1', true)], unsure: new Set(['db2']) }, {}, []],
    ['another host was not reached', { subjects: [subject('db1', true)], unsure: new Set(['web1']) }, {}, [idle]],
    ['it was not looked at', NOTHING, {}, []],
    ['it has ended', { ...NOTHING, subjects: [subject('db1', true)] }, { expires: new Date('2026-10-01') }, []],
  ]
  for (const [when, looked, about, expected] of IDLE)
    it(`${expected.length > 0 ? 'say' : 'do not say'} that they answered for nothing where ${when}`, () => {
      assert.deepEqual(used({ waivers: [waiver(about)], looked }).notes, expected)
    })

  it('that are of nothing here are named in one note', () => {
    const waivers = [
      waiver({ subject: { kind: 'control', name: 'SSH-AUTH-02' } }),
      waiver({ subject: { kind: 'task', name: 'other' }, hosts: 'all' }),
      waiver({ hosts: 'mail', names: new Set() }),
      waiver({ subject: { kind: 'task', name: 'few tries' } }),
    ]
    assert.deepEqual(used({ waivers }).notes, [
      'nothing in these playbooks and this inventory is waived by SSH-AUTH-02 for db*, other for all, SSH-AUTH-07 for mail',
    ])
  })
})
