import assert from 'node:assert/strict'
import { modules } from '../../modules/index.ts'
import type { Machine } from '../../src/contract/machine.ts'
import type { Module } from '../../src/contract/module.ts'
import { converge, type Ending } from '../../src/engine/converge.ts'
import { connectSsh, openLocal, startSsh } from '../../src/host/connect.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { bindParams } from '../../src/playbook/bind.ts'
import { loadPlaybooks } from '../../src/playbook/load.ts'
import { scopeFor } from '../../src/playbook/variables.ts'
import { type Lab, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'

/** A task that has something to do on a fresh host, for each module that does what is not a file. */
const tasks: Readonly<Record<string, string>> = {
  command: 'command: { cmd: touch /root/made, creates: /root/made }',
  package: 'package: { name: hello }',
  service: 'service: { name: ssh, state: stopped }',
  service_reload: 'service_reload: { name: ssh }',
  ssh_keypair: 'ssh_keypair: { path: /root/id, type: ed25519 }',
}
/** Those that a host of the lab has no subject for; their own tests try them against stand-ins. */
const elsewhere = ['selinux_boolean', 'smartcard_enroll']

describe('a module that does what is not a file', () => {
  let lab: Lab
  let machine: Machine
  let control: Machine

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'contract' })
    const host = firstHost(lab)
    await host.exec('sleep 1.1; touch /etc/ssh/sshd_config')
    const ssh = startSsh({ home: lab.home })
    control = openLocal({ ssh })
    const { name, address, port } = host
    machine = await connectSsh(
      {
        name,
        address,
        port,
        user: 'admin',
        keyFiles: [lab.key],
        hostKeys: 'strict',
        timeoutMs: 10_000,
        keepaliveMs: 15_000,
      },
      { ssh, control },
    )
  })
  after(async () => {
    await machine.close()
    await control.close()
    await lab.stop()
  })

  const idle = async (module: Module, task: string): Promise<Ending> => {
    const dir = folder({ 'site.yml': `- hosts: all\n  tasks:\n    - ${task}\n` })
    const { playbooks, mistakes } = await loadPlaybooks([`${dir}/site.yml`], { modules: [module] })
    assert.deepEqual(mistakes, [])
    const [play] = playbooks.flatMap(({ plays }) => plays)
    const [bound] = play?.tasks ?? []
    assert.ok(play && bound)
    const { inventory } = await loadInventory(['h1,'])
    const about = { facts: {}, registers: new Map(), registersOf: () => undefined, extraVars: {}, item: null }
    const params = bindParams(bound, scopeFor({ play, task: bound, host: 'h1', inventory, ...about }))
    const lazy = { ...module, apply: async () => undefined }
    return converge(
      { task, module: lazy, params, machine, control, power: 'root', hidden: false, harmless: false, waive: null },
      'run',
      null,
    )
  }

  it('has a task here, or a test elsewhere', () => {
    const all = modules.filter((module) => module.apply !== undefined).map(({ name }) => name)
    assert.deepEqual(all.sort(), [...Object.keys(tasks), ...elsewhere].sort())
  })

  for (const [name, task] of Object.entries(tasks))
    it(`is reported stuck where it does nothing: ${name}`, async () => {
      const module = modules.find((one) => one.name === name)
      assert.ok(module)
      const { status, message } = await idle(module, task)
      assert.equal(status, 'stuck', message)
      assert.match(message, /still not as wanted/)
    })
})
