import { readSchedules } from '../schedule/read.ts'
import type { Ended } from '../schedule/tick.ts'
import type { ScheduleFlags } from './flags.ts'
import { slotLine, tickOnce } from './scheduler.ts'
import type { Surroundings } from './surroundings.ts'

/** Does all that is due, prints each slot that came to its end, and gives the worst exit code of its runs. */
export const tickSchedules = async (file: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const isText = flags.output === 'text'
  const ended = await tickOnce(readSchedules(file), flags, around, (one) => {
    if (isText) around.stdout.write(`${slotLine(one)}\n`)
  })
  if (!isText)
    around.stdout.write(
      `${JSON.stringify(
        ended.map(({ slot }) => slot),
        null,
        2,
      )}\n`,
    )
  return worstOf(ended)
}

// as of a single run: a failure before a host that was not reached, and that before drift
const ORDER = [2, 4, 3]

const worstOf = (ended: readonly Ended[]): number => {
  const codes = ended.map(({ slot, code }) => (FAILED.has(slot.status) ? 2 : code))
  return ORDER.find((code) => codes.includes(code)) ?? 0
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'killed', 'timed-out'])
