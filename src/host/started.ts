import type { ClientChannel } from 'ssh2'

/** Who listens to a command. */
export interface CommandListener {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  exit(code: number | null, signal?: string): void
  close(): void
}

/** A command that was started on a channel. */
export interface Started {
  readonly channel: ClientChannel
  /** hands over to a listener: what came before anybody listened comes first, in its order */
  heard(listener: CommandListener): void
}

/**
 * Hears a channel from now on. Called where ssh2 tells of it, at once: what the command says, how it ends and that it is
 * over may lie in the same packet as the answer that it was started, and ssh2 tells all of it in one turn.
 */
export const startedOn = (channel: ClientChannel): Started => {
  let before: ((listener: CommandListener) => void)[] = []
  let listens: CommandListener | null = null
  const tell = (one: (listener: CommandListener) => void): void => {
    if (listens === null) before.push(one)
    else one(listens)
  }
  channel.on('error', () => {})
  channel.on('data', (chunk: Buffer) => tell((to) => to.stdout(chunk)))
  channel.stderr.on('data', (chunk: Buffer) => tell((to) => to.stderr(chunk)))
  channel.on('exit', (code: number | null, signal?: string) => tell((to) => to.exit(code, signal)))
  channel.on('close', () => tell((to) => to.close()))
  return {
    channel,
    heard(listener) {
      for (const one of before) one(listener)
      before = []
      listens = listener
    },
  }
}
