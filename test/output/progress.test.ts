import assert from 'node:assert/strict'
import type { Event } from '../../src/engine/event.ts'
import { paints } from '../../src/output/paint.ts'
import { advance, type Progress, progressLines, progressOf } from '../../src/output/progress.ts'
import { ended } from './events.ts'

const canvas = { size: { columns: 100, rows: 30 }, paint: paints(false), unicode: false, nowMs: 65_000 }

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `web${index + 1}`)

const playOf = (hosts: readonly string[]): Progress =>
  progressOf({ kind: 'play started', play: 'keys only', playIndex: 0, hosts, tasks: 3 }, 0)

const begins = (host: string, task: string): Event => ({
  kind: 'task started',
  host,
  playIndex: 0,
  taskIndex: 0,
  task,
  module: 'file',
})
const connects = (host: string): Event => ({ kind: 'host connecting', host, playIndex: 0 })
const leaves = (host: string): Event => ({ kind: 'host ended', host, playIndex: 0 })

describe('progress', () => {
  it('shows the hosts that run and those that failed, and counts the rest', () => {
    const progress = playOf(names(6))
    const events = [
      connects('web1'),
      connects('web2'),
      connects('web3'),
      connects('web4'),
      begins('web2', 'no root logins'),
      ended({ host: 'web2', status: 'changed' }),
      begins('web2', 'alice may log in'),
      begins('web3', 'no root logins'),
      ended({ host: 'web3', status: 'failed', message: 'no space left\non device' }),
      leaves('web3'),
      leaves('web4'),
    ]
    for (const event of events) advance(progress, event)
    assert.deepEqual(progressLines(progress, canvas), [
      '[######..............] 2/6 hosts, 1 changed, 1 failed, 2 running, 2 queued, 1:05  keys only',
      '  web1       connecting',
      '  web2  2/3  alice may log in',
      'x web3  no root logins: no space left',
    ])
  })

  it('leaves a failure that is ignored running', () => {
    const progress = playOf(['web1'])
    advance(progress, begins('web1', 'no root logins'))
    advance(progress, ended({ status: 'failed', message: 'no', ignored: true }))
    assert.equal(progress.hosts.get('web1')?.state, 'running')
  })

  it('stays below the height of the terminal, whatever happens', () => {
    const hosts = names(200)
    const progress = playOf(hosts)
    for (const host of hosts) advance(progress, connects(host))
    for (const host of hosts.slice(0, 50)) {
      advance(progress, { kind: 'host ended', host, playIndex: 0, unreachable: { message: 'connection refused' } })
    }
    for (const rows of [5, 8, 12, 30, 60]) {
      const lines = progressLines(progress, { ...canvas, size: { columns: 60, rows } })
      assert.ok(lines.length < rows, `${lines.length} lines on ${rows} rows`)
      assert.ok(lines.every((line) => line.length < 60))
    }
    const lines = progressLines(progress, canvas)
    assert.equal(lines.length, 1 + 12 + 1 + 8 + 1)
    assert.equal(lines[13], '  ... 138 more running')
    assert.equal(lines.at(-1), '  ... 42 more failed')
  })

  it('keeps a host on its row until it is done, and gives the row to the next', () => {
    const progress = playOf(names(20))
    for (const host of names(14)) advance(progress, connects(host))
    progressLines(progress, canvas)
    advance(progress, leaves('web3'))
    advance(progress, leaves('web5'))
    progressLines(progress, canvas)
    assert.deepEqual(progress.rows, [
      'web1',
      'web2',
      'web13',
      'web4',
      'web14',
      ...['web6', 'web7', 'web8', 'web9', 'web10', 'web11', 'web12'],
    ])
  })
})
