import { userInfo } from 'node:os'
import type { Machine } from '../contract/machine.ts'
import type { Secret } from '../contract/secret.ts'
import type { AnswerStore } from './answers.ts'
import type { Wire } from './channel.ts'
import { dialPatiently } from './dial-patiently.ts'
import { createFlights } from './flights.ts'
import { softwareOf } from './inside.ts'
import { localConnection, localWire } from './local.ts'
import { logIn } from './login.ts'
import { createMachine } from './machine.ts'
import { loginPowers, type Powers, rootPowers } from './powers.ts'
import { createRunner, type Runner, runnerOf } from './runner.ts'
import { createShell } from './shell.ts'
import type { HostSpec, SshRun } from './spec.ts'
import type { Reader } from './speech.ts'
import { commandOf, sshWire } from './ssh.ts'
import type { Trace } from './trace.ts'

export { type HostSpec, type SshRun, startSsh } from './spec.ts'

/** What a connection needs besides its host. */
export interface ConnectAbout {
  readonly ssh: SshRun
  /** the control node */
  readonly control: Machine
  readonly trace?: Trace
  /** what hosts answered in earlier runs; where it is left out, nothing is remembered from run to run */
  readonly answers?: AnswerStore
  /** whose powers are needed first, where that is known: a shell of root's is asked for with the login then */
  readonly first?: string | null
  /** is told what the user should know: a host key that was recorded */
  readonly note?: (text: string) => void
}

/** Connects to a host by SSH and logs in; its shells are opened when they are needed first. */
export const connectSsh = async (spec: HostSpec, about: ConnectAbout): Promise<Machine> => {
  const root = spec.user === 'root' ? null : rootPowers(spec.user, spec.sudoPassword)
  const first = root !== null && isFirst(spec, about.first ?? null) ? commandOf(root.argv) : null
  const { dialled, tried } = await dialPatiently(spec, { ...about, first })
  const wire = sshWire(dialled)
  const last = tried.last()
  const answers = about.answers?.of(`${spec.name} ${spec.user}@${spec.address}:${spec.port}`) ?? null
  const runner = runnerOn(wire, { user: spec.user, root, trace: about.trace, reader: answers ?? undefined })
  return createMachine({
    name: spec.name,
    connection: {
      kind: 'ssh',
      user: spec.user,
      key: last === null || last === 'password' ? null : last.publicKey,
      from: dialled.socket.localAddress ?? null,
      address: dialled.socket.remoteAddress ?? null,
      port: spec.port,
      software: softwareOf(dialled.client),
    },
    wire,
    runner,
    control: about.control,
    answers,
    commands: about.ssh.commands,
    login: (request) => logIn(spec, about.ssh, request),
  })
}

/** Says whether root's shell, by which other users' powers are had too, is what is needed first. */
const isFirst = ({ user }: HostSpec, power: string | null): boolean => power !== null && power !== user

/** The runner of a connection; its root's shell is of the very powers whose command was asked for with the login. */
const runnerOn = (
  wire: Wire,
  about: { user: string; root: Powers | null; trace: Trace | undefined; reader: Reader | undefined },
): Runner => {
  const { user, root, trace } = about
  const flights = createFlights()
  const parts = { wire, flights, ...(about.reader === undefined ? {} : { reader: about.reader }) }
  const own = createShell({ ...parts, powers: loginPowers(user) })
  return runnerOf({
    own,
    root: root === null ? own : createShell({ ...parts, powers: root }),
    user,
    flights,
    trace,
  })
}

/** How the control node itself is opened. */
export interface LocalOptions {
  readonly name?: string
  readonly ssh: SshRun
  readonly sudoPassword?: Secret
  readonly trace?: Trace
}

/** Opens the computer that keyward runs on; nothing is started before it is needed. */
export const openLocal = (options: LocalOptions): Machine => {
  const wire = localWire()
  const { username, uid } = userInfo()
  const name = options.name ?? 'localhost'
  const runner = createRunner({
    wire,
    user: username,
    userIsRoot: uid === 0,
    sudoPassword: options.sudoPassword,
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  })
  const itself: HostSpec = {
    name,
    address: 'localhost',
    port: 22,
    user: username,
    keyFiles: null,
    hostKeys: 'strict',
    timeoutMs: 10_000,
    keepaliveMs: 15_000,
  }
  return createMachine({
    name,
    connection: localConnection(username),
    wire,
    runner,
    control: null,
    answers: null,
    commands: options.ssh.commands,
    login: (request) => logIn(itself, options.ssh, request),
  })
}
