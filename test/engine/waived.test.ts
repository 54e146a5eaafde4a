import assert from 'node:assert/strict'
import type { Waive, Waived } from '../../src/contract/control.ts'
import { LATER } from '../../src/contract/later.ts'
import type { Look } from '../../src/contract/look.ts'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import type { Mode } from '../../src/engine/event.ts'
import { runPlaybooks } from '../../src/engine/run.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { chooseHosts } from '../../src/inventory/pattern.ts'
import { loadPlaybooks } from '../../src/playbook/load.ts'
import { folder } from '../kit/story.ts'
import { type MemoryMachine, memoryMachine } from './memory-machine.ts'

const content = defineModule({
  name: 'content',
  summary: 'a file holds a text',
  example: '',
  params: params({ path: param.path('where'), is: param.text('what') }),
  state: record({ is: field.text('what it holds') }),
  probe: async (on: Look, { path }) => {
    const text = (await on.read(path)) ?? null
    return { is: text, files: { [path]: text === null ? null : { kind: 'file' as const, text } } }
  },
  plan: ({ path, is }) => ({ is, files: { [path]: { kind: 'file', text: is } } }),
}) as Module

/** a claim that nobody can repair */
const claim = defineModule({
  name: 'claim',
  summary: 'a file is not there',
  example: '',
  params: params({ path: param.path('where') }),
  state: record({ found: field.flag('whether it is there') }),
  probe: async (on: Look, { path }) => ({ found: (await on.read(path)) !== null }),
  plan: () => ({ found: false }),
}) as Module

const act = defineModule({
  name: 'act',
  summary: 'something is done',
  example: '',
  params: params({}),
  state: record({ rc: field.number('how it ended') }),
  isAct: () => true,
  probe: async () => ({ rc: null }),
  plan: (_params, now) => ({ rc: now.rc ?? LATER }),
  apply: async (on) => {
    await on.do({ argv: ['act'] })
    return { rc: 0 }
  },
}) as Module

interface Setup {
  readonly tasks: string
  readonly mode: Mode
  /** the names of tasks, and labels of items, that are waived */
  readonly waived?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly hosts?: readonly string[]
}

const WAIVED: Waived = {
  subject: 'a',
  reason: 'old',
  owner: 'alice',
  ticket: null,
  expires: '2027-01-01T00:00:00.000Z',
  value: 'found',
  at: 'waivers.yml:2:5',
}

const played = async ({ tasks, mode, waived = ['a'], files = {}, hosts = ['web1'] }: Setup) => {
  const dir = folder({ 'site.yml': `- name: a play\n  hosts: all\n${tasks.replace(/^(?=.)/gm, '  ')}` })
  const { playbooks, mistakes } = await loadPlaybooks([`${dir}/site.yml`], { modules: [content, claim, act] })
  assert.deepEqual(mistakes, [])
  const { inventory } = await loadInventory([`${hosts.join(',')},`])
  const machines = new Map<string, MemoryMachine>()
  const asked: Parameters<Waive>[0][] = []
  const report = await runPlaybooks({
    mode,
    playbooks,
    inventory,
    hostsOf: (play) => chooseHosts(play.hosts.pattern, inventory).hosts,
    tasksOf: (play) => play.tasks,
    isChosen: () => true,
    reach: (host) => ({ machine: host, local: false, become: null, becomeUser: null, user: 'admin' }),
    connect: async (name) => {
      const disk = Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, { kind: 'file' as const, text }]),
      )
      const machine = memoryMachine(disk, name)
      machines.set(name, machine)
      return machine
    },
    gatherFacts: async () => ({}),
    extraVars: {},
    become: { become: false, user: null },
    forks: 5,
    interrupt: { requested: false, now: new Promise(() => {}) },
    step: null,
    waive: (finding) => {
      asked.push(finding)
      return waived.includes(finding.item ?? finding.task) ? WAIVED : null
    },
    keep: null,
    clock: () => new Date(0),
    tell: () => {},
  })
  const told = report.results.map(
    ({ task, item, status, waived }) =>
      `${task}${item === undefined ? '' : ` (${item})`}: ${status}${waived === undefined ? '' : ', waived'}`,
  )
  const machine = machines.get('web1') as MemoryMachine
  const { drift, waived: count, changed, failed, waiting } = report.hosts.get('web1') ?? {}
  return { report, told, asked, machine, exitCode: report.exitCode, counts: { drift, count, changed, failed, waiting } }
}

const NONE = { drift: 0, count: 0, changed: 0, failed: 0, waiting: 0 }
const A = 'tasks:\n- name: a\n  content: { path: /a, is: x }\n'

