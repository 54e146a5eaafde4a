import type { Client } from 'ssh2'

type Handler = (protocol: unknown, name: string, wantReply: boolean, data: unknown) => void

/**
 * Ignores the host keys that OpenSSH announces after a login: ssh2 would have the server prove each of them, which costs
 * both sides several signatures. Where this ssh2 keeps its handlers elsewhere, nothing changes.
 */
export const spareHostKeyProofs = (client: Client): void => {
  const handlers = (client as unknown as { _protocol?: { _handlers?: Record<string, unknown> } })._protocol?._handlers
  const original = handlers?.GLOBAL_REQUEST
  if (handlers === undefined || typeof original !== 'function') return
  const pass = original as Handler
  handlers.GLOBAL_REQUEST = ((protocol, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com') pass(protocol, name, wantReply, data)
  }) satisfies Handler
}
