import { setTimeout as pause } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { HostError } from '../contract/errors.ts'
import type { Channel, ChannelListener, Ended, Wire } from './channel.ts'
import type { Dialled } from './dial.ts'
import { type EarlySession, openAtOnce } from './early.ts'
import { words } from './quote.ts'
import { type Started, startedOn } from './started.ts'

/** A program with its arguments as a command for a login shell, which it replaces. */
export const commandOf = (argv: readonly string[]): string => `exec ${words(argv)}`

/** An SSH connection that carries channels; a lost one ends them all as lost. */
export const sshWire = ({ client, socket, early, isPatient = false }: Dialled): Wire => {
  const before = socket.bytesWritten
  const open = new Set<SshChannel>()
  let hasOpened = false
  let unclaimed = early
  let lost: HostError | null = null
  let reason = ''
  client.on('error', (error) => {
    reason = error.message
  })
  client.on('close', () => {
    lost = new HostError(`connection lost${reason === '' ? '' : `: ${reason}`}`, { unreachable: true })
    for (const channel of open) channel.end({ ...UNKNOWN, lost })
  })

  return {
    open(argv, listener) {
      const channel = new SshChannel(listener, () => open.delete(channel))
      const isFirst = !hasOpened && !isPatient
      hasOpened = true
      open.add(channel)
      const command = commandOf(argv)
      // it waits for its turn where another one was needed first
      const ready = unclaimed?.command === command ? unclaimed : null
      if (ready !== null) unclaimed = null
      if (lost === null) void channel.start(client, command, { isFirst: isFirst && early === null, early: ready })
      else {
        const gone = { ...UNKNOWN, lost }
        queueMicrotask(() => channel.end(gone))
      }
      return channel
    },
    bytesSent: () => socket.bytesWritten - before,
    close: () =>
      new Promise((resolve) => {
        if (lost !== null) return resolve()
        const timer = setTimeout(() => socket.destroy(), CLOSING_MS)
        client.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
        client.end()
      }),
  }
}

const UNKNOWN: Ended = { code: null, signal: null }
const CLOSING_MS = 1000
// sshd frees the place of a closed session a moment after it says so
const PAUSES_MS: readonly number[] = [100, 300, 600]

/** A channel that takes input before it is open. */
class SshChannel implements Channel {
  readonly #listener: ChannelListener
  readonly #over: () => void
  readonly #early: Buffer[] = []
  #stream: ClientChannel | null = null
  #isOver = false

  constructor(listener: ChannelListener, over: () => void) {
    this.#listener = listener
    this.#over = over
  }

  write(bytes: Buffer): void {
    if (this.#stream === null) this.#early.push(bytes)
    else this.#stream.write(bytes)
  }

  close(): void {
    this.#isOver = true
    this.#over()
    this.#stream?.close()
  }

  end(how: Ended): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#over()
    this.#listener.ended(how)
  }

  async start(
    client: Client,
    command: string,
    { isFirst, early }: { readonly isFirst: boolean; readonly early: EarlySession | null },
  ): Promise<void> {
    const asked = await early?.opened
    if (asked !== undefined && !(asked instanceof Error)) return this.#run(asked)
    for (let attempt = 0; !this.#isOver; attempt += 1) {
      const atOnce = isFirst && attempt === 0 ? openAtOnce(client, command) : null
      const started = await (atOnce ?? startCommand(client, command))
      if (!(started instanceof Error)) return this.#run(started)
      const isFull = /open fail/i.test(started.message)
      // whoever only calls itself OpenSSH may number its sessions otherwise: the plain way waits to be told
      if (atOnce !== null && !isFull) continue
      const wait = PAUSES_MS[attempt]
      if (wait === undefined || !isFull) return this.end({ ...UNKNOWN, lost: noChannel(started) })
      await pause(wait)
    }
  }

  #run({ channel, heard }: Started): void {
    let exit: Ended = UNKNOWN
    heard({
      stdout: (chunk) => this.#listener.stdout(chunk),
      stderr: (chunk) => this.#listener.stderr(chunk),
      exit: (code, signal) => {
        exit = { code, signal: signal ?? null }
      },
      close: () => this.end(exit),
    })
    this.#stream = channel
    if (this.#isOver) channel.close()
    else if (this.#early.length > 0) channel.write(Buffer.concat(this.#early.splice(0)))
  }
}

const startCommand = (client: Client, command: string): Promise<Started | Error> =>
  new Promise((resolve) => {
    try {
      client.exec(command, (error, channel) => resolve(error ?? startedOn(channel)))
    } catch (error) {
      resolve(error instanceof Error ? error : new Error(String(error)))
    }
  })

const noChannel = (error: Error): HostError =>
  new HostError(`the server opens no session: ${error.message}`, {
    unreachable: true,
    hint: 'two sessions on one connection are needed: MaxSessions in its sshd_config',
  })
