import { connect, type Socket } from 'node:net'
import { NodeSSH } from 'node-ssh'
import type { Algorithms, AuthHandlerMiddleware, Client } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import { type Hurry, hurryLogin } from './eager.ts'
import type { EarlySession } from './early.ts'
import type { HostKeyCheck } from './host-keys.ts'
import { spareHostKeyProofs } from './spare.ts'

/** Whom to call, and how long to wait for each answer. */
export interface Call {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly timeoutMs: number
  readonly keepaliveMs: number
}

/** A connection that is logged in. */
export interface Dialled {
  readonly client: Client
  readonly socket: Socket
  readonly early: EarlySession | null
  /** each step waits for the answer to the one before */
  readonly isPatient?: boolean
}

/** A connection did not come about; `again` where trying once more may help. */
export class DialError extends HostError {
  override readonly name: string = 'DialError'
  readonly again: boolean
  readonly level: string | undefined
  /** the server hung up with a session asked for, and had not judged the login */
  wasTooEarly = false

  constructor(message: string, about: { again?: boolean; hint?: string; level?: string | undefined } = {}) {
    super(message, { unreachable: true, ...(about.hint === undefined ? {} : { hint: about.hint }) })
    this.again = about.again ?? false
    this.level = about.level
  }
}

// P-256 first: of what is common it costs sshd least, a fifteenth of its whole login less than curve25519;
// no gex: its primes may block the event loop for seconds; no SHA-1, no CBC, no compression
const ALGORITHMS: Algorithms = {
  kex: [
    'ecdh-sha2-nistp256',
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

/**
 * Opens one connection and logs in; the host key is always judged. One attempt.
 *
 * @param hurry what may be done before the server asks for it; nothing where it is left out
 */
export const dial = async (
  call: Call,
  check: HostKeyCheck,
  authHandler: AuthHandlerMiddleware,
  hurry: Hurry | null = null,
): Promise<Dialled> => {
  const socket = await openSocket(call)
  const ssh = new NodeSSH()
  const connected = ssh.connect({
    sock: socket,
    username: call.user,
    readyTimeout: call.timeoutMs,
    keepaliveInterval: call.keepaliveMs,
    keepaliveCountMax: 3,
    algorithms: { ...ALGORITHMS, serverHostKey: [...check.algorithms] },
    hostVerifier: (key: Buffer) => check.verify(key),
    authHandler,
  })
  const client = ssh.connection
  if (client === null) throw new Error('node-ssh made no client')
  // node-ssh takes its own listener away once logged in; an error without one would end the process
  client.on('error', () => {})
  spareHostKeyProofs(client)
  const early = hurry === null ? () => null : hurryLogin(client, hurry)
  try {
    await connected
  } catch (error) {
    client.end()
    socket.destroy()
    throw check.trouble() ?? handshakeError(call, error as Failure, early() !== null)
  }
  return { client, socket, early: early() }
}

const where = (call: Call): string => `${call.address}:${call.port}`

const openSocket = (call: Call): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: call.address, port: call.port, noDelay: true })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new DialError(`host is down: does not answer within ${call.timeoutMs / 1000} s (${where(call)})`))
    }, call.timeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      socket.setNoDelay(true)
      resolve(inOneWrite(socket))
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(socketError(call, error))
    })
  })

/** Lets what is written in one turn leave in one write: ssh2 writes each of its packets by itself. */
const inOneWrite = (socket: Socket): Socket => {
  const write = socket.write.bind(socket)
  let isHeld = false
  const release = (): void => {
    isHeld = false
    socket.uncork()
  }
  socket.write = ((...given: Parameters<typeof write>) => {
    if (!isHeld) {
      isHeld = true
      socket.cork()
      process.nextTick(release)
    }
    return write(...given)
  }) as typeof write
  return socket
}

const socketError = (call: Call, error: NodeJS.ErrnoException): DialError => {
  switch (error.code) {
    case 'ECONNREFUSED':
      return new DialError(`nothing listens at ${where(call)}: connection refused`, { again: true })
    case 'ECONNRESET':
    case 'EPIPE':
      return new DialError(`connection reset by ${where(call)}`, { again: true })
    case 'ENOTFOUND':
      return new DialError(`the name ${call.address} is not known`, { hint: 'check ansible_host in the inventory' })
    case 'EAI_AGAIN':
      return new DialError(`the name ${call.address} cannot be resolved: no answer from DNS`, { again: true })
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new DialError(`host is down: no route to ${where(call)}`)
    case 'ETIMEDOUT':
      return new DialError(`host is down: does not answer (${where(call)})`)
    default:
      return new DialError(`cannot connect to ${where(call)}: ${error.message}`)
  }
}

type Failure = Error & { level?: string; code?: string | number }

const handshakeError = (call: Call, error: Failure, isEarly: boolean): DialError => {
  const { level } = error
  // OpenSSH hangs up with words too, where it has counted too many failures
  if (isEarly && typeof error.code === 'number' && !/too many/i.test(error.message))
    return Object.assign(new DialError(`${where(call)}: ${error.message}`, { level }), { wasTooEarly: true })
  if (error.code === 'ECONNRESET' || /before handshake|No response from server/.test(error.message))
    return new DialError(`${where(call)} closed the connection before a login`, {
      again: true,
      hint: 'it may be too busy (MaxStartups), or no SSH server',
    })
  if (level === 'client-timeout')
    return new DialError(`no SSH answer within ${call.timeoutMs / 1000} s (${where(call)})`)
  if (/no matching key exchange/.test(error.message))
    return new DialError(`${where(call)} shares no key exchange with us`, {
      hint: 'it may accept post-quantum exchanges only: allow curve25519-sha256 in its KexAlgorithms',
    })
  if (/no matching/.test(error.message))
    return new DialError(`${where(call)} shares no algorithm with us: ${error.message}`, { level: 'no-algorithm' })
  return new DialError(`${where(call)}: ${error.message}`, { level })
}
