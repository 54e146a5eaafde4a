import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Report, Result } from '../../src/engine/event.ts'
import { historyPlace } from '../../src/history/place.ts'
import { runId } from '../../src/history/run-id.ts'
import { seriesOf } from '../../src/history/series.ts'
import { summaryOf } from '../../src/history/summary.ts'
import { folder } from '../kit/story.ts'
import { counts } from '../output/events.ts'

describe('the place of the history', () => {
  const table: readonly (readonly [
    named: string | undefined,
    environment: Readonly<Record<string, string>>,
    place: string,
  ])[] = [
    [undefined, { HOME: '/home/eve' }, '/home/eve/.local/state/keyward/history.db'],
    [undefined, { HOME: '/home/eve', XDG_STATE_HOME: '/state' }, '/state/keyward/history.db'],
    [undefined, { HOME: '/home/eve', XDG_STATE_HOME: 'state' }, '/home/eve/.local/state/keyward/history.db'],
    [undefined, { HOME: '/home/eve', XDG_STATE_HOME: '' }, '/home/eve/.local/state/keyward/history.db'],
    [undefined, {}, join(homedir(), '.local/state/keyward/history.db')],
    ['/srv/audits.db', { XDG_STATE_HOME: '/state' }, '/srv/audits.db'],
    ['audits.db', {}, resolve('audits.db')],
    ['~/audits.db', { HOME: '/home/eve' }, '/home/eve/audits.db'],
  ]
  for (const [named, environment, place] of table)
    it(`is ${place} for ${named ?? 'nothing named'} and ${JSON.stringify(environment)}`, () =>
      assert.equal(historyPlace(named, environment), place))
})

describe('the id of a run', () => {
  const started = new Date('2026-11-25T02:15:00.123Z')

  it('tells when it began, in UTC', () => {
    assert.match(
      runId(started, () => false),
      /^20261125-021500-[0-9a-f]{4}$/,
    )
  })

  it('is another one where it is taken', () => {
    const refused: string[] = []
    const id = runId(started, (one) => refused.push(one) < 4)
    assert.equal(refused.length, 4)
    assert.equal(refused.at(-1), id)
  })
})

describe('the series of a run', () => {
  const directory = folder({ 'site.yml': '', 'other.yml': '', 'inventory/hosts.yml': '' })
  const at = (...names: readonly string[]): readonly string[] => names.map((name) => join(directory, name))
  mkdirSync(join(directory, 'links'))
  symlinkSync('../site.yml', join(directory, 'links', 'site.yml'))
  const series = seriesOf({ playbooks: at('site.yml'), inventory: at('inventory') })

  it('is the same however the same files are named', () => {
    assert.match(series, /^[0-9a-f]{16}$/)
    assert.equal(seriesOf({ playbooks: at('links/site.yml'), inventory: at('links/../inventory/.') }), series)
  })

  const others: readonly (readonly [what: string, playbooks: readonly string[], inventory: readonly string[]])[] = [
    ['another playbook', at('other.yml'), at('inventory')],
    ['one playbook more', at('site.yml', 'other.yml'), at('inventory')],
    ['another inventory', at('site.yml'), at('inventory/hosts.yml')],
    ['typed hosts', at('site.yml'), ['web1,web2,']],
    ['other typed hosts', at('site.yml'), ['web1,']],
    ['no inventory', at('site.yml'), []],
  ]
  it('is another one for other playbooks or another inventory', () => {
    const all = others.map(([, playbooks, inventory]) => seriesOf({ playbooks, inventory }))
    assert.equal(new Set([series, ...all]).size, others.length + 1)
  })
})

describe('the summary of a run', () => {
  const none = counts()
  const result = (about: Partial<Result>): Result =>
    ({ host: 'web1', playIndex: 0, taskIndex: 0, status: 'drift', ...about }) as Result
  const high = { ids: ['SSH-AUTH-01'], title: null, severity: 'high', references: [] } as const
  const report: Report = {
    mode: 'audit',
    started: new Date('2026-11-25T02:15:00Z'),
    finished: new Date('2026-11-25T02:15:09Z'),
    exitCode: 4,
    interrupted: false,
    hosts: new Map([
      // ok counts what was changed, and failures that are ignored
      ['web1', { ...none, ok: 5, changed: 1, ignored: 2, rescued: 1, drift: 2, waived: 1, skipped: 3 }],
      ['web2', { ...none, unreachable: 1, waiting: 2, failed: 1 }],
    ]),
    results: [
      result({ control: high, item: 'a' }),
      result({ control: high, item: 'b' }),
      result({ control: high, host: 'web2' }),
      result({ control: { ...high, severity: 'low' }, taskIndex: 1 }),
      result({ control: { ...high, severity: null }, taskIndex: 2 }),
      result({ taskIndex: 3 }),
      result({ control: high, taskIndex: 4, status: 'ok' }),
      result({ control: high, taskIndex: 5, waived: {} as NonNullable<Result['waived']> }),
    ],
    notes: [],
    stopped: [],
  }
  const summary = summaryOf(report, {
    playbooks: ['site.yml'],
    inventory: ['hosts.yml'],
    schedule: 'nightly',
    slot: '2026-11-25T02:15:00.000Z',
  })

  it('never counts as passed what was let pass, not reached or not judged', () => {
    assert.deepEqual(summary.counts, { passed: 3, findings: 2, waived: 1, failed: 1, unjudged: 6, skipped: 3 })
  })

  it('counts findings by the severity of their control: a loop once, a waived one not', () => {
    assert.deepEqual(summary.severities, { high: 2, low: 1 })
  })

  it('tells what it was run for', () => {
    const { command, exitCode, hosts, schedule, slot } = summary
    assert.deepEqual([command, exitCode, hosts, schedule, slot], ['audit', 4, 2, 'nightly', '2026-11-25T02:15:00.000Z'])
  })
})
