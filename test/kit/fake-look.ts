import { posix } from 'node:path'
import { LATER } from '../../src/contract/later.ts'
import type { Answer, Connection, Found, LoginAnswer, LoginRequest, Touch, User } from '../../src/contract/look.ts'
import type { LookOptions, Machine, Plan, WriteRequest, Written } from '../../src/contract/machine.ts'
import type { Command } from '../../src/contract/questions.ts'
import type { Secret } from '../../src/contract/secret.ts'
import { Waiting } from '../../src/contract/signals.ts'
import type { PathState } from '../../src/contract/state.ts'
import { writeEach } from './write-each.ts'

/** Mode, owner and time of what is at a path; it was made in 1970 where no time is given. */
interface FakeAttributes {
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly modifiedMs?: number
}

/** What is at a path of a fake machine: a text is a file of root's with mode 0644. */
export type FakeEntry =
  | string
  | ({ readonly text: string } & FakeAttributes)
  | ({ readonly directory: true } & FakeAttributes)
  | { readonly link: string; readonly owner?: string }

/** A program as a fake machine was asked to run it. */
export interface Asked {
  readonly argv: readonly string[]
  readonly text: string | null
  readonly power: string
}

/** A machine that exists in memory only. What is left out is empty. */
export interface FakeHost {
  readonly files?: Readonly<Record<string, FakeEntry>>
  readonly users?: readonly (Partial<User> & { readonly name: string })[]
  /** answers a question or a command; undefined: there is no such program */
  readonly answer?: (asked: Asked) => Partial<Answer> | Promise<Partial<Answer>> | undefined
  readonly login?: (request: LoginRequest) => LoginAnswer | Promise<LoginAnswer>
  readonly connection?: Partial<Connection>
  /** the control node, else the machine itself */
  readonly control?: FakeMachine
}

/** A machine in memory, with what a test may look at afterwards. */
export interface FakeMachine extends Machine {
  /** what is at a path now, as a text; null where there is no file */
  text(path: string): string | null
  /** mode, owner and kind of what is at a path now; null where nothing is */
  stat(path: string): { readonly kind: string; readonly mode: string; readonly owner: string } | null
  /** all paths */
  paths(): readonly string[]
  /** every program it was asked to run, in order */
  readonly asked: Asked[]
}

interface Node {
  readonly kind: 'file' | 'directory' | 'link'
  readonly text: string
  readonly mode: string
  readonly owner: string
  readonly group: string
  readonly target: string | null
  readonly modifiedMs?: number
}

const ROOT: User = { name: 'root', uid: 0, group: 'root', home: '/root', shell: '/bin/sh', groups: ['root'] }

const userOf = (given: Partial<User> & { readonly name: string }): User => ({
  ...{ uid: 1000, group: given.name, home: `/home/${given.name}`, shell: '/bin/bash', groups: [given.name] },
  ...given,
})

const nodeOf = (entry: FakeEntry): Node => {
  const plain = { kind: 'file' as const, text: '', mode: '0644', owner: 'root', target: null }
  if (typeof entry === 'string') return { ...plain, group: 'root', text: entry }
  const group = ('group' in entry ? entry.group : undefined) ?? entry.owner ?? 'root'
  if ('link' in entry)
    return { ...plain, kind: 'link', mode: '0777', group, target: entry.link, owner: entry.owner ?? 'root' }
  if ('directory' in entry) return { ...plain, kind: 'directory', mode: '0755', ...entry, group }
  return { ...plain, ...entry, group }
}

