import { setImmediate } from 'node:timers/promises'
import { HostError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import { Missing } from '../contract/signals.ts'
import { type Account, isUserName } from './accounts.ts'
import type { Wire } from './channel.ts'
import { createFlights, type Flights } from './flights.ts'
import type { RawAnswer } from './frame.ts'
import { type Frame, scriptOf } from './item.ts'
import { asScript, type Library, NO_SETPRIV, NO_SUCH_USER } from './library.ts'
import { loginPowers, rootPowers } from './powers.ts'
import { createShell, type Shell } from './shell.ts'
import type { Trace } from './trace.ts'

/** Runs scripts on a machine with the powers of any user, on at most two shells: the login user's and root's. */
export interface Runner {
  run(power: string | null, frame: Frame): Promise<RawAnswer>
  /** the flight of what is asked for now */
  depart(): number
  /** writes what runs a script with somebody's powers as a part of one of root's; null where root's shell would have to look them up */
  withinRoot(power: string | null, script: string, libraries: readonly Library[]): string | null
  /** is told of an account, so that its powers can be had without looking it up again */
  knows(account: Account): void
  forgetAccounts(): void
  /** says whether powers are root's */
  isRoot(power: string | null): boolean
  /** says whether all that is sent now runs in the order in which it is sent: there is one shell */
  isInOrder(): boolean
  /** what runs is not shown */
  readonly isHidden?: true
  counts(): { readonly flights: number; readonly channels: number }
  close(): void
}

/** The same runner for a task with `no_log`: neither a trace nor the message of a failure says what it ran. */
export const hiddenRunner = (runner: Runner): Runner => ({
  ...runner,
  isHidden: true,
  run: (power, frame) => runner.run(power, { ...frame, hidden: true, shown: HIDDEN }),
})

const HIDDEN = '(hidden by no_log)'

/** Makes the runner of one connection: its shells are opened when they are needed first. */
export const createRunner = (about: {
  wire: Wire
  user: string
  userIsRoot: boolean
  sudoPassword: Secret | undefined
  trace?: Trace
}): Runner => {
  const { wire, user } = about
  const flights = createFlights()
  const own = createShell({ wire, powers: loginPowers(user), flights })
  const root = about.userIsRoot ? own : createShell({ wire, powers: rootPowers(user, about.sudoPassword), flights })
  return runnerOf({ own, root, user, flights, trace: about.trace })
}

/** Makes a runner of two shells, which may be one. */
export const runnerOf = (about: {
  own: Shell
  root: Shell
  user: string
  flights: Flights
  trace: Trace | undefined
}): Runner => {
  const { own, root, user } = about
  const accounts = new Map<string, Account>()
  let hasSetpriv = true
  const asUser = async (name: string, frame: Frame): Promise<RawAnswer> => {
    if (!isUserName(name)) throw new HostError(`"${name}" is no name of a user`)
    const account = accounts.get(name)
    if (frame.forUser !== undefined && account !== undefined && hasSetpriv) {
      const answer = await root.run({ ...frame, ...frame.forUser(account) })
      if (answer.code !== NO_SETPRIV) return answer
      hasSetpriv = false
    }
    const { ask: _ask, ...rest } = frame
    const script = () => asScript(account ?? name, scriptOf(frame), frame.libraries)
    const answer = await root.run({ ...rest, script })
    if (answer.code === NO_SUCH_USER) throw new Missing('user', name, `user "${name}" does not exist`)
    return answer
  }
  // a shell of its own costs the host more than the login user's powers in root's, where that one is open anyway
  const asLoginUser = async (frame: Frame): Promise<RawAnswer> => {
    if (root === own || frame.anywhere !== true) return own.run(frame)
    // what is asked in the same turn with root's powers may wait for the end of it
    for (let turn = 0; turn < 2 && !own.isOpen() && !root.isOpen(); turn += 1) await setImmediate()
    if (own.isOpen() || !root.isOpen()) return own.run(frame)
    try {
      return await asUser(user, frame)
    } catch (error) {
      // sudo refused, or this account is none that root's shell can look up: its own shell is there all the same
      if (error instanceof HostError && error.unreachable) throw error
      if (!(error instanceof Missing) && (root.isOpen() || !frame.again)) throw error
      return own.run(frame)
    }
  }
  const run = (power: string | null, frame: Frame): Promise<RawAnswer> => {
    if (power === null || power === user) return asLoginUser(frame)
    return power === 'root' ? root.run(frame) : asUser(power, frame)
  }
  return {
    depart: () => about.flights.depart(),
    async run(power, frame) {
      const started = performance.now()
      const answer = await run(power, { ...frame, flight: frame.flight ?? about.flights.depart() })
      const { shown, hidden } = frame
      const durationMs = performance.now() - started
      about.trace?.({ power: power ?? user, shown, answer, durationMs, ...(hidden ? { hidden } : {}) })
      return answer
    },
    withinRoot(power, script, libraries) {
      if (power === 'root') return script
      const account = accounts.get(power ?? user)
      return account === undefined ? null : asScript(account, script, libraries)
    },
    knows: (account) => void accounts.set(account.user.name, account),
    forgetAccounts: () => accounts.clear(),
    isRoot: (power) => power === 'root' || (own === root && (power === null || power === user)),
    isInOrder: () => root === own || !(own.isOpen() && root.isOpen()),
    counts: about.flights.count,
    close() {
      own.close()
      root.close()
    },
  }
}
