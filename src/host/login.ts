import type { Client } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import type { LoginAnswer, LoginRequest } from '../contract/look.ts'
import type { Secret } from '../contract/secret.ts'
import { agentKeys } from './agent.ts'
import { type Attempts, type Tried, tryAll } from './credentials.ts'
import { DialError, dial } from './dial.ts'
import { checkHostKey } from './host-keys.ts'
import { parseKey, publicText } from './key-file.ts'
import type { Credential } from './keyring.ts'
import type { HostSpec, SshRun } from './spec.ts'

/** Logs in with exactly the credentials given, on a connection of its own; which methods are offered is asked first. */
export const logIn = async (spec: HostSpec, ssh: SshRun, request: LoginRequest): Promise<LoginAnswer> => {
  const check = checkHostKey(ssh.knownHosts, spec, { accept: 'strict' })
  const tried = tryAll(request.user, await attemptsOf(request))
  try {
    const hurry = { ...tried, command: null }
    const { client } = await dial({ ...spec, user: request.user }, check, tried.handler, hurry)
    const ran = request.command === undefined ? LOGGED_IN : await runOnce(client, request.command, spec.timeoutMs)
    client.end()
    return { in: true, offered: tried.offered(), ...ran }
  } catch (error) {
    // a server that has named its methods and then hangs up has refused
    if (!(error instanceof DialError) || tried.offered().length === 0) throw error
    return { in: false, offered: tried.offered(), code: null, stdout: '', message: refusal(tried, error) }
  }
}

const LOGGED_IN = { code: null, stdout: '', message: 'logged in' } as const

const refusal = (tried: Tried, error: DialError): string => {
  const offered = `offered: ${tried.offered().join(', ')}`
  const shown = tried.shown()
  const accepted = tried.accepted()
  if (accepted.length > 0 && shown.length === 0)
    return `${accepted.join(', ')} is accepted, and more than that is wanted; ${offered}`
  const more = error.level === 'client-authentication' ? '' : ` (${error.message})`
  return shown.length === 0
    ? `nothing to log in with that is offered; ${offered}`
    : `refused: ${shown.join(', ')}${more}; ${offered}`
}

const attemptsOf = async (request: LoginRequest): Promise<Attempts> => {
  const keys = [...(request.key == null ? [] : [givenKey(request.key, request.passphrase)])]
  if (request.agent !== undefined) keys.push(...(await keysOfAgent(request.agent)))
  return { keys, password: request.password, none: true }
}

const givenKey = (text: Secret, passphrase: Secret | undefined): Credential => {
  const key = parseKey(text.reveal(), passphrase)
  if (key === 'wrong passphrase')
    throw new HostError(
      passphrase === undefined
        ? 'the key is encrypted, and no passphrase is given'
        : 'the passphrase of the key is wrong',
    )
  return { shown: 'given', publicKey: publicText(key), key, agentKey: null }
}

const keysOfAgent = async (agent: NonNullable<LoginRequest['agent']>): Promise<readonly Credential[]> => {
  const held = await agentKeys(agent.socket)
  const chosen = held.filter((key) => agent.publicKey === undefined || key.publicKey === agent.publicKey)
  if (chosen.length === 0)
    throw new HostError(`the agent at ${agent.socket} holds ${held.length === 0 ? 'no key' : 'other keys only'}`)
  return chosen.map((key) => ({
    shown: `${key.comment} (in the agent)`,
    publicKey: key.publicKey,
    key: null,
    agentKey: key,
  }))
}

const runOnce = (
  client: Client,
  command: string,
  timeoutMs: number,
): Promise<{ code: number | null; stdout: string; message: string }> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({
        code: null,
        stdout: '',
        message: `logged in, but the command does not end within ${timeoutMs / 1000} s`,
      })
      client.end()
    }, timeoutMs)
    const done = (code: number | null, stdout: string, message: string) => {
      clearTimeout(timer)
      resolve({ code, stdout, message })
    }
    client.exec(command, (error, channel) => {
      if (error !== undefined) return done(null, '', `logged in, but no command runs: ${error.message}`)
      const chunks: Buffer[] = []
      const errors: Buffer[] = []
      let exit: number | null = null
      channel.on('data', (chunk: Buffer) => chunks.push(chunk))
      channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      channel.on('exit', (code: number | null) => {
        exit = code
      })
      channel.on('close', () => {
        const words = Buffer.concat(errors).toString('utf8').trim()
        const message =
          exit === 0
            ? 'logged in, and the command ran'
            : `logged in, but the command failed: ${words || `exit code ${exit}`}`
        done(exit, Buffer.concat(chunks).toString('utf8'), message)
      })
      channel.end()
    })
  })