/** Makes a machine in memory: files, accounts, and answers to what it is asked. */
export const fakeMachine = (host: FakeHost = {}): FakeMachine => {
  const users = [
    ...(host.users ?? []).map(userOf),
    ...((host.users ?? []).some(({ name }) => name === 'root') ? [] : [ROOT]),
  ]
  const nodes = new Map<string, Node>([['/', nodeOf({ directory: true })]])
  const put = (path: string, node: Node): void => {
    for (let up = posix.dirname(path); !nodes.has(up); up = posix.dirname(up))
      nodes.set(up, nodeOf({ directory: true }))
    nodes.set(path, node)
  }
  for (const user of users) put(user.home, nodeOf({ directory: true, owner: user.name }))
  for (const [path, entry] of Object.entries(host.files ?? {})) put(path, nodeOf(entry))
  const asked: Asked[] = []
  const connection: Connection = {
    ...{ kind: 'ssh', user: 'root', power: 'root', key: null, from: '10.0.0.1', address: '10.0.0.2', port: 22 },
    software: null,
    ...host.connection,
  }

  const overlay = (plan: Plan, path: string): Node | null => {
    const below = nodes.get(path) ?? null
    if (!plan.has(path)) return below
    return withEntry(below, plan.get(path) ?? null, below?.owner ?? 'root')
  }

  const realPath = (plan: Plan, path: string, follow: boolean): string => {
    let real = '/'
    const parts = path.split('/').filter((part) => part !== '')
    for (const [index, part] of parts.entries()) {
      const next = posix.join(real, part)
      const node = overlay(plan, next)
      const last = index === parts.length - 1
      real =
        node?.kind === 'link' && (!last || follow) ? realPath(plan, posix.resolve(real, node.target ?? ''), true) : next
    }
    return real
  }

  const answered = async (power: string, command: Command, text?: string | Secret): Promise<Answer> => {
    const given = text === undefined ? null : typeof text === 'string' ? text : text.reveal()
    const one = { argv: command.argv, text: given, power }
    asked.push(one)
    const answer = await host.answer?.(one)
    return { code: answer === undefined ? 127 : 0, stdout: '', stderr: '', ...answer }
  }

  const touch = (options: LookOptions): Touch => {
    const { power: given, plan = new Map(), own } = options
    const power = given ?? connection.user
    const here = new Map([...plan].filter(([path]) => !path.startsWith('control:')))
    const theirs = new Map(
      [...plan].flatMap(([path, entry]) => (path.startsWith('control:') ? [[path.slice(8), entry] as const] : [])),
    )
    const file: Touch['file'] = async (path, { follow = true, text = true } = {}) => {
      const real = realPath(here, path, follow)
      const node = overlay(here, real)
      if (node === null) return null
      const planned = here.get(real)
      const later = planned !== undefined && planned !== null && planned.kind === 'file' && planned.text === LATER
      const shown = node.kind === 'file' && text ? (later ? LATER : node.text) : null
      const times = { size: node.text.length, modifiedMs: node.modifiedMs ?? 0, changedMs: node.modifiedMs ?? 0 }
      return {
        path: real,
        kind: node.kind,
        text: shown,
        mode: node.mode,
        owner: node.owner,
        group: node.group,
        ...times,
        target: node.target,
      } satisfies Found
    }
    const user: Touch['user'] = async (name) => users.find((one) => one.name === (name ?? power)) ?? null
    return {
      connection: { ...connection, power },
      get control(): Touch {
        if (host.control === undefined) return touch(options)
        const mine = [...(own ?? [])].flatMap((path) => (path.startsWith('control:') ? [path.slice(8)] : []))
        return host.control.touch({ power: null, plan: theirs, own: new Set(mine) })
      },
      read: async (path) => {
        const found = await file(path)
        if (found?.text === LATER && !(own?.has(found.path) ?? false))
          throw new Waiting(`${path} is known after the run`)
        return found === null ? null : found.text === LATER ? '' : found.text
      },
      file,
      list: async (path) => {
        const real = realPath(here, path, true)
        if (overlay(here, real)?.kind !== 'directory') return null
        const all = new Set([...nodes.keys(), ...here.keys()])
        const names = [...all].filter(
          (one) => one !== '/' && posix.dirname(one) === real && overlay(here, one) !== null,
        )
        return names.map((one) => posix.basename(one)).sort()
      },
      user,
      expand: async (path) => {
        if (!path.startsWith('~')) return path
        const [name = '', ...rest] = path.slice(1).split('/')
        const home = (await user(name === '' ? undefined : name))?.home ?? `/home/${name}`
        return [home, ...rest].join('/')
      },
      as: (name) => touch({ ...options, power: name }),
      ask: (question, text) => answered(power, question, text),
      do: (command, text) => answered(power, command, text),
      login: async (request) => {
        if (host.login === undefined) throw new Error('this fake machine has no logins')
        return await host.login(request)
      },
      vouch: () => {},
      planned: (path) => [...here.keys()].some((one) => one === path || one.startsWith(`${path}/`)),
    }
  }

  const write = async ({ path, found, wanted, power }: WriteRequest): Promise<Written> => {
    const before = nodes.get(path) ?? null
    if (found?.kind === 'file' && found.text !== undefined && found.text !== before?.text) return { how: 'stale' }
    if ((found === null || found.kind === 'absent') !== (before === null)) return { how: 'stale' }
    const writer = wanted?.as || power || connection.user
    const node = withEntry(before, wanted, writer)
    if (node === null) nodes.delete(path)
    else nodes.set(path, node)
    return { how: 'written' }
  }

  return {
    name: 'fake',
    connection,
    look: touch,
    touch,
    write,
    writeAll: writeEach(write),
    forget: () => {},
    counters: () => ({ flights: 0, channels: 0, bytesSent: 0 }),
    close: async () => {},
    asked,
    text: (path) => (nodes.get(path)?.kind === 'file' ? (nodes.get(path)?.text ?? null) : null),
    stat: (path) => {
      const node = nodes.get(path)
      return node === undefined ? null : { kind: node.kind, mode: node.mode, owner: node.owner }
    },
    paths: () => [...nodes.keys()].sort(),
  }
}

const withEntry = (before: Node | null, entry: PathState, writer: string): Node | null => {
  if (entry === null || entry.kind === 'absent') return null
  const base = before !== null && before.kind === entry.kind ? before : null
  const owner = entry.owner ?? base?.owner ?? writer
  const group = entry.group ?? base?.group ?? owner
  if (entry.kind === 'link') return { kind: 'link', text: '', mode: '0777', owner, group, target: entry.target }
  const mode = entry.mode ?? base?.mode ?? (entry.kind === 'directory' ? '0755' : '0644')
  const text = entry.kind === 'file' ? (typeof entry.text === 'string' ? entry.text : (base?.text ?? '')) : ''
  return { kind: entry.kind, text, mode, owner, group, target: null }
}
