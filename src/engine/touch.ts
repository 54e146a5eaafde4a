import { ahead } from '../contract/ahead.ts'
import { HostError } from '../contract/errors.ts'
import type { Change } from '../contract/outcome.ts'
import { Skipped } from '../contract/signals.ts'
import type { State } from '../contract/state.ts'
import { diff } from './diff.ts'
import { known, verified } from './learned.ts'
import { acted, recorded, withMore } from './recorded.ts'
import { bareEnding, type Ending, left, type Statement } from './statement.ts'
import { unmetText } from './unmet.ts'
import { writeFiles } from './write.ts'

/** Writes the files that differ, does what is not a file, and looks again: what is left over is stuck, and put back. */
export const touch = async (
  statement: Statement,
  now: State,
  wanted: State,
  changes: readonly Change[],
  notes: readonly string[],
): Promise<Ending | 'stale'> => {
  const { module, params, machine, control, power, hidden } = statement
  const probe = (): Promise<State> => module.probe(machine.look({ power, hidden }), params as never) as Promise<State>
  const writing = writeFiles({ machine, control, power, hidden, records: [{ now, wanted, changes }] })
  // sent right behind the write, and answered with it: where nothing is applied, this is the verifying look
  const behind = module.apply === undefined ? ahead(probe()) : null
  if (behind !== null) statement.meanwhile?.()
  const written = await writing
  if (written === 'stale') return 'stale'
  const said = [...notes, ...written.notes]
  const done: string[] = []
  try {
    const learned = await module.apply?.(
      recorded(machine.touch({ power, hidden }), done),
      wanted as never,
      params as never,
      now as never,
    )
    const looking = behind !== null && written.inOrder ? behind : probe()
    if (behind === null) statement.meanwhile?.()
    const looked = await verified(looking)
    if (looked instanceof Skipped) return bareEnding('changed', changes, { ...now, ...learned }, looked.message, said)
    const after = { ...looked, ...(learned as State | undefined) }
    const open = left(module, params, after)
    const made = diff(now, known(wanted, after))
    const sight = { now: after, wanted: known(wanted, after) }
    if (open.length === 0) return { ...bareEnding('changed', made, after, said.join('; '), said), sight }
    const stuck = bareEnding(
      'stuck',
      changes,
      after,
      `${await written.putBack()}still not as wanted: ${unmetText(open)}${acted(done)}`,
      said,
    )
    return { ...stuck, sight }
  } catch (error) {
    const undone = error instanceof HostError && error.unreachable ? written.leftBehind() : await written.putBack()
    throw withMore(error, undone, `${acted(done)}${written.notes.map((note) => `; ${note}`).join('')}`)
  }
}
