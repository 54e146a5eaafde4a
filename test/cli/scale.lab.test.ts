import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Lab, startLab } from '../kit/lab.ts'
import { folder, mainFile } from '../kit/story.ts'
import { type Cost, costOf } from './cost.ts'

const PLAYBOOK = `
- hosts: all
  become: true
  tasks:
    - { name: an entry is root's, file: { path: /etc/ssh/sshd_config, owner: root } }
`

describe('connections by the hundred', function () {
  this.timeout(300_000)
  let lab: Lab

  before(async () => {
    lab = await startLab({ hosts: 4, name: 'many' })
  })
  after(() => lab.stop())

  /** A run on the lab's hosts under so many names, all at once. */
  const runOn = (names: number): Cost => {
    const port = lab.hosts[0]?.port
    const hosts = Array.from(
      { length: names },
      (_, index) => `    n${index}: { ansible_host: ${lab.hosts[index % lab.hosts.length]?.address} }`,
    )
    const vars = `{ ansible_user: admin, ansible_port: ${port}, ansible_ssh_private_key_file: ${lab.key} }`
    const site = folder({ 'site.yml': PLAYBOOK, 'hosts.yml': `all:\n  vars: ${vars}\n  hosts:\n${hosts.join('\n')}\n` })
    const words = ['run', join(site, 'site.yml'), '-i', join(site, 'hosts.yml')]
    return costOf([mainFile, ...words, '-f', '1000', '--timeout', '60', '--output', 'lines'], { HOME: lab.home })
  }

  it('cost as much each as by the dozen, and little memory', () => {
    const [none, some, many] = [runOn(1), runOn(75), runOn(300)]
    assert.deepEqual([none.code, some.code, many.code], [0, 0, 0])
    const each = [(some.cpuMs - none.cpuMs) / 74, (many.cpuMs - none.cpuMs) / 299] as const
    assert.ok(each[1] < each[0] * 1.5, `CPU ms for each host: ${each.map((ms) => ms.toFixed(1)).join(', then ')}`)
    const memory = ((many.peakMiB - some.peakMiB) / 225) * 1024
    assert.ok(memory < 300, `${memory.toFixed(0)} KiB more for each host`)
  })
})