describe('a waived finding', () => {
  for (const mode of ['audit', 'check', 'run'] as const) {
    it(`is drift of its own, left as it is, and no exit code: ${mode}`, async () => {
      const { told, machine, counts, exitCode, report } = await played({ tasks: A, mode, files: { '/a': 'old' } })
      assert.deepEqual([told, counts, exitCode], [['a: drift, waived'], { ...NONE, count: 1 }, 0])
      assert.deepEqual([machine.written, machine.disk.get('/a')], [[], { kind: 'file', text: 'old' }])
      assert.deepEqual(report.results[0]?.waived, WAIVED)
      assert.deepEqual(
        report.results[0]?.changes.map(({ field, before, after }) => (field === 'is' ? [before, after] : field)),
        [['old', 'x'], 'text'],
      )
    })

    it(`notifies no handler, and its register says that nothing changes: ${mode}`, async () => {
      const tasks = `${A}  notify: h\n  register: r\n- name: b\n  content: { path: /b, is: "{{ r.changed }} {{ r.failed }} {{ r.is }}" }\nhandlers:\n- name: h\n  content: { path: /h, is: x }\n`
      const { told } = await played({ tasks, mode, files: { '/a': 'old', '/b': 'false false old' } })
      assert.deepEqual(told, ['a: drift, waived', 'b: ok'])
    })

    it(`of a claim that nobody can repair is none either: ${mode}`, async () => {
      const { told, exitCode } = await played({
        tasks: 'tasks:\n- name: a\n  claim: { path: /a }\n',
        mode,
        files: { '/a': '' },
      })
      assert.deepEqual([told, exitCode], [['a: drift, waived'], 0])
    })
  }

  it('plans nothing: what comes later looks at what is there', async () => {
    const tasks = `${A}- name: b\n  content: { path: /b, is: x }\n- name: c\n  claim: { path: /a }\n`
    const { told } = await played({ tasks, mode: 'check', waived: ['a', 'b'] })
    assert.deepEqual(told, ['a: drift, waived', 'b: drift, waived', 'c: ok'])
  })

  it('leaves other findings what they are', async () => {
    const tasks = `${A}- name: b\n  content: { path: /b, is: x }\n`
    const { told, counts, exitCode } = await played({ tasks, mode: 'audit' })
    assert.deepEqual([told, counts, exitCode], [['a: drift, waived', 'b: drift'], { ...NONE, drift: 1, count: 1 }, 3])
  })

  it('is one item of a loop, which the task does not hide', async () => {
    const tasks = 'tasks:\n- name: a\n  content: { path: "/{{ item }}", is: x }\n  loop: [p, q]\n  register: r\n'
    const both = await played({ tasks, mode: 'check', waived: ['p', 'q'] })
    assert.deepEqual(
      [both.told, both.counts, both.exitCode],
      [['a (p): drift, waived', 'a (q): drift, waived'], { ...NONE, count: 1 }, 0],
    )
    const one = await played({ tasks, mode: 'check', waived: ['p'] })
    assert.deepEqual(
      [one.told, one.counts, one.exitCode],
      [['a (p): drift, waived', 'a (q): drift'], { ...NONE, drift: 1 }, 3],
    )
    const run = await played({ tasks, mode: 'run', waived: ['p'] })
    assert.deepEqual(
      [run.told, run.machine.written, run.exitCode],
      [['a (p): drift, waived', 'a (q): changed'], ['/q'], 0],
    )
  })

  it('is asked for by the name that is shown and the one that is written', async () => {
    const tasks =
      'tasks:\n- name: "on {{ inventory_hostname }}"\n  control: X-1\n  content: { path: /a, is: x }\n  no_log: true\n'
    const { asked, report } = await played({ tasks, mode: 'check', waived: ['on web1'] })
    const [{ changes, ...about }] = asked as [(typeof asked)[number]]
    assert.deepEqual(about, {
      host: 'web1',
      task: 'on web1',
      written: 'on {{ inventory_hostname }}',
      control: { ids: ['X-1'], title: null, severity: null, references: [] },
      item: null,
      hidden: true,
    })
    assert.equal(changes.length, 2)
    assert.deepEqual(report.results[0]?.waived, { ...WAIVED, value: null }, 'no_log hides the value')
  })

  it('is no act: what has no state is done', async () => {
    const { told, machine, asked } = await played({ tasks: 'tasks:\n- name: a\n  act:\n', mode: 'run' })
    assert.deepEqual([told, machine.commands.length, asked], [['a: changed'], 1, []])
  })

  it('is nothing that is as wanted, skipped or failed', async () => {
    const tasks = `${A}- name: b\n  content: { path: /b, is: x }\n  when: false\n- name: c\n  content: { path: /c, is: "{{ hostvars.web9.x }}" }\n`
    const { told, asked } = await played({ tasks, mode: 'run', waived: ['a', 'b', 'c'], files: { '/a': 'x' } })
    assert.deepEqual([told, asked], [['a: ok', 'b: skipped', 'c: failed'], []])
  })
})
