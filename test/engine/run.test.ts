import assert from 'node:assert/strict'
import { HostError } from '../../src/contract/errors.ts'
import { LATER } from '../../src/contract/later.ts'
import type { Look } from '../../src/contract/look.ts'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import { missing } from '../../src/contract/signals.ts'
import { memoryMachine } from './memory-machine.ts'
import { play, playedWith } from './played.ts'

const text = defineModule({
  name: 'text',
  summary: 'a file holds a text',
  example: '',
  params: params({ path: param.path('where'), is: param.text('what') }),
  state: record({ length: field.number('how long') }),
  probe: async (on, { path }) => {
    if (path === '/lost') throw new HostError('connection lost', { unreachable: true })
    if (path === '/bad') throw new HostError('no space left on device')
    const found = await on.file(path)
    return {
      length: null,
      files: { [path]: found === null ? null : { kind: 'file' as const, text: found.text as string } },
    }
  },
  plan: ({ path, is }) => ({ length: is.length, files: { [path]: { kind: 'file', text: is } } }),
}) as Module

const content = defineModule({
  ...text,
  name: 'content',
  probe: async (on: Look, { path }: { path: string }) => {
    const found = await on.file(path)
    const is = found?.text ?? null
    return {
      length: typeof is === 'string' ? is.length : null,
      files: { [path]: found === null ? null : { kind: 'file' as const, text: is as string } },
    }
  },
} as never) as Module

const reload = defineModule({
  name: 'reload',
  summary: 'a daemon has loaded its file',
  example: '',
  params: params({ path: param.path('what it loads') }),
  state: record({ loaded: field.flag('whether it has') }),
  standing: true,
  probe: async (on, { path }) => {
    if ((await on.file(path)) === null) missing({ kind: 'unit', name: 'daemon' })
    return { loaded: !on.planned(path) && (await on.file('/loaded')) !== null }
  },
  plan: () => ({ loaded: true }),
  apply: async (on) => {
    await on.do({ argv: ['reload'] })
    return undefined
  },
}) as Module

const made = defineModule({
  name: 'made',
  summary: 'a key is made',
  example: '',
  params: params({}),
  state: record({ key: field.text('the key') }),
  probe: async (on) => ({ key: (await on.file('/key')) === null ? null : 'KEY' }),
  plan: (_params, now) => ({ key: now.key ?? LATER }),
  apply: async (on) => {
    await on.do({ argv: ['make'] })
    return undefined
  },
}) as Module

const played = playedWith([text, content, reload, made])

