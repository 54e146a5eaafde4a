import { LATER } from '../../src/contract/later.ts'
import type { Found, Look, Touch } from '../../src/contract/look.ts'
import type { LookOptions, Machine, Written } from '../../src/contract/machine.ts'
import type { Command } from '../../src/contract/questions.ts'
import { Waiting } from '../../src/contract/signals.ts'
import type { PathState } from '../../src/contract/state.ts'
import { writeEach } from '../kit/write-each.ts'

/** A machine whose file system is a map, for tests of the engine. */
export interface MemoryMachine extends Machine {
  readonly disk: Map<string, PathState>
  readonly written: string[]
  readonly commands: string[]
  /** called just before a write is compared, to change the disk behind its back */
  meddle: (() => void) | null
  /** what `do` does to the disk */
  act: (command: Command) => void
}

/** Gives a machine that holds these files. */
export const memoryMachine = (files: Record<string, PathState>, name = 'web1'): MemoryMachine => {
  const disk = new Map(Object.entries(files))
  const machine: MemoryMachine = {
    name,
    connection: {
      kind: 'ssh',
      user: 'admin',
      power: 'root',
      key: null,
      from: null,
      address: null,
      port: null,
      software: null,
    },
    disk,
    written: [],
    commands: [],
    meddle: null,
    act: () => {},
    look: (options) => lookAt(machine, options),
    touch: (options) => ({ ...lookAt(machine, options), ...touchOf(machine, options) }) as Touch,
    write: async ({ path, found, wanted }): Promise<Written> => {
      machine.meddle?.()
      machine.meddle = null
      const now = disk.get(path) ?? null
      if (!holds(now, found)) return { how: 'stale' }
      if (wanted === null || wanted.kind === 'absent') disk.delete(path)
      else disk.set(path, { ...(now?.kind === wanted.kind ? now : {}), ...wanted })
      machine.written.push(path)
      return { how: 'written' }
    },
    writeAll: (requests) => writeEach(machine.write)(requests),
    forget: () => {},
    counters: () => ({ flights: 0, channels: 0, bytesSent: 0 }),
    close: async () => {},
  }
  return machine
}

const holds = (now: PathState, found: PathState): boolean => {
  if (found === null || found.kind === 'absent' || now === null)
    return (now === null) === (found === null || found.kind === 'absent')
  return Object.entries(found).every(
    ([key, value]) => key === 'as' || (now as unknown as Record<string, unknown>)[key] === value,
  )
}

const lookAt = (machine: MemoryMachine, options: LookOptions): Look => {
  const at = (path: string): PathState => {
    const planned = options.plan?.get(path)
    const now = machine.disk.get(path) ?? null
    if (planned === undefined) return now
    return planned !== null && now !== null && planned.kind === now.kind
      ? ({ ...now, ...planned } as PathState)
      : planned
  }
  const look: Look = {
    connection: machine.connection,
    get control() {
      return look
    },
    read: async (path) => {
      const entry = at(path)
      if (entry?.kind !== 'file') return null
      if (entry.text === LATER) throw new Waiting(`${path} is known after the run only`)
      return entry.text ?? ''
    },
    file: async (path) => foundOf(path, at(path)),
    list: async () => null,
    vouch: () => {},
    user: async () => null,
    expand: async (path) => path,
    as: () => look,
    ask: async () => ({ code: 127, stdout: '', stderr: 'not found' }),
    login: async () => ({ in: false, offered: [], code: null, stdout: '', message: '' }),
    planned: (path) => options.plan?.has(path) ?? false,
  }
  return look
}

const foundOf = (path: string, entry: PathState): Found | null => {
  if (entry === null || entry.kind === 'absent') return null
  return {
    path,
    kind: entry.kind,
    text: entry.kind === 'file' ? (entry.text ?? '') : null,
    mode: ('mode' in entry ? entry.mode : undefined) ?? '0644',
    owner: entry.owner ?? 'root',
    group: entry.group ?? 'root',
    size: 0,
    modifiedMs: 0,
    changedMs: 0,
    target: entry.kind === 'link' ? entry.target : null,
  }
}

const touchOf = (machine: MemoryMachine, options: LookOptions): Partial<Touch> => ({
  as: () => machine.touch(options),
  do: async (command) => {
    machine.commands.push(command.argv.join(' '))
    machine.act(command)
    return { code: 0, stdout: '', stderr: '' }
  },
})
