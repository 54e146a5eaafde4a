import type { Client, ClientChannel } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import type { ChannelListener, Ended, Wire } from './channel.ts'
import type { Dialled } from './dial.ts'
import { words } from './quote.ts'

/** An SSH connection that carries channels; a lost one ends them all as lost. */
export const sshWire = ({ client, socket }: Dialled): Wire => {
  const before = socket.bytesWritten
  const open = new Set<(how: Ended) => void>()
  let lost: HostError | null = null
  let reason = ''
  client.on('error', (error) => {
    reason = error.message
  })
  client.on('close', () => {
    lost = new HostError(`connection lost${reason === '' ? '' : `: ${reason}`}`, { unreachable: true })
    for (const end of open) end({ code: null, signal: null, lost })
  })

  return {
    open(argv, listener) {
      if (lost !== null) {
        const gone = lost
        queueMicrotask(() => listener.ended({ code: null, signal: null, lost: gone }))
        return { write() {}, close() {} }
      }
      return openChannel(client, `exec ${words(argv)}`, listener, open)
    },
    bytesSent: () => socket.bytesWritten - before,
    close: () =>
      new Promise((resolve) => {
        if (lost !== null) return resolve()
        const timer = setTimeout(() => socket.destroy(), 1000)
        client.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
        client.end()
      }),
  }
}

const openChannel = (
  client: Client,
  command: string,
  listener: ChannelListener,
  open: Set<(how: Ended) => void>,
): { write(bytes: Buffer): void; close(): void } => {
  const early: Buffer[] = []
  let stream: ClientChannel | null = null
  let closed = false
  let exit: Ended = { code: null, signal: null }

  const end = (how: Ended): void => {
    if (!open.delete(end)) return
    listener.ended(how)
  }
  open.add(end)

  const started = (error: Error | undefined, channel: ClientChannel): void => {
    if (error !== undefined) {
      end({ ...exit, lost: new HostError(`the server opens no channel: ${error.message}`, { unreachable: true }) })
      return
    }
    stream = channel
    channel.on('error', () => {})
    channel.on('data', (chunk: Buffer) => listener.stdout(chunk))
    channel.stderr.on('data', (chunk: Buffer) => listener.stderr(chunk))
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null }
    })
    channel.on('close', () => end(exit))
    if (closed) channel.close()
    else for (const bytes of early.splice(0)) channel.write(bytes)
  }
  try {
    client.exec(command, started)
  } catch (error) {
    queueMicrotask(() =>
      end({ ...exit, lost: new HostError(`connection lost: ${String(error)}`, { unreachable: true }) }),
    )
  }
  return {
    write(bytes) {
      if (stream === null) early.push(bytes)
      else stream.write(bytes)
    },
    close() {
      closed = true
      open.delete(end)
      stream?.close()
    },
  }
}
