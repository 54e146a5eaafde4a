import { HostError } from '../contract/errors.ts'
import type { Wire } from './channel.ts'
import type { Flights } from './flights.ts'
import type { RawAnswer } from './frame.ts'
import type { Frame, Item } from './item.ts'
import type { Powers } from './powers.ts'
import { type Gone, Session } from './session.ts'
import type { Reader } from './speech.ts'

/** A shell that stays open, with somebody's powers; opened when it is needed first. */
export interface Shell {
  run(frame: Frame): Promise<RawAnswer>
  /** says whether it is open or about to be, and was not refused */
  isOpen(): boolean
  close(): void
}

const MOST_TRIES = 2

/** Makes a shell that is replaced when a command outlives its limit: questions are asked again once, nothing else. */
export const createShell = (parts: { wire: Wire; powers: Powers; flights: Flights; reader?: Reader }): Shell => {
  let session: Session | null = null
  let failure: HostError | null = null
  let leftOver: number | null = null
  let { powers } = parts

  const send = (item: Item): void => {
    session ??= new Session({ ...parts, powers, leftOver, gone })
    session.send(item)
  }

  const gone = (how: Gone): void => {
    session = null
    leftOver = how.group
    if (how.instead !== null) {
      powers = how.instead
      for (const item of how.waiting) send(item)
      return
    }
    // whatever ended it, perl is not asked again
    if (how.isPerl) powers = powers.plain ?? powers
    if (how.final) failure = how.error
    for (const item of how.waiting) {
      if (how.final || item === how.culprit) item.reject(how.error)
      else if (item.frame.again && item.tries < MOST_TRIES) send({ ...item, tries: item.tries + 1 })
      else item.reject(new HostError(`${item.frame.shown}: not known whether it ran: ${how.error.message}`))
    }
  }

  return {
    run: (frame) =>
      new Promise((resolve, reject) => {
        if (failure !== null) reject(failure)
        else send({ frame, tries: 1, resolve, reject })
      }),
    isOpen: () => session !== null && failure === null,
    close() {
      failure ??= new HostError('the connection is closed', { unreachable: true })
      session?.close()
      session = null
    },
  }
}
