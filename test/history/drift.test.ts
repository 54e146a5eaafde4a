import assert from 'node:assert/strict'
import { driftBetween } from '../../src/history/drift.ts'
import { result } from '../output/events.ts'
import { drifted, fine, inWords, memories, type Run, since } from './results.ts'

const banner = fine({ task: 'a banner', taskIndex: 1, statement: 'banner' })
const audit = (...results: Run['results']): Run => ({ results })
const run = (...results: Run['results']): Run => ({ results, command: 'run' })
const partly = (...results: Run['results']): Run => ({ results, whole: new Set() })

/** The first run is compared with the last; those between are remembered. */
const table: readonly (readonly [title: string, runs: readonly Run[], said: readonly string[]])[] = [
  ['says nothing where all is as it was', [audit(fine()), audit(fine())], []],
  [
    'tells a change on the host: the same was asked for',
    [audit(fine({ value: 'no' })), audit(drifted())],
    ['web1: new no root logins, by host, no -> yes, since 2'],
  ],
  [
    'takes what was ok, and told nothing, for as it should have been',
    [audit(fine()), audit(drifted())],
    ['web1: new no root logins, by host, no -> yes, since 2'],
  ],
  [
    'tells a change of the playbook: the host is as it was',
    [audit(fine({ value: 'no' })), audit(drifted({ value: 'no', wanted: 'yes' }))],
    ['web1: new no root logins, by playbook, no -> no, since 2'],
  ],
  [
    'tells a change of both',
    [audit(fine({ value: 'no' })), audit(drifted({ value: 'without-password', wanted: 'yes' }))],
    ['web1: new no root logins, by both, no -> without-password, since 2'],
  ],
  [
    'does not guess where something else was asked for, and nothing was told',
    [audit(fine()), audit(drifted({ value: 'no', wanted: 'yes' }))],
    [
      'web1: new no root logins, by null, null -> no, since 2, the playbook changed; whether the host did too is not known',
    ],
  ],
  [
    'does not blame the host for another keyward that judges the same value otherwise',
    [
      { ...audit(fine({ value: 'no' })), version: '1.0.0' },
      { ...audit(drifted({ value: 'no' })), version: '1.1.0' },
    ],
    [
      'web1: new no root logins, by null, no -> no, since 2, the same value is judged otherwise by another version of keyward',
    ],
  ],
  [
    'does not blame another keyward for a value that changed',
    [
      { ...audit(fine({ value: 'no' })), version: '1.0.0' },
      { ...audit(drifted()), version: '1.1.0' },
    ],
    ['web1: new no root logins, by host, no -> yes, since 2'],
  ],
  [
    'has a task that was never judged as new, of a host that was',
    [audit(banner), audit(drifted(), banner)],
    ['web1: new no root logins, by null, null -> yes, since 2, judged for the first time'],
  ],
  ['says nothing of a host of which nothing was known', [audit(fine()), audit(fine(), drifted({ host: 'web2' }))], []],
  [
    'keeps the first day over three runs',
    [audit(drifted()), audit(drifted()), audit(drifted())],
    ['web1: persists no root logins, by null, yes -> yes, since 1'],
  ],
  [
    'tells another value of a finding',
    [audit(drifted()), audit(drifted({ value: 'without-password' }))],
    ['web1: changed no root logins, by host, yes -> without-password, since 1'],
  ],
  [
    'has a finding that the playbook wants otherwise now as still there',
    [audit(drifted()), audit(drifted({ wanted: 'without-password' }))],
    ['web1: persists no root logins, by null, yes -> yes, since 1'],
  ],
  [
    'has a finding whose value and playbook changed as changed by both',
    [audit(drifted()), audit(drifted({ value: 'other', wanted: 'without-password' }))],
    ['web1: changed no root logins, by both, yes -> other, since 1'],
  ],
  [
    'tells what was fixed on the host',
    [audit(drifted()), audit(fine())],
    ['web1: fixed no root logins, by host, yes -> no, since 1'],
  ],
  [
    'tells what was fixed by the playbook',
    [audit(drifted()), audit(fine({ value: 'yes', statement: 'wants yes' }))],
    ['web1: fixed no root logins, by playbook, yes -> yes, since 1'],
  ],
  [
    'tells what a run repaired',
    [audit(drifted()), run(fine({ status: 'changed', value: 'no' })), audit(fine({ value: 'no' }))],
    ['web1: fixed no root logins, by keyward, yes -> no, since 1'],
  ],
  [
    'does not give a run the credit for what it found repaired',
    [audit(drifted()), run(fine({ value: 'no' })), audit(fine({ value: 'no' }))],
    ['web1: fixed no root logins, by host, yes -> no, since 1'],
  ],
  [
    'has as new what was repaired in between, and is back',
    [audit(drifted()), run(fine({ status: 'changed' })), audit(drifted())],
    ['web1: new no root logins, by host, yes -> yes, since 3'],
  ],
  [
    'never has an unreachable host as fixed',
    [audit(drifted()), audit(result({ status: 'unreachable', message: 'no route to host' }))],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, unreachable: no route to host'],
  ],
  [
    'has the same finding with the same first day when the host is back',
    [audit(drifted()), audit(result({ status: 'unreachable' })), audit(drifted())],
    ['web1: persists no root logins, by null, yes -> yes, since 1'],
  ],
  [
    'does not have as fixed what a run repaired and nobody could look at since',
    [audit(drifted()), run(fine({ status: 'changed' })), audit(result({ status: 'unreachable' }))],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, unreachable'],
  ],
  [
    'never has what waits as fixed',
    [audit(drifted()), audit(result({ status: 'waiting', message: 'after "x"' }))],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, waiting: after "x"'],
  ],
  [
    'never has what another limit left out as fixed',
    [audit(drifted()), audit(fine({ host: 'web2' }))],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, not part of this run'],
  ],
  [
    'never has what other tags left out as fixed',
    [audit(drifted(), banner), partly(banner)],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, left out of this run'],
  ],
  [
    'has a task under another name, asking for the same, as the same finding',
    [audit(drifted(), banner), audit(drifted({ task: 'root stays out' }), banner)],
    ['web1: persists root stays out, by null, yes -> yes, since 1'],
  ],
  [
    'has a task under another name, asking for something else, as another',
    [audit(drifted(), banner), audit(drifted({ task: 'root stays out', wanted: 'other' }), banner)],
    [
      'web1: new root stays out, by null, null -> yes, since 2, judged for the first time',
      'web1: unjudged no root logins, by null, yes -> null, since 1, no longer in the playbook',
    ],
  ],
  [
    'has a finding whose task left the playbook not as fixed',
    [audit(drifted(), banner), audit(banner), audit(banner)],
    ['web1: unjudged no root logins, by null, yes -> null, since 1, no longer in the playbook'],
  ],
  [
    'tells the items of a loop apart',
    [
      audit(
        drifted({ item: 'alice', itemIndex: 0, statement: 'alice' }),
        fine({ item: 'bob', itemIndex: 1, statement: 'bob' }),
      ),
      audit(
        fine({ item: 'alice', itemIndex: 0, statement: 'alice' }),
        drifted({ item: 'bob', itemIndex: 1, statement: 'bob' }),
      ),
    ],
    [
      'web1: fixed no root logins (alice), by host, yes -> no, since 1',
      'web1: new no root logins (bob), by host, no -> yes, since 2',
    ],
  ],
  [
    'tells tasks of one name apart',
    [audit(drifted(), fine({ taskIndex: 1 })), audit(fine(), drifted({ taskIndex: 1 }))],
    [
      'web1: fixed no root logins, by host, yes -> no, since 1',
      'web1: new no root logins, by host, no -> yes, since 2',
    ],
  ],
  [
    'lists hosts in the order that it is handed',
    [
      audit(fine(), fine({ host: 'web2' }), fine({ host: 'a' })),
      audit(drifted({ host: 'a' }), drifted({ host: 'web2' }), drifted()),
    ],
    [
      'web1: new no root logins, by host, no -> yes, since 2',
      'web2: new no root logins, by host, no -> yes, since 2',
      'a: new no root logins, by host, no -> yes, since 2',
    ],
  ],
]

