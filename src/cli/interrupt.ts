import type { Interrupt } from '../engine/parts.ts'

/** The user left at a question; nothing was touched. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Listens to Ctrl-C, to a request to end, and to a terminal that goes away, while a run is on. */
export interface InterruptWatch extends Interrupt {
  /** the same as a Ctrl-C */
  request(): void
  close(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Watches for interrupts: the first asks the run to begin no more tasks, the second ends it.
 *
 * @param told is called at the first one
 */
export const watchInterrupts = (told: () => void): InterruptWatch => {
  let requested = false
  let endNow = (): void => {}
  const now = new Promise<void>((resolve) => {
    endNow = resolve
  })
  const request = (): void => {
    if (requested) endNow()
    else told()
    requested = true
  }
  for (const signal of SIGNALS) process.on(signal, request)
  return {
    get requested() {
      return requested
    },
    now,
    request,
    close: () => {
      for (const signal of SIGNALS) process.off(signal, request)
    },
  }
}
