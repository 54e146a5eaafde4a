import assert from 'node:assert/strict'
import { type Lab, startLab } from '../kit/lab.ts'
import { folder, keyward } from '../kit/story.ts'

const CANARY = 's3cr3t-canary'

const HIDING = `- hosts: all
  become: true
  vars: {canary: ${CANARY}, many: [{n: a, s: ${CANARY}-a}, {n: b, s: ${CANARY}-b}]}
  tasks:
    - {no_log: true, file: {path: /tmp/hidden, content: "{{ canary }}"}}
    - {no_log: true, command: {argv: [echo, "{{ canary }}"]}}
    - {no_log: true, command: {argv: [echo], unless: "echo {{ canary }}"}}
    - {no_log: true, loop: "{{ many }}", file: {path: "/tmp/{{ item.n }}", content: "{{ item.s }}"}}
    - {no_log: true, command: {argv: [ls, "/{{ canary }}"]}, ignore_errors: true}
    - {no_log: true, delegate_to: localhost, command: {argv: [echo, "{{ canary }}"]}}
    - {no_log: true, line_in_file: {path: /tmp/hidden-line, line: "{{ canary }}", create: true}}
    - {command: {argv: [echo, shown]}}
`

const SHOWING = `- hosts: all
  tasks:
    - {command: {argv: [ssh-keygen, -q, -t, ed25519, -N, "", -f, /tmp/made], creates: /tmp/made}}
    - {command: {argv: [cat, /tmp/made]}, register: made}
    - {command: {argv: [echo, "{{ made.stdout }}"]}}
    - {command: {argv: [tail, -n, "3", /tmp/made]}}
`

describe('the trace of -vvv', () => {
  let lab: Lab

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'trace' })
  })
  after(() => lab.stop())

  const told = async (command: 'run' | 'check', playbook: string) => {
    const cwd = folder({ 'site.yml': playbook })
    const words = [command, 'site.yml', '-i', lab.inventoryFile, '-vvv', '-D']
    const { code, stdout, stderr } = await keyward(words, { cwd, home: lab.home })
    return { code, stderr, text: `${stdout}${stderr}` }
  }

  it('tells of tasks with no_log only that something ran, in a dry run and in runs', async () => {
    for (const [command, wanted] of [
      ['check', 3],
      ['run', 0],
      ['run', 0],
    ] as const) {
      const { code, text, stderr } = await told(command, HIDING)
      assert.equal(code, wanted, text)
      assert.ok(!text.includes(CANARY), text)
      assert.match(stderr, /^h1 root\$ \(hidden by no_log\) \(\d+ ms\)$/m)
      if (command === 'run') assert.match(stderr, /^h1 root\$ echo shown -> 0 \(\d+ ms\)\n {2}\| shown$/m)
    }
  })

  it('shows no private key, neither whole nor in part', async () => {
    const { code, text, stderr } = await told('run', SHOWING)
    assert.equal(code, 0, text)
    const key = `${(await lab.hosts[0]?.exec('cat /tmp/made'))?.stdout}`
    const lines = key.split('\n').filter((line) => /^[A-Za-z0-9+/=]{10,}$/.test(line))
    assert.ok(lines.length >= 5, key)
    for (const line of lines) assert.ok(!stderr.includes(line), stderr)
    assert.equal(stderr.match(/^ {2}\| \(private key, not shown\)$/gm)?.length, 3)
  })
})
