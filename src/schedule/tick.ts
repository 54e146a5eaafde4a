import type { History } from '../history/shape.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import { arrive } from './arrive.ts'
import type { Start } from './attempt.ts'
import { endDead } from './dead.ts'
import { endRemoved } from './removed.ts'
import { documentsOf, endedWith, runSlot } from './run-slot.ts'
import type { Schedule, ScheduleFile, Slot } from './shape.ts'
import { keyOf, makeSlotTables } from './slots.ts'
import { dueRows, take } from './take.ts'

/** A slot that came to its end, with the documents of its runs, in order, and their exit code as of one run. */
export interface Ended {
  readonly schedule: Schedule
  readonly slot: Slot
  readonly documents: readonly ReportDocument[]
  readonly code: number
}

/** Whether somebody wants an end: nothing new is begun once it is requested, and `now` ends what runs. */
export interface Interrupt {
  readonly requested: boolean
  readonly now: Promise<void>
}

/** What a tick is handed. */
export interface TickParts {
  readonly history: History
  readonly clock: () => Date
  readonly start: Start
  /** when the file of schedules was last written */
  readonly edited: Date
  readonly interrupt: Interrupt
  /** told of each slot that came to its end, also of one that did not run */
  readonly ended: (ended: Ended) => Promise<void>
  /** told of a schedule that is in the file no more, and of its slots */
  readonly removed: (slot: Slot) => void
  /** how often a running slot looks whether it is to end, in milliseconds */
  readonly pulseMs: number
  /** how long a run that was asked to end may take for it, in milliseconds */
  readonly graceMs: number
}

/** How a tick goes, where nothing else is asked for. */
export const PACE = { pulseMs: 2000, graceMs: 15_000 }

/**
 * Does all that is due: decides about every slot that came, runs those that are to run, and records how each ended. Calling
 * it again, late, or twice at once does no harm.
 */
export const tick = async (file: ScheduleFile, parts: TickParts): Promise<readonly Slot[]> => {
  const { database } = parts.history
  makeSlotTables(database)
  const names = file.schedules.map(({ name }) => name)
  const removed = endRemoved(database, file.file, names, parts.clock())
  for (const slot of removed) parts.removed(slot)
  const ended = await Promise.all(file.schedules.map((schedule) => tickOne(file, schedule, parts)))
  return [...removed, ...ended.flat()].sort((left, right) => (left.slot < right.slot ? -1 : 1))
}

/** The slots of one schedule, one after the other. */
const tickOne = async (file: ScheduleFile, schedule: Schedule, parts: TickParts): Promise<readonly Slot[]> => {
  const { history, clock, edited } = parts
  const key = keyOf(file.file, schedule.name)
  const all: Slot[] = []
  const tell = async (ended: Ended): Promise<void> => {
    all.push(ended.slot)
    await parts.ended(ended)
  }
  for (const slot of arrive(history.database, file.file, schedule, { now: clock(), edited }))
    await tell(endedWith(schedule, slot, []))
  while (await step(key, schedule, parts, tell));
  return all
}

/** Takes and runs one slot; false where there is none to run. */
const step = async (
  key: string,
  schedule: Schedule,
  parts: TickParts,
  tell: (ended: Ended) => Promise<void>,
): Promise<boolean> => {
  const { history, interrupt } = parts
  const tellOf = (slot: Slot): Promise<void> => tell(endedWith(schedule, slot, documentsOf(history, slot.runs)))
  for (const slot of await endDead(key, parts)) await tellOf(slot)
  for (const row of dueRows(key, schedule, parts)) {
    if (interrupt.requested) return false
    const taken = take(row, schedule, parts)
    if (taken === 'waits') continue
    if ('row' in taken) {
      const ended = await runSlot(taken.row, schedule, parts)
      if (ended !== null) await tell(ended)
      return true
    }
    await tellOf(taken)
  }
  return false
}
