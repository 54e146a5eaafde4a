import { userInfo } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { HostError } from '../contract/errors.ts'
import type { Machine } from '../contract/machine.ts'
import type { Secret } from '../contract/secret.ts'
import { type Attempts, type Tried, tryAll } from './credentials.ts'
import { DialError, type Dialled, dial } from './dial.ts'
import { ALL_ALGORITHMS, checkHostKey, type HostKeyCheck } from './host-keys.ts'
import type { AskPassphrase } from './key-file.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import { type KnownHosts, openKnownHosts } from './known-hosts-files.ts'
import { localWire } from './local.ts'
import { logIn } from './login.ts'
import { createMachine } from './machine.ts'
import { createRunner } from './runner.ts'
import { sshWire } from './ssh.ts'
import type { Trace } from './trace.ts'

/** How a host is reached. */
export interface HostSpec {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** the declared private keys, the only ones offered; null: the agent's keys, then ~/.ssh/id_* */
  readonly keyFiles: readonly string[] | null
  /** of the login user (-k) */
  readonly password?: Secret
  /** asked once per file and run */
  readonly passphrase?: AskPassphrase
  /** of sudo (-K) */
  readonly sudoPassword?: Secret
  readonly hostKeys: 'strict' | 'accept-new'
  /** for each of: the TCP connection, the login */
  readonly timeoutMs: number
  readonly keepaliveMs: number
}

/** What all connections of one run share: keys opened once, known_hosts read once. */
export interface SshRun {
  readonly keyring: Keyring
  readonly knownHosts: KnownHosts
}

/** Starts what the connections of a run share; `home` and the agent's socket are those of the environment. */
export const startSsh = (about: { home?: string; agentSocket?: string } = {}): SshRun => {
  const home = about.home ?? process.env.HOME ?? userInfo().homedir
  return {
    keyring: createKeyring({ home, agentSocket: about.agentSocket ?? process.env.SSH_AUTH_SOCK }),
    knownHosts: openKnownHosts(home),
  }
}

/** What a connection needs besides its host. */
export interface ConnectAbout {
  readonly ssh: SshRun
  /** the control node */
  readonly control: Machine
  readonly trace?: Trace
  /** is told what the user should know: a host key that was recorded */
  readonly note?: (text: string) => void
}

/** Connects to a host by SSH and logs in; its shells are opened when they are needed first. */
export const connectSsh = async (spec: HostSpec, about: ConnectAbout): Promise<Machine> => {
  const { dialled, tried } = await dialPatiently(spec, about)
  const wire = sshWire(dialled)
  const last = tried.last()
  const runner = createRunner({
    wire,
    user: spec.user,
    userIsRoot: spec.user === 'root',
    sudoPassword: spec.sudoPassword,
    ...(about.trace === undefined ? {} : { trace: about.trace }),
  })
  return createMachine({
    name: spec.name,
    connection: {
      kind: 'ssh',
      user: spec.user,
      key: last === null || last === 'password' ? null : last.publicKey,
      from: dialled.socket.localAddress ?? null,
      address: dialled.socket.remoteAddress ?? null,
      port: spec.port,
    },
    wire,
    runner,
    control: about.control,
    login: (request) => logIn(spec, about.ssh, request),
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
    connection: { kind: 'local', user: username, key: null, from: null, address: null, port: null },
    wire,
    runner,
    control: null,
    login: (request) => logIn(itself, options.ssh, request),
  })
}

// a refused connection may be the moment in which sshd reloads
const PAUSES_MS: readonly number[] = [300, 700, 1000]

const dialPatiently = async (spec: HostSpec, about: ConnectAbout): Promise<{ dialled: Dialled; tried: Tried }> => {
  const attempts = await attemptsOf(spec, about.ssh)
  for (let attempt = 0; ; attempt += 1) {
    const check = checkHostKey(about.ssh.knownHosts, spec, {
      accept: spec.hostKeys,
      ...(about.note === undefined ? {} : { note: about.note }),
    })
    const tried = tryAll(spec.user, attempts)
    try {
      return { dialled: await dial(spec, check, tried.handler), tried }
    } catch (error) {
      const wait = PAUSES_MS[attempt]
      if (!(error instanceof DialError) || !error.again || wait === undefined)
        throw await explained(spec, about.ssh, { error, check, tried })
      await pause(wait)
    }
  }
}

const attemptsOf = async (spec: HostSpec, { keyring }: SshRun): Promise<Attempts> => {
  const { keyFiles, password, passphrase } = spec
  if (keyFiles !== null)
    return { keys: await Promise.all(keyFiles.map((file) => keyring.fromFile(file, passphrase))), password }
  // whoever asks for a password means it: other keys would use up the tries
  return { keys: password === undefined ? await keyring.standard(passphrase) : [], password }
}

const explained = async (
  spec: HostSpec,
  ssh: SshRun,
  about: { error: unknown; check: HostKeyCheck; tried: Tried },
): Promise<unknown> => {
  const { error, check, tried } = about
  if (!(error instanceof DialError)) return error
  if (error.level === 'no-algorithm' && check.algorithms.length < ALL_ALGORITHMS.length)
    return (await otherHostKey(spec, ssh)) ?? error
  if (error.level !== 'client-authentication' && error.level !== 'agent') return error
  return refusal(spec, tried)
}

/** The server shows no key of the types that are recorded: asks for whichever it has, only to name it. */
const otherHostKey = async (spec: HostSpec, ssh: SshRun): Promise<HostError | null> => {
  const strict = checkHostKey(ssh.knownHosts, spec, { accept: 'strict' })
  const check: HostKeyCheck = { ...strict, algorithms: [...ALL_ALGORITHMS] }
  await dial(spec, check, (_left, _partial, next) => next('none')).then(
    ({ client }) => client.end(),
    () => {},
  )
  return check.trouble()
}

const refusal = (spec: HostSpec, tried: Tried): HostError => {
  const who = `${spec.user}@${spec.address}:${spec.port}`
  const offered = tried.offered().join(', ') || 'nothing'
  const shown = tried.shown()
  if (shown.length === 0) {
    const hint =
      'name a key (--private-key, ansible_ssh_private_key_file), add one to the agent, or use -k for a password'
    return new HostError(`${who}: there is nothing to log in with; the server offers ${offered}`, {
      unreachable: true,
      hint,
    })
  }
  return new HostError(`${who} refuses ${shown.join(', ')}; it offers ${offered}`, {
    unreachable: true,
    hint: `let ${spec.user} in with this key (authorized_keys), or log in with a password the first time: -k`,
  })
}
