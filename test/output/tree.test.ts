import assert from 'node:assert/strict'
import { paints } from '../../src/output/paint.ts'
import { treeOutput } from '../../src/output/tree.ts'
import { counts, ended, finished, rootLogin, started } from './events.ts'

const offers = { run: () => 'RUN', retry: () => 'RETRY', trust: () => 'TRUST' }
const size = () => ({ columns: 80, rows: 30 })

/** What a terminal shows in the end: every erased block taken away. */
const settled = (text: string): string => {
  const lines: string[] = ['']
  for (const [token] of text.replaceAll('\u001b', '␛').matchAll(/␛\[(\d+)A\r␛\[J|␛\[\?\w+|\n|[^␛\n]+/g)) {
    const up = /^␛\[(\d+)A/.exec(token)
    if (up !== null) lines.splice(lines.length - 1 - Number(up[1]), Infinity, '')
    else if (token === '\n') lines.push('')
    else if (!token.startsWith('␛')) lines.push(`${lines.pop()}${token}`)
  }
  return lines.join('\n')
}

describe('the tree', () => {
  it('leaves what changed and the recap on the screen, and no block', async () => {
    let text = ''
    const write = (more: string): void => {
      text += more
    }
    const output = treeOutput(
      { write, size, unicode: false },
      { paint: paints(false), diffs: false, verbosity: 0, offers },
    )
    const hosts = ['web1', 'web2']
    for (const event of started(hosts)) output.tell(event)
    for (const host of hosts) output.tell({ kind: 'host connecting', host, playIndex: 0 })
    await new Promise((resolve) => setTimeout(resolve, 150))
    output.tell(ended({ host: 'web1', status: 'changed', changes: [rootLogin] }))
    output.tell({ kind: 'host ended', host: 'web1', playIndex: 0 })
    output.tell({ kind: 'host ended', host: 'web2', playIndex: 0, unreachable: { message: 'connection refused' } })
    output.tell({ kind: 'play ended', playIndex: 0 })
    const ends = new Map([
      ['web1', counts({ ok: 1, changed: 1 })],
      ['web2', counts({ unreachable: 1 })],
    ])
    output.tell(finished({ exitCode: 4, hosts: ends }))
    await output.close()
    assert.match(text, /\[\.{20}\] 0\/2 hosts, 2 running, 0:00 {2}keys only\n {2}web1/)
    assert.equal(
      settled(text),
      `
play keys only: 2 hosts, 3 tasks
changed      web1  no root logins  /etc/ssh/sshd_config
unreachable  web2  connection refused

recap
web1 : ok=1   changed=1   unreachable=0   failed=0
web2 : ok=0   changed=0   unreachable=1   failed=0

to try the hosts again that failed:
  RETRY
`,
    )
    assert.ok(text.endsWith('\u001b[?25h'), 'the cursor is shown again')
  })

  it('ends when a run is cut off in the middle of a play', async () => {
    let text = ''
    const write = (more: string): void => {
      text += more
    }
    const output = treeOutput(
      { write, size, unicode: false },
      { paint: paints(false), diffs: false, verbosity: 0, offers },
    )
    for (const event of started(['web1'])) output.tell(event)
    output.tell({ kind: 'host connecting', host: 'web1', playIndex: 0 })
    output.tell(finished({ exitCode: 130, interrupted: true }))
    await output.close()
    assert.match(settled(text), /interrupted: what is listed above is done, the rest was not begun\n$/)
  })

  it('draws ten times a second at most, and no more than fits, however much is told', async () => {
    const writes: string[] = []
    const output = treeOutput(
      { write: (text) => void writes.push(text), size, unicode: false },
      { paint: paints(false), diffs: false, verbosity: 0, offers },
    )
    const hosts = Array.from({ length: 500 }, (_, index) => `web${index}`)
    for (const event of started(hosts)) output.tell(event)
    const begun = performance.now()
    for (let taskIndex = 0; taskIndex < 12; taskIndex += 1) {
      for (const host of hosts) {
        output.tell({ kind: 'task started', host, playIndex: 0, taskIndex, task: `task ${taskIndex}`, module: 'file' })
        output.tell(ended({ host, taskIndex }))
      }
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    const most = 2 + (performance.now() - begun) / 100
    assert.ok(writes.length <= most, `${writes.length} writes for 6000 tasks`)
    assert.ok(writes.every((text) => text.split('\n').length <= size().rows))
    for (const host of hosts) output.tell({ kind: 'host ended', host, playIndex: 0 })
    output.tell({ kind: 'play ended', playIndex: 0 })
    await output.close()
  })
})
