import { readSchedules } from '../schedule/read.ts'
import type { Slot } from '../schedule/shape.ts'
import type { Ended } from '../schedule/tick.ts'
import type { ScheduleFlags } from './flags.ts'
import { watchInterrupts } from './interrupt.ts'
import { slotLine, tickOnce } from './scheduler.ts'
import type { Surroundings } from './surroundings.ts'

/** Does all that is due, prints each slot that came to its end, and gives the worst exit code of its runs. */
export const tickSchedules = async (path: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const file = readSchedules(path)
  const isText = flags.output === 'text'
  const slots: Slot[] = []
  const interrupt = watchInterrupts(() =>
    around.stderr.write('nothing new is begun, and what runs comes to its end; once more ends it at once\n'),
  )
  const told = (slot: Slot): void => {
    slots.push(slot)
    if (isText) around.stdout.write(`${slotLine(slot)}\n`)
  }
  try {
    const ended = await tickOnce(file, flags, around, { interrupt, told })
    if (!isText) around.stdout.write(`${JSON.stringify(slots, null, 2)}\n`)
    return interrupt.requested ? INTERRUPTED : worstOf(ended)
  } finally {
    interrupt.close()
  }
}

const INTERRUPTED = 130

// as of a single run: a failure before a host that was not reached, and that before drift
const ORDER = [2, 4, 3]

const worstOf = (ended: readonly Ended[]): number => {
  const codes = ended.map(({ slot, code }) => (FAILED.has(slot.status) ? 2 : code))
  return ORDER.find((code) => codes.includes(code)) ?? 0
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'killed', 'timed-out'])
