import { userInfo } from 'node:os'
import { type At, type Mistake, place, UserError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import type { Reach } from '../engine/parts.ts'
import { type ConnectionVars, connectionVarsOf, UNUSED } from '../inventory/connection.ts'
import type { Inventory } from '../inventory/shape.ts'
import type { Play, Scope } from '../playbook/shape.ts'
import { hostOf, inventoryScope, scopeFor } from '../playbook/variables.ts'
import { nodeOf } from '../yaml/node.ts'
import type { RunFlags } from './flags.ts'

/** How a host is reached, in full. */
export interface HostReach extends Reach {
  readonly address: string
  readonly port: number
  /** the declared key; null: the agent's keys, then ~/.ssh/id_* */
  readonly keyFiles: readonly string[] | null
  readonly password: Secret | null
  readonly sudoPassword: Secret | null
}

/** What hosts are reached by: their variables, and the flags where those say nothing. */
export interface ReachAbout {
  readonly inventory: Inventory
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly flags: Pick<RunFlags, 'user' | 'privateKey' | 'keyFile'>
}

/** The control node as a machine. */
export const LOCAL = 'localhost'

const SSH_PORT = 22

/** How one host is reached in a play; throws UserError where its connection variables are wrong. */
export const reachOf = (host: string, play: Play | null, about: ReachAbout): HostReach => {
  const vars = connectionVarsOf(reader(host, play, about))
  const own = userInfo().username
  const local = isLocal(host, play, vars, about.inventory)
  const keyFile = vars.keyFile ?? about.flags.privateKey ?? about.flags.keyFile ?? null
  const byName = vars.user ?? about.flags.user ?? own
  // Ansible: a connection variable beats the play's keyword, and that beats the flag
  const user = vars.user ?? play?.remoteUser ?? about.flags.user ?? own
  return {
    machine: local ? LOCAL : machineName(host, user, byName),
    local,
    user: local ? own : user,
    become: vars.become,
    becomeUser: vars.becomeUser,
    address: vars.address ?? host,
    port: vars.port ?? SSH_PORT,
    keyFiles: keyFile === null ? null : [keyFile],
    password: vars.password,
    sudoPassword: vars.becomePassword,
  }
}

const isLocal = (host: string, play: Play | null, vars: ConnectionVars, inventory: Inventory): boolean => {
  if (host === LOCAL && !inventory.hosts.has(host)) return true
  return (vars.connection ?? play?.connection ?? 'ssh') === 'local'
}

const machineName = (host: string, user: string, usual: string): string => {
  if (user !== usual) return `${user}@${host}`
  return host === LOCAL ? 'localhost by ssh' : host
}

type Reader = Parameters<typeof connectionVarsOf>[0]

const reader = (host: string, play: Play | null, about: ReachAbout): Reader => {
  const { inventory, extraVars } = about
  const scope: Scope =
    play === null
      ? inventoryScope(inventory, host, { directory: '.', extraVars })
      : scopeFor({ play, task: null, host, inventory, facts: {}, registers: new Map(), extraVars, item: null })
  return (name) => {
    const value = scope.lookup(name)
    if (value === undefined) return undefined
    const at: At = hostOf(inventory, host)?.vars.get(name)?.at ?? play?.at ?? { file: '-e', line: 1, column: 1 }
    return { value, variable: { value, at, source: '', node: nodeOf(value, at) } }
  }
}

/** Everything wrong with the connection variables of hosts in their plays. */
export const reachMistakes = (
  plays: readonly { readonly play: Play; readonly hosts: readonly string[] }[],
  about: ReachAbout,
): readonly Mistake[] =>
  plays.flatMap(({ play, hosts }) =>
    hosts.flatMap((host) => {
      try {
        reachOf(host, play, about)
        return []
      } catch (error) {
        if (error instanceof UserError) return error.mistakes
        throw error
      }
    }),
  )

/** Says once for each connection variable of Ansible that nothing is done with it. */
export const unusedNotes = (inventory: Inventory, hosts: readonly string[]): readonly string[] => {
  const notes = new Map<string, string>()
  for (const host of hosts) {
    const vars = hostOf(inventory, host)?.vars
    for (const name of UNUSED) {
      const variable = vars?.get(name)
      if (variable !== undefined && !notes.has(name)) notes.set(name, `${name} is not used (${place(variable.at)})`)
    }
  }
  return [...notes.values()]
}
