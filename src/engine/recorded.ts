import { HostError } from '../contract/errors.ts'
import type { Touch } from '../contract/look.ts'
import { Missing, Refused } from '../contract/signals.ts'

/** A touch that writes down the commands it ran, so that a failure can name them. */
export const recorded = (on: Touch, done: string[]): Touch => ({
  ...on,
  get control() {
    return recorded(on.control, done)
  },
  as: (user) => recorded(on.as(user), done),
  do: async (command, text) => {
    done.push(command.shown ?? command.argv.join(' '))
    return await on.do(command, text)
  },
})

/** Names the commands that ran before a failure; empty where none did. */
export const acted = (done: readonly string[]): string => (done.length === 0 ? '' : `; it had run: ${done.join('; ')}`)

/** The same failure, with what was undone and what had run. */
export const withMore = (error: unknown, undone: string, ran: string): unknown => {
  const more = `${undone === '' ? '' : ` (${undone.trim().replace(/;$/, '')})`}${ran}`
  if (error instanceof HostError) {
    return new HostError(`${error.message}${more}`, {
      unreachable: error.unreachable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.learned === undefined ? {} : { learned: error.learned }),
    })
  }
  if (error instanceof Refused) return new Refused(`${error.message}${more}`)
  if (error instanceof Missing) return new Missing(error.kind, error.subject, `${error.message}${more}`)
  return error
}
