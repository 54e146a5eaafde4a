import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/history/database.ts'
import { afterSlot, writeMetrics } from '../../src/notify/after-slot.ts'
import { metrics } from '../../src/notify/metrics.ts'
import type { SavedState } from '../../src/notify/shape.ts'
import { stateOf } from '../../src/notify/state.ts'
import { failed, finding, result, run, schedule, slot, unreachable, waived } from './given.ts'

/** Reads the exposition format, and refuses what is not in it; each sample as `name{label="value"} number`. */
const read = (text: string): ReadonlyMap<string, number> => {
  const samples = new Map<string, number>()
  const ended = new Set<string>()
  let family = ''
  let expects: 'HELP' | 'TYPE' | 'sample' = 'HELP'
  assert.ok(text === '' || text.endsWith('\n'), 'ends with a line end')
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      assert.ok(!ended.has(name), `${name} is there twice`)
      family = name
      ended.add(name)
      expects = 'TYPE'
    } else if (kind === 'TYPE') {
      assert.deepEqual([expects, name], ['TYPE', family], line)
      assert.match(rest, /^(gauge|counter)$/)
      assert.equal(rest === 'counter', name.endsWith('_total'), line)
      expects = 'sample'
    } else {
      const sample =
        /^([a-z_]+)(\{[a-z]+="(?:[^"\\]|\\[\\"n])*"(?:,[a-z]+="(?:[^"\\]|\\[\\"n])*")*\}) (-?\d+(?:\.\d+)?)$/.exec(line)
      assert.ok(sample !== null && expects === 'sample' && sample[1] === family, line)
      assert.ok(!samples.has(`${sample[1]}${sample[2]}`), `${line} is there twice`)
      samples.set(`${sample[1]}${sample[2]}`, Number(sample[3]))
    }
  }
  return samples
}

const EXPIRES = '2026-12-20T00:00:00.000Z'

const stateAfter = (before: SavedState | null, at: string, results: Parameters<typeof run>[0], exitCode = 0) =>
  stateOf(before, {
    schedule: { mode: 'audit' },
    slot: slot(at),
    documents: [run(results, { exit_code: exitCode })],
    now: new Date('2026-11-25T03:00:00Z'),
  })

describe('metrics', () => {
  it('say how things stand, schedule by schedule', () => {
    const state = stateAfter(
      null,
      '2026-11-25T02:15:00.000Z',
      [
        finding('web1', 'yes'),
        finding('web2', 'yes', { waived: waived(EXPIRES) }),
        finding('web1', '6', { control: { ids: ['X'] } }),
        result('web3'),
        result('web3', { control: { ids: ['X'] }, status: 'waiting' }),
        failed('web4'),
        unreachable('web5'),
      ],
      2,
    )
    const next = new Date('2026-11-26T02:15:00Z')
    const samples = read(
      metrics([
        { schedule: 'nightly', state, next, pending: 1 },
        { schedule: 'odd "\\\n', state: null, next: null, pending: 0 },
      ]),
    )
    assert.deepEqual(Object.fromEntries(samples), {
      'keyward_last_run_timestamp_seconds{schedule="nightly",mode="audit"}': Date.parse('2026-11-25T02:16:00Z') / 1000,
      'keyward_last_run_exit_code{schedule="nightly"}': 2,
      'keyward_findings{schedule="nightly",severity="low"}': 0,
      'keyward_findings{schedule="nightly",severity="medium"}': 0,
      'keyward_findings{schedule="nightly",severity="high"}': 1,
      'keyward_findings{schedule="nightly",severity="critical"}': 0,
      'keyward_findings{schedule="nightly",severity="none"}': 1,
      'keyward_waived{schedule="nightly"}': 1,
      'keyward_passed{schedule="nightly"}': 1,
      'keyward_not_judged{schedule="nightly"}': 2,
      'keyward_unreachable_hosts{schedule="nightly"}': 1,
      'keyward_failed_hosts{schedule="nightly"}': 1,
      'keyward_slots_total{schedule="nightly",status="ran"}': 1,
      'keyward_next_slot_timestamp_seconds{schedule="nightly"}': next.getTime() / 1000,
      'keyward_waiver_expiry_timestamp_seconds{schedule="nightly"}': Date.parse(EXPIRES) / 1000,
      'keyward_notifications_pending{schedule="nightly"}': 1,
      'keyward_notifications_pending{schedule="odd \\"\\\\\\n"}': 0,
    })
  })

  it('keep the findings of a host that is lost, and do not let a second attempt at some hosts hide the first', () => {
    const before = stateAfter(null, '2026-11-25T02:15:00.000Z', [finding('web1', 'yes'), result('web2')], 3)
    const lost = stateAfter(before, '2026-11-26T02:15:00.000Z', [unreachable('web1'), result('web2')], 4)
    const count = (state: SavedState, name: string) =>
      read(metrics([{ schedule: 'n', state, next: null, pending: 0 }])).get(name)
    assert.equal(count(lost, 'keyward_findings{schedule="n",severity="high"}'), 1)
    assert.equal(count(lost, 'keyward_slots_total{schedule="n",status="ran"}'), 2)
    const twice = stateOf(null, {
      schedule: { mode: 'audit' },
      slot: slot('2026-11-25T02:15:00.000Z'),
      documents: [
        run([finding('web1', 'yes'), unreachable('web2')], { exit_code: 4 }),
        run([result('web2')], { exit_code: 0 }),
      ],
      now: new Date('2026-11-25T03:00:00Z'),
    })
    assert.equal(count(twice, 'keyward_last_run_exit_code{schedule="n"}'), 4)
    assert.equal(count(twice, 'keyward_passed{schedule="n"}'), 1)
    assert.equal(count(twice, 'keyward_unreachable_hosts{schedule="n"}'), 0)
  })

  it('count a slot once, however often it is told', () => {
    const first = stateAfter(null, '2026-11-25T02:15:00.000Z', [result('web1')])
    assert.deepEqual(stateAfter(first, '2026-11-25T02:15:00.000Z', [result('web1')]).slots, { ran: 1 })
  })

  it('are written in one step, readable by all; what goes wrong is told', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'keyward-metrics-'))
    const told: string[] = []
    const database = await openDatabase(join(dir, 'history.db'))
    const clock = () => new Date('2026-11-25T03:00:00Z')
    const parts = { database, clock, environment: {}, tell: (line: string) => void told.push(line) }
    const file = {
      file: join(dir, 'schedule.yml'),
      channels: [],
      schedules: [schedule([])],
      metrics: join(dir, 'keyward.prom'),
    }
    const mask = process.umask(0o077)
    try {
      writeFileSync(file.metrics, 'old', { mode: 0o600 })
      await afterSlot(parts, {
        file,
        schedule: schedule([]),
        slot: slot('2026-11-25T02:15:00.000Z'),
        documents: [run([result('web1')])],
      })
      await writeMetrics(parts, file, () => new Date('2026-11-26T02:15:00Z'))
      assert.equal(read(readFileSync(file.metrics, 'utf8')).get('keyward_passed{schedule="nightly"}'), 1)
      assert.equal(statSync(file.metrics).mode & 0o777, 0o644)
      assert.deepEqual(
        readdirSync(dir).filter((name) => name.includes('.new')),
        [],
      )
      await writeMetrics(parts, { ...file, metrics: join(dir, 'gone', 'a.prom') }, () => null)
      assert.match(told.join('\n'), /^writing metrics: ENOENT/)
    } finally {
      process.umask(mask)
      database.close()
      rmSync(dir, { recursive: true })
    }
  })
})
