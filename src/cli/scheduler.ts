import { statSync } from 'node:fs'
import { openHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { History } from '../history/shape.ts'
import { afterSlot, deliverPending, writeMetrics } from '../notify/after-slot.ts'
import { startOf } from '../schedule/jitter.ts'
import type { Schedule, ScheduleFile, Slot } from '../schedule/shape.ts'
import { type Ended, type Interrupt, PACE, tick } from '../schedule/tick.ts'
import { timesOf } from '../schedule/times.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Where the history of a file of schedules lies: as the flag says, else as the file does, else in the usual place. */
export const historyOf = (file: ScheduleFile, flags: ScheduleFlags, { environment }: Surroundings): string =>
  historyPlace(flags.historyFile ?? file.history ?? undefined, environment)

/** What one tick is told with. */
export interface Telling {
  readonly interrupt: Interrupt
  /** told of each slot that came to its end */
  readonly told: (slot: Slot) => void
}

/** Does all that is due in a file of schedules, and tells its channels; gives the slots that came to their end. */
export const tickOnce = async (
  file: ScheduleFile,
  flags: ScheduleFlags,
  around: Surroundings,
  telling: Telling,
): Promise<readonly Ended[]> => {
  const history = await openHistory(historyOf(file, flags, around))
  try {
    return await tickWith(history, file, around, telling)
  } finally {
    history.close()
  }
}

const tickWith = async (
  history: History,
  file: ScheduleFile,
  around: Surroundings,
  { interrupt, told }: Telling,
): Promise<readonly Ended[]> => {
  const { clock, environment } = around
  const parts = {
    database: history.database,
    clock,
    environment,
    tell: (line: string) => around.stderr.write(`keyward: ${line}\n`),
  }
  const all: Ended[] = []
  await tick(file, {
    history,
    clock,
    start: around.start,
    edited: statSync(file.file, { throwIfNoEntry: false })?.mtime ?? clock(),
    interrupt,
    removed: told,
    ended: async (ended) => {
      all.push(ended)
      told(ended.slot)
      await afterSlot(parts, { file, schedule: ended.schedule, slot: ended.slot, documents: ended.documents })
    },
    ...PACE,
  })
  await deliverPending(parts, file)
  await writeMetrics(parts, file, (schedule) => nextOf(schedule, clock()))
  return all
}

/** When a schedule starts next, its jitter added; null where it never does. */
export const nextOf = (schedule: Schedule, after: Date): Date | null => {
  const times = timesOf(schedule.timing, schedule.timezone)
  // a slot that has come may be held back still
  let slot = times.next(new Date(after.getTime() - schedule.jitterMs))
  while (slot !== null && startOf(schedule, slot) <= after.getTime()) slot = times.next(slot)
  return slot === null ? null : new Date(startOf(schedule, slot))
}

/** A slot that came to its end, in a line. */
export const slotLine = ({ schedule, slot, status, reason, runs }: Slot): string => {
  const made = runs.length === 0 ? '' : `  ${runs.join(', ')}`
  return `${schedule}  ${slot}  ${status}${reason === '' ? '' : `: ${reason}`}${made}`
}
