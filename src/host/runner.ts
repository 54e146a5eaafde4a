import { HostError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import { Missing } from '../contract/signals.ts'
import type { Wire } from './channel.ts'
import { createFlights, type Flights } from './flights.ts'
import type { RawAnswer } from './frame.ts'
import { asScript, NO_SUCH_USER } from './library.ts'
import { loginPowers, rootPowers } from './powers.ts'
import type { Frame } from './session.ts'
import { createShell, type Shell } from './shell.ts'
import type { Trace } from './trace.ts'

/** Runs scripts on a machine with the powers of any user, on at most two shells: the login user's and root's. */
export interface Runner {
  run(power: string | null, frame: Frame): Promise<RawAnswer>
  /** says whether powers are root's */
  isRoot(power: string | null): boolean
  counts(): { readonly flights: number; readonly channels: number }
  close(): void
}

/** The same runner for a task with `no_log`: neither a trace nor the message of a failure says what it ran. */
export const hiddenRunner = (runner: Runner): Runner => ({
  ...runner,
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
  const run = (power: string | null, frame: Frame): Promise<RawAnswer> => {
    if (power === null || power === user) return own.run(frame)
    return power === 'root' ? root.run(frame) : asUser(root, power, frame)
  }
  return {
    async run(power, frame) {
      const started = performance.now()
      const answer = await run(power, frame)
      const { shown, hidden } = frame
      const durationMs = performance.now() - started
      about.trace?.({ power: power ?? user, shown, answer, durationMs, ...(hidden ? { hidden } : {}) })
      return answer
    },
    isRoot: (power) => power === 'root' || (own === root && (power === null || power === user)),
    counts: about.flights.count,
    close() {
      own.close()
      root.close()
    },
  }
}

const asUser = async (root: Shell, user: string, frame: Frame): Promise<RawAnswer> => {
  if (/^-|[:/\n\0]/.test(user) || user === '') throw new HostError(`"${user}" is no name of a user`)
  const answer = await root.run({ ...frame, script: asScript(user, frame.script, frame.libraries) })
  if (answer.code === NO_SUCH_USER) throw new Missing('user', user, `user "${user}" does not exist`)
  return answer
}
