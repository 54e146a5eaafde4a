import assert from 'node:assert/strict'
import type { Result } from '../../src/engine/event.ts'
import { type AboutRemembered, type Memory, remember } from '../../src/history/memory.ts'
import { result } from '../output/events.ts'
import { drifted, fine, hour, memories } from './results.ts'

const about: AboutRemembered = { run: 'now', command: 'audit', at: hour(9) }

/** What is remembered of one result, where nothing was before. */
const stateOf = (one: Result, command: AboutRemembered['command'] = 'audit'): string => {
  const [entry] = Object.values(remember(null, [one], { ...about, command }).memory)
  return entry === undefined ? 'nothing' : entry.state
}

const words = (memory: Memory | undefined): readonly string[] =>
  Object.values(memory ?? {}).map(
    ({ host, task, item, state, isJudged, message, firstSeen, lastChanged }) =>
      `${host} ${task}${item === null ? '' : ` (${item})`}: ${state} since ${hourOf(firstSeen)}, as it is since ${hourOf(lastChanged)}${isJudged ? '' : `; ${message}`}`,
  )

const hourOf = (iso: string): number => Number(iso.slice(11, 13))

const changes = [{ field: 'methods', before: 'password', after: 'publickey' }]

describe('what is remembered', () => {
  const states: readonly (readonly [string, string, Result, AboutRemembered['command']?])[] = [
    ['what is ok', 'ok', fine()],
    ['what a run changed', 'ok', fine({ status: 'changed', changes }), 'run'],
    ['drift', 'finding', drifted()],
    ['what would not hold', 'finding', drifted({ status: 'stuck' })],
    ['a claim that does not hold in a run', 'finding', result({ status: 'failed', changes }), 'run'],
    ['what could not be looked at', 'nothing', result({ status: 'failed', message: 'no sshd' })],
    ['a host that was not reached', 'nothing', result({ status: 'unreachable' })],
    ['what waits', 'nothing', result({ status: 'waiting', message: 'user "alice" does not exist' })],
    ['what a condition left out', 'nothing', result({ status: 'skipped', message: 'its "when" does not hold' })],
    ['an act in an audit', 'nothing', result({ status: 'skipped', message: 'has no state to judge' })],
    ['an act in a dry run', 'nothing', result({ status: 'drift', message: 'would run', changes }), 'check'],
  ]
  for (const [what, state, one, command] of states)
    it(`of ${what} is ${state}`, () => {
      assert.equal(stateOf(one, command), state)
    })

  it('has a waived finding as a finding, with who answers for it', () => {
    const waived = {
      subject: 'SSH-AUTH-01',
      reason: 'the old backup client',
      owner: 'alice',
      ticket: null,
      expires: hour(12),
      value: 'yes',
      at: 'waivers.yml:2:5',
    }
    const [entry] = Object.values(remember(null, [drifted({ waived })], about).memory)
    assert.equal(entry?.state, 'finding')
    assert.deepEqual(entry?.waived, waived)
  })

  it('takes wanted and found off the changes where there is no evidence', () => {
    const mode = { field: 'mode', path: '/etc/ssh/sshd_config', before: '0644', after: '0600' }
    const later = { field: 'key', before: null, after: 'x', later: true as const }
    const [entry] = Object.values(
      remember(null, [result({ status: 'drift', changes: [mode, { ...later, after: null }] })], about).memory,
    )
    assert.deepEqual(entry?.expected, { 'mode of /etc/ssh/sshd_config': '0600', key: null })
    assert.deepEqual(entry?.effective, { 'mode of /etc/ssh/sshd_config': '0644', key: null })
  })

  it('says since when for every result that is a finding, and for no other', () => {
    const results = [drifted(), fine({ host: 'web2' }), result({ host: 'web3', status: 'unreachable' })]
    const { seen } = remember(null, results, about)
    assert.deepEqual([...seen], [[results[0], { firstSeen: hour(9), lastChanged: hour(9) }]])
  })

  it('carries a finding through runs that did not judge it, with why, and counts it on from its first day', () => {
    const all = memories(
      { results: [drifted()] },
      { results: [result({ status: 'unreachable', message: 'no route to host\n(try again)' })] },
      { results: [result({ status: 'waiting', message: 'can be judged only after "x"' })] },
      { results: [drifted()] },
    )
    assert.deepEqual(all.map(words), [
      ['web1 no root logins: finding since 1, as it is since 1'],
      ['web1 no root logins: finding since 1, as it is since 1; unreachable: no route to host'],
      ['web1 no root logins: finding since 1, as it is since 1; waiting: can be judged only after "x"'],
      ['web1 no root logins: finding since 1, as it is since 1'],
    ])
  })

  it('has another last change where the value changed, and the same first day', () => {
    const all = memories(
      { results: [drifted()] },
      { results: [drifted({ value: 'without-password' })] },
      {
        results: [drifted({ value: 'without-password' })],
      },
    )
    assert.deepEqual(all.map(words), [
      ['web1 no root logins: finding since 1, as it is since 1'],
      ['web1 no root logins: finding since 1, as it is since 2'],
      ['web1 no root logins: finding since 1, as it is since 2'],
    ])
  })

  it('begins anew where it was ok in between', () => {
    const all = memories({ results: [drifted()] }, { results: [fine()] }, { results: [drifted()] })
    assert.deepEqual(words(all[2]), ['web1 no root logins: finding since 3, as it is since 3'])
  })

  const absent: readonly (readonly [string, string, readonly Result[], Partial<AboutRemembered>])[] = [
    ['other hosts only', 'not part of this run', [fine({ host: 'web2' })], { whole: new Set(['web2']) }],
    [
      'some tasks only',
      'left out of this run',
      [fine({ task: 'a banner', statement: 'banner' })],
      { whole: new Set() },
    ],
    ['who knows what', 'left out of this run', [fine({ task: 'a banner', statement: 'banner' })], {}],
    [
      'a host that was lost half way',
      'unreachable: connection lost',
      [result({ task: 'a banner', status: 'unreachable', message: 'connection lost' })],
      { whole: new Set(['web1']) },
    ],
    [
      'a host that failed half way',
      'the run ended on this host at "a banner"',
      [result({ task: 'a banner', status: 'failed', message: 'no such file' })],
      { whole: new Set(['web1']) },
    ],
    [
      'all, where a failure was let pass',
      'no longer in the playbook',
      [result({ task: 'a banner', status: 'failed', message: 'no such file', ignored: true })],
      { whole: new Set(['web1']) },
    ],
    [
      'all',
      'no longer in the playbook',
      [fine({ task: 'a banner', statement: 'banner' })],
      { whole: new Set(['web1']) },
    ],
  ]
  for (const [what, why, results, part] of absent)
    it(`is carried through a run of ${what}: ${why}`, () => {
      const first = remember(null, [drifted()], { ...about, at: hour(1) }).memory
      const { memory } = remember(first, results, { ...about, ...part })
      const kept = Object.values(memory).find(({ host, task }) => host === 'web1' && task === 'no root logins')
      assert.deepEqual([kept?.state, kept?.isJudged, kept?.message, kept?.firstSeen], ['finding', false, why, hour(1)])
    })

  it('is forgotten a run after its task left the playbook, and not while nobody looks', () => {
    const other = fine({ task: 'a banner', statement: 'banner' })
    const all = memories(
      { results: [drifted(), other] },
      { results: [other] },
      { results: [fine({ host: 'web2' })] },
      { results: [other] },
      { results: [other] },
    )
    assert.deepEqual(
      all.map(
        (memory) =>
          Object.values(memory).filter(({ host, task }) => host === 'web1' && task === 'no root logins').length,
      ),
      [1, 1, 1, 1, 0],
    )
  })

  it('goes on under a new name of the task that asks for the very same', () => {
    const all = memories({ results: [drifted()] }, { results: [drifted({ task: 'root stays out' })] })
    assert.deepEqual(words(all[1]), ['web1 root stays out: finding since 1, as it is since 1'])
  })

  it('is one entry for each item of a loop, and carries the items that a skipped loop did not come to', () => {
    const items = [
      drifted({ item: 'alice', itemIndex: 0, statement: 'alice' }),
      fine({ item: 'bob', itemIndex: 1, statement: 'bob' }),
    ]
    const all = memories(
      { results: items },
      { results: [result({ status: 'skipped', message: 'its "when" does not hold' })] },
      { results: [items[1] as Result, items[0] as Result] },
    )
    assert.deepEqual(words(all[1]), [
      'web1 no root logins (alice): finding since 1, as it is since 1; skipped: its "when" does not hold',
      'web1 no root logins (bob): ok since 1, as it is since 1; skipped: its "when" does not hold',
    ])
    assert.deepEqual([...words(all[2])].sort(), words(all[0]), 'whatever their order')
  })

  it('tells tasks of one name apart by their number', () => {
    const all = memories(
      { results: [fine(), drifted({ taskIndex: 1 })] },
      { results: [fine(), fine({ taskIndex: 1 })] },
    )
    assert.deepEqual(all.map(words), [
      ['web1 no root logins: ok since 1, as it is since 1', 'web1 no root logins: finding since 1, as it is since 1'],
      ['web1 no root logins: ok since 1, as it is since 1', 'web1 no root logins: ok since 2, as it is since 2'],
    ])
  })

  it('counts a handler that was flushed twice once: the last, but what a dry run would repair is found', () => {
    const flush = (one: Partial<Result>): Result => result({ task: 'sshd obeys', handler: true, taskIndex: 5, ...one })
    const failed = flush({ status: 'failed', changes })
    const found = flush({ status: 'drift', changes })
    const entries = (results: readonly Result[], command: 'run' | 'audit'): readonly string[] =>
      Object.values(remember(null, results, { ...about, command }).memory).map(({ state }) => state)
    assert.deepEqual(entries([failed, flush({ status: 'changed', changes })], 'run'), ['ok'])
    assert.deepEqual(entries([flush({}), failed], 'run'), ['finding'])
    assert.deepEqual(entries([found, flush({})], 'audit'), ['finding'])
  })

  it('survives being written as JSON with sorted keys', () => {
    const first = memories({ results: [drifted(), fine({ host: 'web2' })] })[0] as Memory
    const stored = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(first)) as Memory).reverse())
    const { memory } = remember(stored, [drifted(), fine({ host: 'web2' })], about)
    assert.deepEqual(Object.keys(memory), Object.keys(first))
    assert.deepEqual(
      Object.values(memory).map(({ firstSeen }) => firstSeen),
      [hour(1), hour(1)],
    )
  })
})