describe('drift', () => {
  for (const [title, runs, said] of table)
    it(title, () => {
      assert.deepEqual(since(...runs), said)
    })

  it('says once that a task left the playbook', () => {
    const [, second, third] = memories(audit(drifted(), banner), audit(banner), audit(banner))
    assert.deepEqual(inWords(driftBetween(second ?? {}, third ?? {}, [])), [])
  })

  it('keeps who answers for a finding, and tells its other value all the same', () => {
    const waived = {
      subject: 'SSH-AUTH-01',
      reason: 'the old backup client',
      owner: 'alice',
      ticket: null,
      expires: '2027-01-01T00:00:00.000Z',
      value: null,
      at: 'waivers.yml:2:5',
    }
    const [before, same, other] = memories(
      audit(drifted()),
      audit(drifted({ waived })),
      audit(drifted({ waived, value: 'without-password' })),
    )
    const between = (now: typeof same): unknown =>
      driftBetween(before ?? {}, now ?? {}, [])
        .get('web1')
        ?.map((one) => [one.how, one.waived?.owner])
    assert.deepEqual(between(same), [['persists', 'alice']])
    assert.deepEqual(between(other), [['changed', 'alice']])
  })

  it('says where it is set now, and since when it is as it is', () => {
    const [before, after] = memories(audit(drifted()), audit(drifted({ value: 'without-password' })))
    const [found] = driftBetween(before ?? {}, after ?? {}, []).get('web1') ?? []
    assert.deepEqual(found?.source, [{ file: '/etc/ssh/sshd_config', line: 7 }])
    assert.equal(found?.lastChanged, '2026-11-25T02:00:00.000Z')
  })

  it('names only what is not as wanted, where nothing was known before', () => {
    const found = drifted({
      evidence: {
        expected: { mode: '0600', owner: 'root' },
        effective: { mode: '0644', owner: 'root' },
        source: [],
      },
    })
    const [before, after] = memories(audit(banner), audit(banner, found))
    assert.deepEqual(driftBetween(before ?? {}, after ?? {}, []).get('web1')?.[0]?.now, { mode: '0644' })
  })

  it('compares by the fields that both told: a newer keyward may tell one more', () => {
    const more = drifted({
      evidence: {
        expected: { effective: 'no', witness: 'root' },
        effective: { effective: 'yes', witness: 'root' },
        source: [],
      },
    })
    assert.deepEqual(since(audit(drifted()), audit(more)), [
      'web1: persists no root logins, by null, yes -> yes, since 1',
    ])
  })
})
