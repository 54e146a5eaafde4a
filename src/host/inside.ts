import type { Client, ClientChannel, ParsedKey } from 'ssh2'

// ssh2's inside, as far as it is known here: where a member is not as it is known, nothing is hooked and the plain way is taken.

/** Signs what it is given. */
export type Sign = (data: Buffer, done: (signature: Buffer) => void) => void

/** Takes one kind of message. */
export type Handler = (protocol: unknown, ...rest: readonly unknown[]) => void

/** What sends messages, and hands over those that come. */
export interface Protocol {
  _handlers: Record<string, Handler | undefined>
  service(name: string): void
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void
  authPassword(...given: readonly unknown[]): void
  authInfoRes(answers?: readonly string[]): void
  session(id: number, window: number, packetSize: number): void
  exec(id: number, command: string, wantReply: boolean): void
}

/** The channels of a connection by our own numbers. */
export interface Channels {
  add(opened: (error: Error | undefined, channel: ClientChannel) => void): number
  remove(id: number): void
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Says whether the plain way is asked for: KEYWARD_SSH=plain, to tell whether a trouble is of the short one. */
const isPlain = (): boolean => process.env.KEYWARD_SSH === 'plain'

/** Gives what logs in and starts commands; null where it is not as it is known, or the plain way is asked for. */
export const protocolOf = (client: Client): Protocol | null => {
  const protocol = (client as unknown as { _protocol?: Protocol })._protocol
  if (protocol === undefined || isPlain()) return null
  const { service, authPK, authPassword, authInfoRes, session, exec, _handlers } = protocol
  const used = [service, authPK, authPassword, authInfoRes, session, exec, _handlers?.SERVICE_ACCEPT]
  const isKnown = used.every(isFunction)
  return isKnown ? protocol : null
}

/** Gives the channels; null where they are not as they are known. */
export const channelsOf = (client: Client): Channels | null => {
  const channels = (client as unknown as { _chanMgr?: Channels })._chanMgr
  return channels !== undefined && isFunction(channels.add) && isFunction(channels.remove) ? channels : null
}

/** The name by which the server introduced itself; null where this ssh2 keeps it elsewhere. */
export const softwareOf = (client: Client): string | null => {
  const said = (client as unknown as { _remoteVer?: unknown })._remoteVer
  return typeof said === 'string' && said !== '' ? said : null
}
