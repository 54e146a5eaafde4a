import { setTimeout as pause } from 'node:timers/promises'
import { HostError } from '../contract/errors.ts'
import { type Attempts, PASSWORD, type Tried, tryAll } from './credentials.ts'
import { DialError, type Dialled, dial } from './dial.ts'
import { ALL_ALGORITHMS, checkHostKey, type HostKeyCheck } from './host-keys.ts'
import { refusalOf } from './refusal.ts'
import type { HostSpec, SshRun } from './spec.ts'

// a refused connection may be the moment in which sshd reloads
const PAUSES_MS: readonly number[] = [300, 700, 1000]

/** Connects and logs in; tries again for a moment, only where that may help, and says in whole words what went wrong. */
export const dialPatiently = async (
  spec: HostSpec,
  about: { readonly ssh: SshRun; readonly note?: (text: string) => void; readonly first?: string | null },
): Promise<{ dialled: Dialled; tried: Tried }> => {
  const attempts = await attemptsOf(spec, about.ssh)
  let command = about.first ?? null
  let isPatient = false
  for (let attempt = 0; ; attempt += 1) {
    const check = checkHostKey(about.ssh.knownHosts, spec, {
      accept: spec.hostKeys,
      ...(about.note === undefined ? {} : { note: about.note }),
    })
    const tried = tryAll(spec.user, attempts, about.ssh.taken)
    try {
      const dialled = await dial(spec, check, tried.handler, { ...tried, command })
      const last = tried.last()
      if (last !== null && last !== 'password') about.ssh.taken.add(last)
      return { dialled: { ...dialled, isPatient }, tried }
    } catch (error) {
      // whoever only calls itself OpenSSH may not bear a session that is asked for before it has confirmed the login
      if (command !== null && error instanceof DialError && error.wasTooEarly) {
        command = null
        isPatient = true
        continue
      }
      const wait = PAUSES_MS[attempt]
      if (!(error instanceof DialError) || !error.again || wait === undefined)
        throw await explained(spec, about.ssh, { error, check, attempts, tried })
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
  about: { error: unknown; check: HostKeyCheck; attempts: Attempts; tried: Tried },
): Promise<unknown> => {
  const { error, check, attempts, tried } = about
  if (!(error instanceof DialError)) return error
  if (error.level === 'no-algorithm' && check.algorithms.length < ALL_ALGORITHMS.length)
    return (await otherHostKey(spec, ssh)) ?? error
  if (error.level === 'agent')
    return new HostError(`the agent did not sign with ${tried.shown().at(-1)}: ${error.message}`, { unreachable: true })
  return error.level === 'client-authentication' ? refusal(spec, attempts, tried) : error
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

const refusal = (spec: HostSpec, { keys }: Attempts, tried: Tried): HostError =>
  refusalOf({
    user: spec.user,
    where: `${spec.address}:${spec.port}`,
    offered: tried.offered(),
    refused: tried.shown().filter((one) => one !== PASSWORD),
    accepted: tried.accepted(),
    keys: keys.length === 0 ? 'none' : 'given',
    password: spec.password === undefined ? 'none' : tried.shown().includes(PASSWORD) ? 'refused' : 'given',
  })
