import assert from 'node:assert/strict'
import { delaying } from '../kit/delay.ts'
import { type Lab, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder, keyward } from '../kit/story.ts'
import { play } from './given.ts'

const DELAY_MS = 250

const settings = ['ClientAliveInterval 300', 'MaxAuthTries 4', 'UseDNS no', 'PrintMotd no']
const tasks = (count: number): string =>
  Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `- line_in_file: { path: /etc/ssh/sshd_config.d/50.conf, line: "${settings[index % 4]}", create: true }`
      : '- sshd_config_line: { keyword: X11Forwarding, value: no }',
  ).join('\n')

describe('a password for sudo', () => {
  let lab: Lab
  let slow: Awaited<ReturnType<typeof delaying>>

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'sudo-password' })
    slow = await delaying(firstHost(lab), DELAY_MS / 2)
  })
  after(async () => {
    slow.close()
    await lab.stop()
  })

  /** A run from far away, as a user who gives a password or needs none: how it ended, its flights, and how long it took. */
  const runOf = async (user: 'admin' | 'secure', count: number) => {
    const { name } = firstHost(lab)
    const vars = [
      `ansible_port: ${slow.port}`,
      ...(user === 'secure' ? [`ansible_become_password: ${securePassword}`] : []),
    ]
    const given = lab.inventory(user).replace('  hosts:', `${vars.map((line) => `    ${line}\n`).join('')}  hosts:`)
    const cwd = folder({ 'site.yml': play(tasks(count)), 'hosts.yml': given })
    const words = ['run', 'site.yml', '-i', 'hosts.yml', '--host-key', 'accept-new', '-vv']
    const began = performance.now()
    const told = await keyward(words, { home: lab.home, cwd, env: { KEYWARD_SSH: '' } })
    const ms = performance.now() - began
    assert.equal(told.code, 0, told.stdout + told.stderr)
    const [, flights] = new RegExp(`^${name}: (\\d+) flights?`, 'm').exec(told.stdout) ?? []
    const [, changed] = new RegExp(`^${name} .*changed=(\\d+)`, 'm').exec(told.stdout) ?? []
    return { flights: Number(flights), changed: Number(changed), ms }
  }

  for (const count of [2, 100])
    it(`makes a rerun of ${count} tasks one round trip longer, and no more`, async () => {
      await runOf('admin', count)
      // the quickest of three each, in turn: another test may have the processors meanwhile
      const without: Awaited<ReturnType<typeof runOf>>[] = []
      const withOne: typeof without = []
      for (let turn = 0; turn < 3; turn += 1) {
        without.push(await runOf('admin', count))
        withOne.push(await runOf('secure', count))
      }
      for (const { changed } of [...without, ...withOne]) assert.equal(changed, 0)
      for (const { flights } of withOne) assert.ok(flights <= 2, `${flights} flights`)
      const longer = Math.min(...withOne.map(({ ms }) => ms)) - Math.min(...without.map(({ ms }) => ms))
      assert.ok(
        longer < 1.6 * DELAY_MS,
        `${longer.toFixed(0)} ms longer, at ${DELAY_MS} ms for each round trip: ${[...without, ...withOne].map(({ ms }) => ms.toFixed(0)).join(' ')}`,
      )
    })
})