describe('a run of playbooks', () => {
  it('takes each host through the tasks in order, and counts as a recap does', async () => {
    const { report, told } = await played({
      playbook: play(
        '- name: a\n  content: { path: /a, is: x }\n- name: b\n  content: { path: /a, is: x }\n- name: c\n  content: { path: /a, is: y }\n  when: (eq inventory_hostname "web2")\n',
      ),
      hosts: ['web1', 'web2'],
    })
    assert.deepEqual(told, [
      'web1 a: changed',
      'web2 a: changed',
      'web1 b: ok',
      'web2 b: ok',
      'web1 c: skipped',
      'web2 c: changed',
    ])
    const { ok, changed, skipped } = report.hosts.get('web1') ?? {}
    assert.deepEqual([ok, changed, skipped, report.exitCode], [2, 1, 1, 0])
  })

  it('tells of all that was converged with the task under way when the run was interrupted', async () => {
    const { told, machines } = await played({
      playbook: play(
        '- name: a\n  content: { path: /a, is: x }\n- name: b\n  content: { path: /b, is: x }\n- name: c\n  content: { path: /c, is: x }\n  register: seen\n',
      ),
      until: ({ kind }) => kind === 'task ended',
    })
    assert.deepEqual(told, ['web1 a: changed', 'web1 b: changed'])
    assert.deepEqual(machines.get('web1')?.written, ['/a', '/b'])
  })

  it('converges together what conditions let through, up to one that a register may turn', async () => {
    const { told, machines } = await played({
      playbook: play(
        [
          '- { name: a, content: { path: /a, is: x } }',
          '- { name: b, content: { path: /b, is: x }, when: never }',
          '- { name: c, content: { path: /c, is: x }, when: always }',
          '- { name: d, content: { path: /d, is: x }, when: (defined made) }',
          '- { name: e, content: { path: /e, is: x }, register: made }',
        ].join('\n'),
        '  vars: { never: false, always: true }\n',
      ),
      until: ({ kind }) => kind === 'task ended',
    })
    assert.deepEqual(told, ['web1 a: changed', 'web1 b: skipped', 'web1 c: changed'])
    assert.deepEqual(machines.get('web1')?.written, ['/a', '/c'])
  })

  it('converges no loop ahead that a register may turn', async () => {
    const { told } = await played({
      playbook: play(
        [
          '- { name: a, content: { path: /a, is: x } }',
          '- { name: b, content: { path: "{{ item }}", is: x }, loop: "{{ default made.paths names }}" }',
          '- { name: c, content: { path: /c, is: x }, register: made }',
        ].join('\n'),
        '  vars: { names: [/b] }\n',
      ),
      until: ({ kind }) => kind === 'task ended',
    })
    assert.deepEqual(told, ['web1 a: changed'])
  })

  it('converges the items of a loop together, and what comes behind it', async () => {
    const { told, machines } = await played({
      playbook: play(
        [
          '- { name: a, content: { path: "/{{ item }}", is: x }, loop: [p, never, q], when: (ne item "never") }',
          '- { name: b, content: { path: /b, is: x } }',
          '- { name: c, content: { path: /c, is: x }, register: made }',
        ].join('\n'),
      ),
      until: ({ kind }) => kind === 'task ended',
    })
    assert.deepEqual(told, ['web1 a (p): changed', 'web1 a (never): skipped', 'web1 a (q): changed', 'web1 b: changed'])
    assert.deepEqual(machines.get('web1')?.written, ['/p', '/q', '/b'])
  })

  it('begins nothing behind a loop of which an item failed, whatever the others do', async () => {
    const machine = memoryMachine({})
    const { write } = machine
    const full: typeof write = async (request) => {
      if (request.path === '/full') throw new HostError('no space left on device')
      return await write(request)
    }
    const { told } = await played({
      playbook: play(
        [
          '- { name: a, content: { path: "{{ item }}", is: x }, loop: [/full, /q, /r] }',
          '- { name: b, content: { path: /b, is: x } }',
        ].join('\n'),
      ),
      connect: async () => Object.assign(machine, { write: full }),
    })
    assert.deepEqual(told, ['web1 a (/full): failed', 'web1 a (/q): changed', 'web1 a (/r): changed'])
    assert.deepEqual(machine.written, ['/q', '/r'])
  })

  it('counts a loop once, and gives each item its label', async () => {
    const { report, told } = await played({
      playbook: play(
        '- name: a\n  content: { path: "{{ item.path }}", is: x }\n  loop: [{ path: /a }, { path: /b }]\n  loop_control: { label: "{{ item.path }}" }\n  register: both\n- name: b\n  content: { path: /c, is: "{{ length both.results }}" }\n',
      ),
    })
    assert.deepEqual(told, ['web1 a (/a): changed', 'web1 a (/b): changed', 'web1 b: changed'])
    assert.equal(report.hosts.get('web1')?.changed, 2)
  })

  it('ends the play of a host that fails, lets the others finish, and keeps it out of later plays', async () => {
    const first = play('- name: a\n  content: { path: /a, is: x }\n- name: b\n  content: { path: /b, is: x }\n')
    const { told, report } = await played({
      playbook: `${first}${play('- name: c\n  content: { path: /c, is: x }\n')}`,
      hosts: ['web1', 'web2'],
      connect: async (name) => {
        if (name === 'web1') throw new HostError('web1 is down', { unreachable: true })
        return memoryMachine({}, name)
      },
    })
    assert.deepEqual(told, ['web1 a: unreachable', 'web2 a: changed', 'web2 b: changed', 'web2 c: changed'])
    assert.deepEqual([report.exitCode, report.hosts.get('web1')?.unreachable], [4, 1])
  })

  it('counts an ignored failure as ok and ignored, and ends with 0', async () => {
    const { report, told } = await played({
      playbook: play(
        '- name: a\n  text: { path: /bad, is: x }\n  ignore_errors: true\n- name: b\n  content: { path: /b, is: x }\n',
      ),
    })
    assert.deepEqual(told, ['web1 a: failed', 'web1 b: changed'])
    assert.deepEqual(
      [
        report.exitCode,
        report.hosts.get('web1')?.ignored,
        report.hosts.get('web1')?.ok,
        report.hosts.get('web1')?.failed,
      ],
      [0, 1, 2, 0],
    )
  })

  it('runs a notified handler once, after the tasks; in a check by planned changes', async () => {
    const playbook = `${play('- name: a\n  content: { path: /conf, is: x }\n  notify: loaded\n- name: b\n  content: { path: /conf, is: x }\n  notify: loaded\n')}  handlers:\n    - name: loaded\n      reload: { path: /conf }\n`
    assert.deepEqual((await played({ playbook })).told, ['web1 a: changed', 'web1 b: ok', 'web1 loaded: changed'])
    const check = await played({ playbook, mode: 'check' })
    assert.deepEqual(check.told, ['web1 a: drift', 'web1 b: ok', 'web1 loaded: drift'])
    assert.deepEqual([check.report.exitCode, check.machines.get('web1')?.written], [3, []])
  })

  it('looks at a standing handler that nobody notified, and is silent where its subject is missing', async () => {
    const playbook = `${play('- name: a\n  content: { path: /other, is: x }\n')}  handlers:\n    - name: loaded\n      reload: { path: /conf }\n`
    assert.deepEqual((await played({ playbook })).told, ['web1 a: changed'])
    const swallowed = await played({ playbook, machines: { web1: { '/conf': { kind: 'file', text: 'x' } } } })
    assert.deepEqual(swallowed.told, ['web1 a: changed', 'web1 loaded: changed'])
  })

  it('makes one key for 50 hosts that delegate it, in a run and in a check', async () => {
    const hosts = Array.from({ length: 50 }, (_, index) => `web${index + 1}`)
    const playbook = play(
      '- name: a pair\n  made: {}\n  delegate_to: localhost\n  register: pair\n- name: b\n  content: { path: /b, is: "{{ pair.key }}" }\n',
    )
    const run = await played({ playbook, hosts })
    assert.equal(run.told.filter((line) => line.endsWith('a pair: changed')).length, 1)
    assert.equal(run.told.filter((line) => line.endsWith('b: changed')).length, 50)
    assert.equal(run.machines.size, 51)
    const check = await played({ playbook, hosts, mode: 'check' })
    assert.equal(check.told.filter((line) => line.endsWith('a pair: drift')).length, 1)
    assert.equal(check.told.filter((line) => line.endsWith('b: waiting')).length, 50)
  })

  it('runs a task once on the first host still in the batch, and gives its register to all', async () => {
    const { told } = await played({
      playbook: play(
        '- name: once\n  made: {}\n  run_once: true\n  register: pair\n- name: b\n  content: { path: /b, is: "{{ pair.key }}" }\n',
      ),
      hosts: ['web1', 'web2', 'web3'],
      forks: 1,
      connect: async (name) => {
        if (name === 'web1') throw new HostError('down', { unreachable: true })
        const machine = memoryMachine({}, name)
        machine.act = () => machine.disk.set('/key', { kind: 'file', text: '' })
        return machine
      },
    }).catch((error: unknown) => ({ told: [String(error)] }))
    assert.deepEqual(told, ['web1 once: unreachable', 'web2 once: changed', 'web2 b: changed', 'web3 b: changed'])
  })

  it('goes through hosts in the batches of serial, and ends the play where a batch fails entirely', async () => {
    const { told } = await played({
      playbook: play('- name: a\n  text: { path: /bad, is: x }\n', '  serial: 1\n'),
      hosts: ['web1', 'web2'],
    })
    assert.deepEqual(told, ['web1 a: failed'])
  })

  it('ends the run where a batch fails entirely: what comes later may rest on it', async () => {
    const { told, report, events } = await played({
      playbook: `${play('- name: a\n  text: { path: /bad, is: x }\n', '  serial: 1\n')}${play('- name: b\n  content: { path: /b, is: x }\n')}`,
      hosts: ['web1', 'web2', 'web3'],
    })
    assert.deepEqual(told, ['web1 a: failed'])
    assert.deepEqual(report.stopped, ['web2', 'web3'])
    assert.ok(events.some((event) => event.kind === 'play skipped'))
  })

  it('stops the others, and names them, where a task that ran once for all of them failed', async () => {
    const { told, report } = await played({
      playbook: play(
        '- name: once\n  text: { path: /bad, is: x }\n  run_once: true\n- name: b\n  content: { path: /b, is: x }\n',
      ),
      hosts: ['web1', 'web2'],
    })
    assert.deepEqual(told, ['web1 once: failed'])
    assert.deepEqual(report.stopped, ['web2'])
  })

  it('hides what a no_log task did', async () => {
    const { report } = await played({
      playbook: play('- name: a\n  content: { path: /a, is: hush }\n  no_log: true\n'),
    })
    assert.ok(!JSON.stringify(report.results).includes('hush'))
    assert.equal(report.results[0]?.changes[0]?.after, '•••')
  })
})
