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
    - { name: a setting, sshd_config_line: { keyword: X11Forwarding, value: no } }
    - { name: a line, line_in_file: { path: /home/admin/.bashrc, line: export EDITOR=vi } }
`

// the project's promise is 300 MB
const MOST_MIB = 260

describe('a thousand connections', function () {
  this.timeout(300_000)
  let lab: Lab

  before(async () => {
    lab = await startLab({ hosts: 4, name: 'many' })
  })
  after(() => lab.stop())

  /** A run on the lab's hosts under so many names, all at once: connections stay until the last host is done. */
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

  it('cost as much each as a hundred, and little memory', () => {
    // as wanted from here on
    assert.equal(runOn(lab.hosts.length).code, 0)
    const [none, some, many] = [runOn(1), runOn(150), runOn(1000)]
    assert.deepEqual([none.code, some.code, many.code], [0, 0, 0])
    const each = [(some.cpuMs - none.cpuMs) / 149, (many.cpuMs - none.cpuMs) / 999] as const
    assert.ok(each[1] < each[0] * 1.5, `CPU ms for each host: ${each.map((ms) => ms.toFixed(1)).join(', then ')}`)
    assert.ok(many.peakMiB < MOST_MIB, `${many.peakMiB.toFixed(0)} MiB`)
  })
})
