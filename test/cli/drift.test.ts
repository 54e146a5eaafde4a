import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Report, Result } from '../../src/engine/event.ts'
import { keepRun } from '../../src/history/keep.ts'
import { openHistory } from '../../src/history/open.ts'
import { drifted, fine, hour } from '../history/results.ts'
import { folder } from '../kit/story.ts'
import { counts, report, result } from '../output/events.ts'
import { type Typed, typed } from './typed.ts'

describe('keyward drift', () => {
  const zone = process.env.TZ
  let file: string
  let ids: readonly string[]

  const drift = async (...words: readonly string[]): Promise<Typed> =>
    await typed('drift', ...words, '--history-file', file)

  before(async () => {
    process.env.TZ = 'UTC'
    file = join(folder({}), 'history.db')
    const history = await openHistory(file)
    const keep = (number: number, results: readonly Result[], about: { series?: string; mode?: Report['mode'] } = {}) =>
      keepRun(history, reportAt(number, about.mode ?? 'audit', results), {
        series: about.series ?? 'ssh',
        summary: { playbooks: ['site.yml'], inventory: ['hosts.yml'], schedule: null, slot: null },
        inputs: { version: '1.0.0', playbooks: [], inventory: [] },
        isWhole: true,
        now: new Date(hour(number)),
      }).id
    ids = [
      keep(1, [fine({ value: 'no' }), drifted({ host: 'web2' })]),
      keep(2, [drifted(), fine({ host: 'web2', status: 'changed', value: 'no' })], { mode: 'run' }),
      keep(3, [drifted(), result({ host: 'web2', status: 'unreachable', message: 'no route to host' })]),
      keep(4, [drifted(), fine({ host: 'web2', value: 'no' })]),
      keep(5, [fine({ value: 'no' })], { series: 'another' }),
    ]
    history.close()
  })
  after(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it('tells what differs between two runs, and who brought it about', async () => {
    const { code, stdout, stderr } = await drift(ids[0] ?? '', ids[3] ?? '')
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.equal(
      stdout,
      `from ${ids[0]}, audit of 2026-11-25 01:00:00
to   ${ids[3]}, audit of 2026-11-25 04:00:00:
  new          no root logins on web1: changed on the host
                 effective: no -> yes
                 at /etc/ssh/sshd_config:7
  fixed        no root logins on web2: repaired by keyward run; it was there since 2026-11-25 01:00
                 effective: yes -> no
                 at /etc/ssh/sshd_config:7
`,
    )
  })

  it('takes names such as latest~1, and does not have as fixed what was not reached', async () => {
    const { stdout } = await drift(ids[0] ?? '', 'latest~2')
    assert.match(
      stdout,
      /not judged {3}no root logins on web2, seen since 2026-11-25 01:00: unreachable: no route to host/,
    )
    assert.doesNotMatch(stdout, /fixed {4}/)
  })

  it('says that nothing differs', async () => {
    const { code, stdout } = await drift('latest~1', 'latest~1')
    assert.equal(code, 0)
    assert.match(stdout, /\n {2}nothing is new, changed or fixed\n {2}still there {2}no root logins on web1: since/)
  })

  it('compares runs of different playbooks by names, and says so', async () => {
    const { code, stdout } = await drift(ids[0] ?? '', 'latest')
    assert.equal(code, 0)
    assert.match(stdout, /note: they are of different playbooks or inventories, and compared by the names of hosts/)
  })

  it('gives the same as a document', async () => {
    const { code, stdout } = await drift(ids[0] ?? '', ids[3] ?? '', '--output', 'json')
    const document = JSON.parse(stdout) as Readonly<Record<string, unknown>>
    assert.equal(code, 0)
    assert.deepEqual(document.from, { id: ids[0], command: 'audit', started: hour(1), finished: hour(1) })
    assert.deepEqual(document.to, { id: ids[3], command: 'audit', started: hour(4), finished: hour(4) })
    assert.equal(document.same_series, true)
    const hosts = document.hosts as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
    assert.deepEqual(
      Object.entries(hosts).map(([host, [one]]) => [host, one?.how, one?.cause, one?.before, one?.now]),
      [
        ['web1', 'new', 'host', { effective: 'no' }, { effective: 'yes' }],
        ['web2', 'fixed', 'keyward', { effective: 'yes' }, { effective: 'no' }],
      ],
    )
  })

  it('refuses a run that is not there', async () => {
    const { code, stderr } = await drift('20200101', 'latest')
    assert.equal(code, 1)
    assert.match(stderr, /the history has no run "20200101"/)
  })

  it('says that a run was dropped', async () => {
    const history = await openHistory(file)
    history.prune({ runs: 1, days: 1 }, new Date(hour(6)), 'ssh')
    history.close()
    const { code, stderr } = await drift(ids[0] ?? '', 'latest')
    assert.equal(code, 1)
    assert.match(stderr, /the run .* was dropped as old: only its line in keyward history is left/)
  })
})

const reportAt = (number: number, mode: Report['mode'], results: readonly Result[]): Report =>
  report({
    mode,
    started: new Date(hour(number)),
    finished: new Date(hour(number)),
    hosts: new Map(results.map(({ host }) => [host, counts()])),
    results,
  })
