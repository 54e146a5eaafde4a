import { userInfo } from 'node:os'
import { type Mistake, UserError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import type { Reach } from '../engine/parts.ts'
import { type ConnectionVars, connectionVars } from '../inventory/connection.ts'
import type { Inventory, Variable } from '../inventory/shape.ts'
import type { Play, Scope } from '../playbook/shape.ts'
import { hostOf, inventoryScope, scopeFor } from '../playbook/variables.ts'
import type { RunFlags } from './flags.ts'

/** How a host is reached, in full. */
export interface HostReach extends Reach {
  readonly address: string
  readonly port: number
  /** the declared key; null: the agent's keys, then ~/.ssh/id_* */
  readonly keyFiles: readonly string[] | null
  readonly password: Secret | null
  readonly sudoPassword: Secret | null
  /** variables of Ansible's that are set and not used here */
  readonly notes: readonly string[]
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
  const { vars, mistakes } = variablesOf(host, play, about)
  if (mistakes.length > 0) throw new UserError(mistakes)
  const { flags, inventory } = about
  const own = userInfo().username
  const local = isLocal(host, play, vars, inventory)
  const keyFile = vars.keyFile ?? flags.privateKey ?? flags.keyFile ?? null
  const usual = vars.user ?? flags.user ?? own
  // Ansible: a connection variable beats the play's keyword, and that beats the flag
  const user = vars.user ?? play?.remoteUser ?? flags.user ?? own
  return {
    machine: local ? LOCAL : machineName(host, user, usual),
    local,
    user: local ? own : user,
    become: vars.become,
    becomeUser: vars.becomeUser,
    address: vars.address,
    port: vars.port ?? SSH_PORT,
    keyFiles: keyFile === null ? null : [keyFile],
    password: vars.password,
    sudoPassword: vars.becomePassword,
    notes: vars.notes,
  }
}

const isLocal = (host: string, play: Play | null, vars: ConnectionVars, inventory: Inventory): boolean => {
  if (host === LOCAL && !inventory.hosts.has(host)) return true
  return (vars.kind ?? play?.connection ?? 'ssh') === 'local'
}

const machineName = (host: string, user: string, usual: string): string => {
  if (user !== usual) return `${user}@${host}`
  return host === LOCAL ? 'localhost by ssh' : host
}

const variablesOf = (host: string, play: Play | null, about: ReachAbout): ReturnType<typeof connectionVars> => {
  const { inventory, extraVars } = about
  const scope: Scope =
    play === null
      ? inventoryScope(inventory, host, { directory: '.', extraVars })
      : scopeFor({ play, task: null, host, inventory, facts: {}, registers: new Map(), extraVars, item: null })
  const vars = hostOf(inventory, host)?.vars ?? new Map<string, Variable>()
  const names = new Set([...vars.keys(), ...Object.keys(extraVars), ...(play?.vars.keys() ?? [])])
  return connectionVars(host, names, (name) => {
    const value = scope.lookup(name)
    const at = vars.get(name)?.at ?? play?.at ?? { file: '-e', line: 1, column: 1 }
    return value === undefined ? undefined : { value, at }
  })
}

/** A play with its hosts. */
export interface PlayHosts {
  readonly play: Play
  readonly hosts: readonly string[]
}

/** Everything wrong with the connection variables of hosts in their plays. */
export const reachMistakes = (plays: readonly PlayHosts[], about: ReachAbout): readonly Mistake[] =>
  plays.flatMap(({ play, hosts }) => hosts.flatMap((host) => variablesOf(host, play, about).mistakes))
