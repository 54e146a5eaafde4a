import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, startLab } from '../kit/lab.ts'
import { folder } from '../kit/story.ts'
import { terminalWith } from './terminal.ts'

const HOSTS = 500
const MOST_PERCENT = 5

const PLAYBOOK = `
- name: a site
  hosts: all
  become: true
  tasks:
    - { name: an entry is root's, file: { path: /etc/ssh/sshd_config, owner: root } }
    - { name: a mode, file: { path: /etc/ssh/sshd_config, mode: '0644' } }
    - { name: a directory, file: { path: /etc/ssh, state: directory } }
    - { name: a line, line_in_file: { path: /etc/hostname, line: nothing, state: absent } }
`

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Waiting is counted as either of them. */
const UNKNOWN: ReadonlySet<string> = new Set(['(idle)', '(program)'])

/** Microseconds that a profile counted: in all, and for drawing with whatever drawing called. */
const timesOf = ({ nodes, samples, timeDeltas }: Profile): { readonly all: number; readonly drawing: number } => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const drawing = new Set<number>()
  const drawn = (id: number): void => {
    drawing.add(id)
    for (const child of byId.get(id)?.children ?? []) drawn(child)
  }
  // the bundle has the tree and what only the tree needs in a file of its own
  for (const { id, callFrame } of nodes) if (/\/parts\/tree-[^/]*\.js$/.test(callFrame.url)) drawn(id)
  assert.ok(drawing.size > 0, 'no drawing was sampled')
  const times = { all: 0, drawing: 0 }
  for (const [index, id] of samples.entries()) {
    const micros = timeDeltas[index] ?? 0
    if (UNKNOWN.has(byId.get(id)?.callFrame.functionName ?? '')) continue
    times.all += micros
    if (drawing.has(id)) times.drawing += micros
  }
  return times
}

describe('drawing a run of five hundred hosts', function () {
  this.timeout(180_000)
  let lab: Lab
  before(async () => {
    lab = await startLab({ hosts: 4, name: 'drawing' })
  })
  after(() => lab.stop())

  it(`takes less than ${MOST_PERCENT} % of what the command costs, and no more rows than the terminal has`, async () => {
    const hosts = Array.from(
      { length: HOSTS },
      (_, index) => `    n${index}: { ansible_host: ${lab.hosts[index % lab.hosts.length]?.address} }`,
    )
    const vars = `{ ansible_user: admin, ansible_port: ${lab.hosts[0]?.port}, ansible_ssh_private_key_file: ${lab.key} }`
    const cwd = folder({ 'site.yml': PLAYBOOK, 'hosts.yml': `all:\n  vars: ${vars}\n  hosts:\n${hosts.join('\n')}\n` })
    const node = ['--cpu-prof', `--cpu-prof-dir=${cwd}/profile`]
    const words = ['run', 'site.yml', '-i', 'hosts.yml', '-f', '100', '--timeout', '60']
    const terminal = terminalWith(words, { cwd, home: lab.home, node, patienceMs: 120_000 })
    try {
      const during = await terminal.until(/ [34]\d\d\/500 hosts[^\n]*running[^\n]*a site\n(?: {2}n\d+ .*\n)+/)
      assert.match(during, /^\s*play a site: 500 hosts/, 'the first line is still there: nothing scrolled')
      await terminal.until(/\[0\]$/)
      const [file = ''] = readdirSync(join(cwd, 'profile'))
      const { all, drawing } = timesOf(JSON.parse(readFileSync(join(cwd, 'profile', file), 'utf8')) as Profile)
      const percent = (100 * drawing) / all
      assert.ok(percent < MOST_PERCENT, `${percent.toFixed(1)} % of ${(all / 1e6).toFixed(1)} s`)
    } finally {
      terminal.close()
    }
  })
})
