import assert from 'node:assert/strict'
import { checksOf, countedVerdicts } from '../../src/reports/checks.ts'
import { denominatorOf, fleetOf, tallyOf } from '../../src/reports/fleet.ts'
import { pack, unpack } from '../../src/reports/pack.ts'
import { documentOf, fleetDocument, resultOf } from './sample.ts'

const tasks = ['first', 'second', 'third']

/** A host's results of the first tasks, the last of them with a status of its own. */
const upTo = (host: string, count: number, last: Parameters<typeof resultOf>[0] = {}) =>
  tasks
    .slice(0, count)
    .map((task, index) => resultOf({ host, task, task_index: index, ...(index === count - 1 ? last : {}) }))

const verdictsOf = (document: ReturnType<typeof documentOf>, host: string) =>
  (checksOf(document).get(host) ?? []).map(({ result, verdict }) => `${result.task}: ${verdict}`)

describe('the checks of a report', () => {
  const cases = [
    ['of a host that is as wanted', upTo('b', 3), ['first: passed', 'second: passed', 'third: passed']],
    [
      'of a host that was never reached: none passed',
      upTo('b', 1, { status: 'unreachable' }),
      ['first: unreachable', 'second: unreachable', 'third: unreachable'],
    ],
    [
      'of a host that was lost midway',
      upTo('b', 2, { status: 'unreachable' }),
      ['first: passed', 'second: unreachable', 'third: unreachable'],
    ],
    [
      'of a host that failed midway',
      upTo('b', 2, { status: 'failed' }),
      ['first: passed', 'second: failed', 'third: unjudged'],
    ],
    [
      'of a host whose failure is let pass',
      upTo('b', 3, { status: 'failed', ignored: true }),
      ['first: passed', 'second: passed', 'third: unjudged'],
    ],
    ['of a host nobody came to', [], ['first: unjudged', 'second: unjudged', 'third: unjudged']],
  ] as const
  for (const [what, results, wanted] of cases) {
    it(`are those ${what}`, () => {
      const document = documentOf([...upTo('a', 3), ...results], { others: ['b'] })
      assert.deepEqual(verdictsOf(document, 'b'), wanted)
    })
  }

  it('leave out tasks that not every host had: what runs once, or in a rescue', () => {
    const once = resultOf({ host: 'a', task: 'once', task_index: 3 })
    const document = documentOf([...upTo('a', 3), once, ...upTo('c', 3), ...upTo('b', 1, { status: 'unreachable' })])
    assert.equal(verdictsOf(document, 'b').length, 3)
  })

  it('reach into later plays that every other host took part in', () => {
    const later = resultOf({ host: 'a', play: 'more', play_index: 1, task: 'later' })
    const document = documentOf([...upTo('a', 3), ...upTo('b', 1, { status: 'unreachable' }), later])
    assert.equal(verdictsOf(document, 'b').at(-1), 'later: unreachable')
  })

  it('are counted with a loop as one, as bad as its worst item', () => {
    const items = ['x', 'y', 'z'].map((item) => resultOf({ item, status: item === 'y' ? 'drift' : 'ok' }))
    const checks = checksOf(documentOf([...items, resultOf({ task_index: 1 })])).get('web1') ?? []
    assert.deepEqual(
      countedVerdicts(checks).map(({ verdict }) => verdict),
      ['finding', 'passed'],
    )
  })

  it('have a denominator of all that was to be judged; a waiver passes nothing', () => {
    const waived = { subject: 's', reason: 'r', owner: 'o', expires: '2027-01-01T00:00:00Z', value: null, at: 'w:1:1' }
    const statuses = ['ok', 'changed', 'drift', 'drift', 'failed', 'unreachable', 'waiting', 'skipped'] as const
    const results = statuses.map((status, index) =>
      resultOf({ status, task_index: index, ...(index === 3 ? { waived } : {}) }),
    )
    const tally = tallyOf(checksOf(documentOf(results)).get('web1') ?? [])
    assert.deepEqual([tally.passed, tally.finding, tally.waived, tally.failed], [2, 1, 1, 1])
    assert.deepEqual(denominatorOf(tally), { all: 7, unjudged: 2 })
  })
})

describe('the fleet of a report', () => {
  it('has unreachable hosts first, then the worst', () => {
    const control = { ids: ['SSH-AUTH-01'], severity: 'high' as const }
    const document = documentOf([
      resultOf({ host: 'good' }),
      resultOf({ host: 'poor', status: 'drift' }),
      resultOf({ host: 'bad', status: 'drift', control }),
      resultOf({ host: 'lost', status: 'unreachable' }),
    ])
    const fleet = fleetOf(document, '')
    assert.deepEqual(
      fleet.hosts.map(({ name }) => name),
      ['lost', 'bad', 'poor', 'good'],
    )
    assert.deepEqual(
      fleet.subjects.map(({ kind, name }) => `${kind} ${name}`),
      ['control SSH-AUTH-01', 'task no root logins'],
    )
  })

  it('comes out of its package as it went in', () => {
    const fleet = fleetOf(fleetDocument(7, 13), 'keyward audit')
    assert.deepEqual(unpack(JSON.parse(JSON.stringify(pack(fleet)))), JSON.parse(JSON.stringify(fleet)))
  })
})
