import type { Tell } from '../engine/event.ts'

/** Where text goes; never throws, also when nobody reads any more. */
export type Write = (text: string) => void

/** One way to tell of a run; `close` leaves the terminal as it was. */
export interface Output {
  readonly tell: Tell
  /** does something on the terminal, such as asking, while nothing is drawn on it */
  aside<Result>(work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
