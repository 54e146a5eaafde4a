import { homedir } from 'node:os'
import { join } from 'node:path'
import { type At, type Mistake, UserError } from '../contract/errors.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { suggest } from '../contract/suggest.ts'
import { flagOf } from '../yaml/flag.ts'
import { Spelled } from '../yaml/node.ts'

/** How a host is reached, as its connection variables say; null is what they do not say. */
export interface ConnectionVars {
  readonly kind: 'ssh' | 'local' | null
  readonly address: string
  readonly port: number | null
  readonly user: string | null
  readonly keyFile: string | null
  readonly password: Secret | null
  readonly become: boolean | null
  readonly becomeUser: string | null
  readonly becomePassword: Secret | null
  /** said once: variables that change Ansible's connection and not ours */
  readonly notes: readonly string[]
}

/** One variable of a host as it is asked for: its value, templates evaluated, and the place to point at. */
export type AskVariable = (name: string) => { readonly value: unknown; readonly at: At } | undefined

/** Reads the connection variables of a host. All that is wrong with them is a mistake, with its place. */
export const connectionVars = (
  host: string,
  names: Iterable<string>,
  ask: AskVariable,
): { readonly vars: ConnectionVars; readonly mistakes: readonly Mistake[] } => {
  const mistakes: Mistake[] = []
  const read = readerOf(host, ask, mistakes)
  const all = [...names]
  const vars: ConnectionVars = {
    kind: read(['ansible_connection'], kindOf),
    address: read(['ansible_host', 'ansible_ssh_host'], textOf) ?? host,
    port: read(['ansible_port', 'ansible_ssh_port'], portOf),
    user: read(['ansible_user', 'ansible_ssh_user'], textOf),
    keyFile: read(['ansible_ssh_private_key_file', 'ansible_private_key_file'], pathOf),
    password: read(['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'], secretOf),
    become: read(['ansible_become'], yesOrNo),
    becomeUser: read(['ansible_become_user'], textOf),
    becomePassword: read(['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'], secretOf),
    notes: all.filter((name) => UNUSED.has(name)).map((name) => `${name} is not used by keyward`),
  }
  read(['ansible_become_method'], methodOf)
  for (const name of all) if (isMisspelt(name)) read([name], misspelt)
  return { vars, mistakes }
}

/** Turns a value into what is wanted, or says why it cannot be that. */
type Convert<Value> = (value: unknown, name: string) => Value | Unfit

class Unfit {
  readonly message: string
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    this.message = message
    this.hint = hint
  }
}

const readerOf =
  (host: string, ask: AskVariable, mistakes: Mistake[]) =>
  <Value>(names: readonly string[], convert: Convert<Value>): Value | null => {
    for (const name of names) {
      try {
        const found = ask(name)
        if (found === undefined || found.value === null) continue
        const value = convert(found.value, name)
        if (!(value instanceof Unfit)) return value
        const { message, hint } = value
        mistakes.push({ message, at: found.at, ...(hint === undefined ? {} : { hint }) })
      } catch (error) {
        if (error instanceof UserError) mistakes.push(...error.mistakes)
        else if (error instanceof Waiting) mistakes.push({ message: `${name} of ${host}: ${error.message}` })
        else throw error
      }
      return null
    }
    return null
  }

const textOf: Convert<string> = (value, name) => {
  if (typeof value === 'string' && value !== '' && !/[\0\n]/.test(value)) return value
  if (typeof value === 'number' || value instanceof Spelled) return String(value)
  return new Unfit(`${name} is a text`)
}

const kindOf: Convert<'ssh' | 'local'> = (value, name) => {
  const kind = KINDS.get(String(value).replace(/^(?:ansible\.builtin|community\.\w+)\./, ''))
  return kind ?? new Unfit(`not yet: ${name}: ${String(value)}`, 'a host is reached by ssh, or is local')
}

const portOf: Convert<number> = (value, name) => {
  const port = Number(value instanceof Spelled ? value.raw : value)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  return new Unfit(`${name} is a port from 1 to 65535, not ${JSON.stringify(String(value))}`)
}

const pathOf: Convert<string> = (value, name) => {
  const path = textOf(value, name)
  return typeof path === 'string' && path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
}

const yesOrNo: Convert<boolean> = (value, name) =>
  flagOf(value) ?? new Unfit(`${name} is yes or no, not ${JSON.stringify(String(value))}`)

const methodOf: Convert<true> = (value, name) =>
  /^(?:ansible\.builtin\.)?sudo$/.test(String(value))
    ? true
    : new Unfit(`not yet: ${name}: ${String(value)}`, 'the method is sudo')

const meantBy = (name: string): string | null => suggest(name, KNOWN, 2)

const isMisspelt = (name: string): boolean =>
  name.startsWith('ansible_') && !KNOWN.has(name) && !UNUSED.has(name) && meantBy(name) !== null

const misspelt: Convert<never> = (_value, name) =>
  new Unfit(`no connection variable is called "${name}"`, `did you mean "${meantBy(name)}"?`)

const secretOf: Convert<Secret> = (value) => (value instanceof Secret ? value : new Secret(String(value)))

const KINDS = new Map<string, 'ssh' | 'local'>([
  ['ssh', 'ssh'],
  ['smart', 'ssh'],
  ['paramiko', 'ssh'],
  ['paramiko_ssh', 'ssh'],
  ['local', 'local'],
])

const KNOWN = new Set(
  `ansible_connection ansible_host ansible_ssh_host ansible_port ansible_ssh_port ansible_user ansible_ssh_user
  ansible_ssh_private_key_file ansible_private_key_file ansible_password ansible_ssh_pass ansible_ssh_password
  ansible_become ansible_become_user ansible_become_password ansible_become_pass ansible_sudo_pass ansible_become_method
  ansible_python_interpreter ansible_ssh_pipelining ansible_pipelining ansible_group_priority ansible_timeout
  ansible_ssh_timeout ansible_ssh_retries ansible_shell_type ansible_interpreter_python_fallback ansible_network_os
  ansible_distribution ansible_os_family ansible_facts`.split(/\s+/),
)

const UNUSED = new Set(
  `ansible_ssh_common_args ansible_ssh_extra_args ansible_sftp_extra_args ansible_scp_extra_args ansible_ssh_args
  ansible_ssh_executable ansible_ssh_transfer_method ansible_ssh_use_tty ansible_host_key_checking
  ansible_ssh_host_key_checking ansible_shell_executable ansible_become_flags ansible_become_exe
  ansible_control_path ansible_ssh_control_path ansible_remote_tmp`.split(/\s+/),
)
