import assert from 'node:assert/strict'
import type { Module } from '../../src/contract/module.ts'
import type { PathState } from '../../src/contract/state.ts'
import type { Event, Mode } from '../../src/engine/event.ts'
import type { Parts } from '../../src/engine/parts.ts'
import { runPlaybooks } from '../../src/engine/run.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { chooseHosts } from '../../src/inventory/pattern.ts'
import { loadPlaybooks } from '../../src/playbook/load.ts'
import { folder } from '../kit/story.ts'
import { type MemoryMachine, memoryMachine } from './memory-machine.ts'

/** What is played, and on what. */
export interface Setup {
  readonly playbook: string
  readonly mode?: Mode
  readonly hosts?: readonly string[]
  readonly forks?: number
  readonly machines?: Readonly<Record<string, Readonly<Record<string, PathState>>>>
  readonly connect?: (name: string, first: string | null) => Promise<MemoryMachine>
  /** the run is interrupted when this is told */
  readonly until?: (event: Event) => boolean
}

/** Runs playbooks of these modules on machines whose file systems are maps. */
export const playedWith = (modules: readonly Module[]) => async (setup: Setup) => {
  const hosts = setup.hosts ?? ['web1']
  const dir = folder({ 'site.yml': setup.playbook })
  const { playbooks, mistakes } = await loadPlaybooks([`${dir}/site.yml`], { modules })
  assert.deepEqual(mistakes, [])
  const { inventory } = await loadInventory([`${hosts.join(',')},`])
  const machines = new Map<string, MemoryMachine>()
  const events: Event[] = []
  const connect = async (name: string): Promise<MemoryMachine> => {
    const machine = memoryMachine({ ...setup.machines?.[name] }, name)
    machine.act = ({ argv }) => machine.disk.set(argv[0] === 'make' ? '/key' : '/loaded', { kind: 'file', text: '' })
    machines.set(name, machine)
    return machine
  }
  const interrupt = { requested: false, now: new Promise<never>(() => {}) }
  const parts: Parts = {
    mode: setup.mode ?? 'run',
    playbooks,
    inventory,
    hostsOf: (play) => chooseHosts(play.hosts.pattern, inventory).hosts,
    tasksOf: (play) => play.tasks,
    isChosen: () => true,
    reach: (host) => ({ machine: host, local: host === 'localhost', become: null, becomeUser: null, user: 'admin' }),
    connect: setup.connect ?? connect,
    gatherFacts: async () => ({}),
    extraVars: {},
    become: { become: false, user: null },
    forks: setup.forks ?? 5,
    interrupt,
    step: null,
    waive: null,
    keep: null,
    clock: () => new Date(0),
    tell: (event) => {
      events.push(event)
      if (setup.until?.(event)) interrupt.requested = true
    },
  }
  const report = await runPlaybooks(parts)
  const told = report.results.map(
    ({ host, task, status, item }) => `${host} ${task}${item === undefined ? '' : ` (${item})`}: ${status}`,
  )
  return { report, told, machines, events }
}

/** A play on all hosts; `head` stands before its tasks. */
export const play = (lines: string, head = ''): string =>
  `- name: a play\n  hosts: all\n${head}  tasks:\n${lines.replace(/^/gm, '    ').trimEnd()}\n`
