import type { HostError } from '../contract/errors.ts'

/** How a channel ended; `lost` where the connection under it is gone. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly lost?: HostError
}

/** Is told what a channel does; `ended` comes exactly once, after the last output. */
export interface ChannelListener {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  ended(how: Ended): void
}

/** The input of a program that runs on a machine. */
export interface Channel {
  write(bytes: Buffer): void
  /** ends it; what still runs there has lost its input and output */
  close(): void
}

/** What opens channels on a machine: an SSH connection, or this computer. */
export interface Wire {
  open(argv: readonly string[], listener: ChannelListener): Channel
  /** bytes that went out since the login */
  bytesSent(): number
  close(): Promise<void>
}
