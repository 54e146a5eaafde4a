import type { Account } from './accounts.ts'
import type { RawAnswer } from './frame.ts'
import type { Library } from './library.ts'
import type { PerlAsk } from './perl.ts'

/** After which a question is given up, where it says nothing else. */
export const USUAL_MS = 60_000

/** A script to run in a shell. */
export interface Frame {
  /** written only where a shell is sent it */
  readonly script: string | (() => string)
  readonly libraries: readonly Library[]
  readonly timeoutMs: number
  /** it only looks, so it may be asked again on a new shell */
  readonly again: boolean
  /** any shell with the same powers will do: it needs nothing of the login user's own session */
  readonly anywhere?: true
  /** the same as root's shell tells it for a user, whose powers only what is read is had with */
  readonly forUser?: (account: Account) => Pick<Frame, 'script' | 'ask'>
  /** the same as perl tells it, where a host has that */
  readonly ask?: PerlAsk
  /** of the flight in which it was asked for, though it may leave a moment later; left out: the one in which it leaves */
  readonly flight?: number
  /** what messages and traces call it; holds no secret */
  readonly shown: string
  /** of a task with `no_log`: a trace tells only that it ran */
  readonly hidden?: true
}

/** A frame that somebody waits for. */
export interface Item {
  readonly frame: Frame
  readonly tries: number
  resolve(answer: RawAnswer): void
  reject(error: Error): void
}

/** The script of a frame, written now. */
export const scriptOf = ({ script }: Pick<Frame, 'script'>): string => (typeof script === 'string' ? script : script())

/** The same for a shell alone, in a flight of its own. */
export const askingShell = (item: Item): Item => {
  const { ask: _ask, flight: _flight, ...frame } = item.frame
  return { ...item, frame }
}
