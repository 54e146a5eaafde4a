import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Machine } from '../contract/machine.ts'
import { openAnswers } from '../host/answers.ts'
import { type ConnectAbout, connectSsh, openLocal, startSsh } from '../host/connect.ts'
import { traceLines } from '../host/trace.ts'
import { visible } from '../output/visible.ts'
import type { Play } from '../playbook/shape.ts'
import type { Asking, Passwords } from './asking.ts'
import { fewAtOnce } from './few-at-once.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import { type HostReach, LOCAL, reachOf } from './reach.ts'
import type { Surroundings } from './surroundings.ts'
import type { Telling } from './telling.ts'

/** What connecting needs of the command line. */
export interface ConnectionParts {
  readonly flags: RunFlags
  readonly passwords: Passwords
  readonly asking: Asking
  readonly telling: Telling
  readonly around: Surroundings
  /** nothing is believed that was answered in an earlier run */
  readonly anew: boolean
}

/** How the hosts of a run are reached and connected. */
export interface Connections {
  reach(host: string, play: Play): HostReach
  connect(machine: string, first: string | null): Promise<Machine>
  /** opens the declared keys, so that passphrases are asked for before anything is connected */
  openKeys(): Promise<void>
}

const KEEPALIVE_MS = 15_000

// A handshake is work of this process: a thousand at once would all be late, and a host has some seconds to answer.
const MOST_HANDSHAKES = 50
const PATIENCE_MS = 3000

/** Wires the connections of a run. */
export const connectionsOf = (loaded: Loaded, parts: ConnectionParts): Connections => {
  const { flags, passwords, asking, telling } = parts
  const ssh = startSsh()
  const { reach, named } = reachesOf(loaded, flags)
  const { sudo } = passwords
  const control = openLocal({ ssh, ...traceOf(LOCAL, parts), ...(sudo === undefined ? {} : { sudoPassword: sudo }) })
  // an audit is evidence: it asks everything anew
  const answers = parts.anew ? {} : { answers: openAnswers(parts.around.environment) }
  const about = { ssh, control, note: telling.note, ...answers }
  const inTurn = fewAtOnce(MOST_HANDSHAKES, PATIENCE_MS)

  const connect = async (machine: string, first: string | null): Promise<Machine> => {
    if (machine === LOCAL) return control
    const { address, port, user, keyFiles, ...own } = named(machine)
    const password = own.password ?? passwords.login
    const sudoPassword = own.sudoPassword ?? sudo
    const spec = {
      ...{ name: machine, address, port, user, keyFiles },
      passphrase: asking.passphrase,
      ...(password === undefined ? {} : { password }),
      ...(sudoPassword === undefined ? {} : { sudoPassword }),
      hostKeys: flags.hostKey,
      timeoutMs: flags.timeout * 1000,
      keepaliveMs: KEEPALIVE_MS,
    }
    return await inTurn(() => connectSsh(spec, { ...about, ...traceOf(machine, parts), first }))
  }

  const openKeys = async (): Promise<void> => {
    const plays = loaded.playbooks.flatMap((playbook) => playbook.plays)
    const all = plays.flatMap((play) => loaded.hostsOf(play).map((host) => reach(host, play)))
    for (const note of notesOn(all)) telling.note(note)
    const remote = all.filter(({ local }) => !local)
    // why a key does not open is told for each host that needs it
    for (const file of new Set(remote.flatMap(({ keyFiles }) => keyFiles ?? []))) {
      await ssh.keyring.fromFile(file, asking.passphrase).catch(() => null)
    }
    const isUndeclared = remote.some(({ keyFiles, password }) => keyFiles === null && password === null)
    if (isUndeclared && passwords.login === undefined) await ssh.keyring.standard(asking.passphrase).catch(() => [])
  }

  return { reach, connect, openKeys }
}

const traceOf = (machine: string, { flags, around }: ConnectionParts): Pick<ConnectAbout, 'trace'> =>
  flags.verbose < 3
    ? {}
    : { trace: (traced) => around.stderr.write(`${traceLines(machine, traced).map(visible).join('\n')}\n`) }

/** How hosts are reached, remembered by play and host, and by the machine that each is. */
const reachesOf = (
  loaded: Loaded,
  flags: RunFlags,
): { reach(host: string, play: Play): HostReach; named(machine: string): HostReach } => {
  const about = { inventory: loaded.inventory, extraVars: loaded.extraVars, flags }
  const known = new Map<Play, Map<string, HostReach>>()
  const machines = new Map<string, HostReach>()
  const reach = (host: string, play: Play): HostReach => {
    const ofPlay = known.get(play) ?? new Map<string, HostReach>()
    known.set(play, ofPlay)
    const before = ofPlay.get(host)
    if (before !== undefined) return before
    const found = named(reachOf(host, play, about), machines)
    ofPlay.set(host, found)
    machines.set(found.machine, machines.get(found.machine) ?? found)
    return found
  }
  return { reach, named: (machine) => machines.get(machine) as HostReach }
}

/** One name for one way of reaching a host: where an earlier play reaches it otherwise, the place is in its name. */
const named = (found: HostReach, machines: ReadonlyMap<string, HostReach>): HostReach => {
  const same = machines.get(found.machine)
  if (found.local || same === undefined || wayOf(same) === wayOf(found)) return found
  return { ...found, machine: `${found.machine} as ${wayOf(found)}` }
}

const wayOf = ({ user, address, port, keyFiles }: HostReach): string =>
  `${user}@${address}:${port}${keyFiles === null ? '' : ` with ${keyFiles.join(', ')}`}`

/** What is not read or used, though a user of ssh or Ansible would expect it to be. */
const notesOn = (reaches: readonly HostReach[]): readonly string[] => {
  const hasConfig = existsSync(join(process.env.HOME ?? homedir(), '.ssh', 'config'))
  const unread = hasConfig && reaches.some(({ local }) => !local)
  return [
    ...new Set(reaches.flatMap(({ notes }) => notes)),
    ...(unread ? ['~/.ssh/config is not read: hosts, users and keys come from the inventory and the flags'] : []),
  ]
}
