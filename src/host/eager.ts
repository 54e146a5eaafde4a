import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { Client, ClientChannel, ParsedKey } from 'ssh2'
import { type Started, startedOn } from './started.ts'

// Round trips that the protocol does not need and ssh2 takes all the same. All of this is ssh2's inside: where a member is
// not as it is known here, nothing is hooked and the plain path is taken.

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void
type Handler = (protocol: unknown, ...rest: readonly unknown[]) => void

interface Protocol {
  _handlers: Record<string, Handler | undefined>
  service(name: string): void
  authPK(user: string, key: ParsedKey, algorithm?: string | Sign, sign?: Sign): void
  session(id: number, window: number, packetSize: number): void
  exec(id: number, command: string, wantReply: boolean): void
}

interface Channels {
  add(opened: (error: Error | undefined, channel: ClientChannel) => void): number
  remove(id: number): void
}

interface Opened {
  readonly outgoing: { readonly id: number }
  readonly _callbacks: ((failed: boolean | Error) => void)[]
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Says whether the plain path is asked for: KEYWARD_SSH=plain, to tell whether a trouble is of the short one. */
const isPlain = (): boolean => process.env.KEYWARD_SSH === 'plain'

const protocolOf = (client: Client): Protocol | null => {
  const protocol = (client as unknown as { _protocol?: Protocol })._protocol
  if (protocol === undefined || isPlain()) return null
  const isKnown =
    isFunction(protocol.service) && isFunction(protocol.authPK) && isFunction(protocol._handlers?.SERVICE_ACCEPT)
  return isKnown ? protocol : null
}

/** The name by which the server introduced itself; null where this ssh2 keeps it elsewhere. */
export const softwareOf = (client: Client): string | null => {
  const said = (client as unknown as { _remoteVer?: unknown })._remoteVer
  return typeof said === 'string' && said !== '' ? said : null
}

const channelsOf = (client: Client): Channels | undefined => (client as unknown as { _chanMgr?: Channels })._chanMgr

/** A session that was asked for together with the login. */
export interface EarlySession {
  readonly command: string
  /** what was started, or why nothing was */
  readonly opened: Promise<Started | Error>
}

/**
 * Logs in with one key in one round trip: the request is sent with the one for its service, and signed at once instead of
 * asking whether the key would do (RFC 4252, section 7, allows it). For keys whose algorithm does not depend on what the
 * server says of itself: all but RSA. With a command, the first session is asked for in the same flight (section 5.1 lets
 * what follows a request that succeeds reach the service): one that may be started for nothing, should nobody need it.
 */
export const signAtOnce = (client: Client, key: ParsedKey, command: string | null): (() => EarlySession | null) => {
  const protocol = protocolOf(client)
  let early: EarlySession | null = null
  if (protocol === null || key.type === 'ssh-rsa') return () => null
  const accepted = protocol._handlers.SERVICE_ACCEPT as Handler
  const service = protocol.service.bind(protocol)
  const authenticate = protocol.authPK.bind(protocol)
  let isAhead = false
  let isFirst = true
  protocol._handlers.SERVICE_ACCEPT = (...said) => {
    if (isAhead) isAhead = false
    else accepted(...said)
  }
  protocol.service = (name) => {
    service(name)
    if (name !== 'ssh-userauth') return
    isAhead = true
    accepted(protocol, name)
  }
  protocol.authPK = (user, shown, algorithm, sign) => {
    const isProbe = sign === undefined && typeof algorithm !== 'function'
    if (!isProbe || !isFirst || shown !== key) return authenticate(user, shown, algorithm, sign)
    isFirst = false
    authenticate(user, key, algorithm, (data, done) => {
      const signature = signatureOf(key, data)
      // whoever cannot sign is asked as before, which ends with the error
      if (signature instanceof Error) return authenticate(user, key, algorithm)
      done(signature)
      if (command !== null) early = openEarly(client, protocol, command)
    })
  }
  return () => early
}

/** Asks for a session before the login is confirmed; where it is not, the server never saw the session. */
const openEarly = (client: Client, protocol: Protocol, command: string): EarlySession | null => {
  const channels = channelsOf(client)
  const opening = openAtOnce(client, command)
  if (opening === null) return null
  const failed = protocol._handlers.USERAUTH_FAILURE
  const refused = new Promise<Error>((resolve) => {
    protocol._handlers.USERAUTH_FAILURE = (...said) => {
      channels?.remove(0)
      resolve(new Error('the login needs more than the key'))
      failed?.(...said)
    }
  })
  return { command, opened: Promise.race([opening, refused]) }
}

// ssh2 keeps keys as text, and OpenSSL reads it anew for each signature
const readKeys = new WeakMap<ParsedKey, KeyObject>()

const signatureOf = (key: ParsedKey, data: Buffer): Buffer | Error => {
  if (key.type !== 'ssh-ed25519') return key.sign(data)
  try {
    const read = readKeys.get(key) ?? createPrivateKey(key.getPrivatePEM())
    readKeys.set(key, read)
    return sign(null, data, read)
  } catch {
    return key.sign(data)
  }
}

// as ssh2 has them: its handlers count with these
const WINDOW = 2 * 1024 * 1024
const PACKET = 32 * 1024

/**
 * Opens the first session of a connection and starts a command in it in one round trip: OpenSSH numbers it 0. Null where
 * that cannot be known; what was started, or why nothing was.
 */
export const openAtOnce = (client: Client, command: string): Promise<Started | Error> | null => {
  const protocol = protocolOf(client)
  const channels = channelsOf(client)
  if (protocol === null || channels === undefined || !isFunction(channels.add)) return null
  if (!isFunction(protocol.session) || !isFunction(protocol.exec) || !/^OpenSSH_/.test(softwareOf(client) ?? ''))
    return null
  return new Promise((resolve) => {
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error === undefined) start(channel, resolve)
      else resolve(error)
    }
    const number = channels.add(Object.assign(opened, { type: 'session' }))
    protocol.session(number, WINDOW, PACKET)
    protocol.exec(0, command, true)
  })
}

const start = (channel: ClientChannel, resolve: (how: Started | Error) => void): void => {
  const inside = channel as unknown as Opened & { subtype: string; allowHalfOpen: boolean }
  if (inside.outgoing.id !== 0) resolve(new Error(`the first session is number ${inside.outgoing.id}`))
  inside._callbacks.push((failed) => {
    if (failed) return resolve(failed === true ? new Error('Unable to exec') : failed)
    Object.assign(inside, { subtype: 'exec', allowHalfOpen: true })
    resolve(startedOn(channel))
  })
}
