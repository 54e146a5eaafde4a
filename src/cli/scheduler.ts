import { openHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { History } from '../history/shape.ts'
import { afterSlot, deliverPending, writeMetrics } from '../notify/after-slot.ts'
import { jitterOf } from '../schedule/due.ts'
import type { Schedule, ScheduleFile } from '../schedule/shape.ts'
import { type Ended, tick } from '../schedule/tick.ts'
import { timesOf } from '../schedule/times.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Where the history of a file of schedules lies: as the flag says, else as the file does, else in the usual place. */
export const historyOf = (file: ScheduleFile, flags: ScheduleFlags, { environment }: Surroundings): string =>
  historyPlace(flags.historyFile ?? file.history ?? undefined, environment)

/** Does all that is due in a file of schedules; gives the slots that came to their end. */
export const tickOnce = async (
  file: ScheduleFile,
  flags: ScheduleFlags,
  around: Surroundings,
  told: (ended: Ended) => void,
): Promise<readonly Ended[]> => {
  const history = await openHistory(historyOf(file, flags, around))
  try {
    return await tickWith(history, file, around, told)
  } finally {
    history.close()
  }
}

const tickWith = async (
  history: History,
  file: ScheduleFile,
  around: Surroundings,
  told: (ended: Ended) => void,
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
    ended: async (ended) => {
      all.push(ended)
      told(ended)
      await afterSlot(parts, { file, schedule: ended.schedule, slot: ended.slot, documents: ended.documents })
    },
  })
  await deliverPending(parts, file)
  await writeMetrics(parts, file, (schedule) => nextOf(schedule, clock()))
  return all
}

/** When a schedule is due next, its jitter added; null where it never is. */
export const nextOf = (schedule: Schedule, after: Date): Date | null => {
  const slot = timesOf(schedule.timing, schedule.timezone).next(after)
  return slot === null ? null : new Date(slot.getTime() + jitterOf(schedule, slot))
}

/** A slot that came to its end, in a line. */
export const slotLine = ({ slot }: Pick<Ended, 'slot'>): string => {
  const runs = slot.runs.length === 0 ? '' : `  ${slot.runs.join(', ')}`
  return `${slot.schedule}  ${slot.slot}  ${slot.status}${slot.reason === '' ? '' : `: ${slot.reason}`}${runs}`
}
