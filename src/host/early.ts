import type { Client, ClientChannel } from 'ssh2'
import { channelsOf, type Protocol, protocolOf, softwareOf } from './inside.ts'
import { type Started, startedOn } from './started.ts'

interface Opened {
  readonly outgoing: { readonly id: number }
  readonly _callbacks: ((failed: boolean | Error) => void)[]
}

/** A session that was asked for together with the login. */
export interface EarlySession {
  readonly command: string
  /** what was started, or why nothing was */
  readonly opened: Promise<Started | Error>
}

/** What the server says to a login that it does not confirm: it took no notice of a session asked for behind that. */
const NOT_YET = ['USERAUTH_FAILURE', 'USERAUTH_INFO_REQUEST', 'USERAUTH_PASSWD_CHANGEREQ']

/**
 * Asks for a session before the login is confirmed: RFC 4252, section 5.1, lets what follows a request that succeeds reach
 * the service. It may be started for nothing, should nobody need it.
 */
export const earlySessions = (
  client: Client,
  protocol: Protocol,
  command: string | null,
): { ask(): void; session(): EarlySession | null } => {
  let asked: (EarlySession & Asked) | null = null
  for (const name of NOT_YET) {
    const pass = protocol._handlers[name]
    protocol._handlers[name] = (...said) => {
      asked?.forget()
      asked = null
      pass?.(...said)
    }
  }
  return {
    ask() {
      const one = command === null || asked !== null ? null : open(client, command)
      if (one !== null && command !== null) asked = { ...one, command }
    },
    session: () => asked,
  }
}

/**
 * Opens the first session of a connection and starts a command in it in one round trip: OpenSSH numbers it 0. Null where
 * that cannot be known; what was started, or why nothing was.
 */
export const openAtOnce = (client: Client, command: string): Promise<Started | Error> | null =>
  open(client, command)?.opened ?? null

interface Asked {
  readonly opened: Promise<Started | Error>
  /** nothing will come of it */
  forget(): void
}

// as ssh2 has them: its handlers count with these
const WINDOW = 2 * 1024 * 1024
const PACKET = 32 * 1024

const open = (client: Client, command: string): Asked | null => {
  const protocol = protocolOf(client)
  const channels = channelsOf(client)
  if (protocol === null || channels === null || !/^OpenSSH_/.test(softwareOf(client) ?? '')) return null
  let number = 0
  const opened = new Promise<Started | Error>((resolve) => {
    const told = (error: Error | undefined, channel: ClientChannel): void => {
      if (error === undefined) start(channel, resolve)
      else resolve(error)
    }
    number = channels.add(Object.assign(told, { type: 'session' }))
    protocol.session(number, WINDOW, PACKET)
    protocol.exec(0, command, true)
  })
  return { opened, forget: () => channels.remove(number) }
}

const start = (channel: ClientChannel, resolve: (how: Started | Error) => void): void => {
  const inside = channel as unknown as Opened & { subtype: string; allowHalfOpen: boolean }
  if (inside.outgoing.id !== 0) {
    // nothing was started in it: it would keep the place of another one
    channel.close()
    resolve(new Error(`the first session is number ${inside.outgoing.id}`))
    return
  }
  inside._callbacks.push((failed) => {
    if (failed) return resolve(failed === true ? new Error('Unable to exec') : failed)
    Object.assign(inside, { subtype: 'exec', allowHalfOpen: true })
    resolve(startedOn(channel))
  })
}
