import { setTimeout as pause } from 'node:timers/promises'
import type { History } from '../history/shape.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import { isAlive, ownName } from './alive.ts'
import { arrive } from './arrive.ts'
import { type Attempt, attempt, type Start } from './attempt.ts'
import type { Schedule, ScheduleFile, Slot, SlotStatus } from './shape.ts'
import {
  askToStop,
  dropCursors,
  endSlot,
  keyOf,
  leaveSlot,
  makeSlotTables,
  renewLease,
  type SlotRow,
  slotRow,
  slotsOf,
  takeSlot,
} from './slots.ts'

/** A slot that came to its end, with the documents of its runs and their worst exit code. */
export interface Ended {
  readonly schedule: Schedule
  readonly slot: Slot
  readonly documents: readonly ReportDocument[]
  readonly code: number
}

/** What a tick is handed. */
export interface TickParts {
  readonly history: History
  readonly clock: () => Date
  readonly start: Start
  /** told of each slot that came to its end, also of one that did not run */
  readonly ended: (ended: Ended) => Promise<void>
  /** how often a running slot says that it is alive, in milliseconds */
  readonly pulseMs?: number
}

const LEASE_MS = 60_000
const PULSE_MS = 2000
const OPEN: readonly SlotStatus[] = ['pending', 'queued', 'retrying']

/**
 * Does all that is due: decides about every slot that came, runs those that are to run, and records how each ended. Calling
 * it again, late, or twice at once does no harm.
 */
export const tick = async (file: ScheduleFile, parts: TickParts): Promise<void> => {
  const { database } = parts.history
  makeSlotTables(database)
  await Promise.all(file.schedules.map((schedule) => tickOne(file, schedule, parts)))
  dropCursors(
    database,
    file.file,
    file.schedules.map(({ name }) => name),
  )
}

const tickOne = async (file: ScheduleFile, schedule: Schedule, parts: TickParts): Promise<void> => {
  const { history, clock } = parts
  const key = keyOf(file.file, schedule.name)
  for (const slot of arrive(history.database, file.file, schedule, clock()))
    await parts.ended({ schedule, slot, documents: [], code: 0 })
  await endDead(key, schedule, parts)
  for (;;) {
    const row = slotsOf(history.database, key, OPEN).find(({ due_ms }) => due_ms <= clock().getTime())
    if (row === undefined || (await take(row, key, schedule, parts)) === 'waits') return
  }
}

/** Slots whose owner is gone: it was killed, or its machine fell. */
const endDead = async (key: string, schedule: Schedule, { history, clock, ended }: TickParts): Promise<void> => {
  const { database } = history
  for (const row of slotsOf(database, key, ['running'])) {
    const slot = database.alone(() => {
      const now = slotRow(database, row)
      if (now?.status !== 'running' || isAlive(now, clock())) return null
      const reason = `whoever ran it (${row.owner}) ended without a word`
      return endSlot(database, row, { status: 'killed', reason, runs: idsIn(row), at: clock() })
    })
    if (slot !== null) await ended({ schedule, slot, documents: [], code: 2 })
  }
}

/** Takes a slot and runs it, unless another one of its schedule is running and the overlap policy says otherwise. */
const take = async (row: SlotRow, key: string, schedule: Schedule, parts: TickParts): Promise<'done' | 'waits'> => {
  const { history, clock } = parts
  const { database } = history
  const decided = database.alone((): 'taken' | 'lost' | 'waits' | Slot => {
    const [other] = schedule.overlap === 'allow' ? [] : slotsOf(database, key, ['running'])
    if (other === undefined) {
      const leaseMs = clock().getTime() + LEASE_MS
      return takeSlot(database, row, { owner: ownName(), leaseMs }) ? 'taken' : 'lost'
    }
    return overlapped(row, other, schedule, parts)
  })
  if (decided === 'lost') return 'done'
  if (decided === 'waits') {
    if (schedule.overlap !== 'cancel-previous') return 'waits'
    await pause(parts.pulseMs ?? PULSE_MS)
    await endDead(key, schedule, parts)
    return 'done'
  }
  if (decided !== 'taken') await parts.ended({ schedule, slot: decided, documents: [], code: 0 })
  else await run(row, schedule, parts)
  return 'done'
}

/** Within a transaction: what becomes of a slot while an earlier one is running. */
const overlapped = (
  row: SlotRow,
  other: SlotRow,
  { overlap }: Schedule,
  { history, clock }: TickParts,
): 'waits' | Slot => {
  const { database } = history
  const skip = (one: SlotRow, reason: string): Slot =>
    endSlot(database, one, { status: 'skipped-overlap', reason, runs: idsIn(one), at: clock() })
  if (overlap === 'cancel-previous') {
    askToStop(database, other)
    return 'waits'
  }
  if (overlap === 'skip') return skip(row, `the slot of ${other.slot} was still running`)
  const later = slotsOf(database, row.schedule, OPEN).filter(({ slot }) => slot > row.slot)
  if (later.length > 0) return skip(row, `the slot of ${later.at(-1)?.slot} waits in its place`)
  leaveSlot(database, row, { ...row, status: 'queued', reason: `the slot of ${other.slot} is running` })
  return 'waits'
}

const run = async (row: SlotRow, schedule: Schedule, parts: TickParts): Promise<void> => {
  const { history, clock, start } = parts
  const { database } = history
  const how = await attempt(schedule, {
    start,
    historyFile: history.file,
    slot: row.slot,
    limitTo: JSON.parse(row.limit_to) as readonly string[],
    isCancelled: () => renewLease(database, row, clock().getTime() + LEASE_MS),
    pulseMs: parts.pulseMs ?? PULSE_MS,
  })
  const slot = database.alone(() => settled(row, schedule, how, parts))
  if (slot !== null) await parts.ended({ schedule, slot, documents: how.documents, code: how.code })
}

/** Within a transaction: ends a slot, or leaves it for another attempt at the hosts that were not reached. */
const settled = (row: SlotRow, schedule: Schedule, how: Attempt, { history, clock }: TickParts): Slot | null => {
  const { database } = history
  const now = clock()
  const runs = [...idsIn(row), ...how.runs]
  // somebody held it for dead, and has written so
  if (slotRow(database, row)?.status !== 'running') return null
  if (how.status === 'ran' && how.unreachable.length > 0 && row.attempt < schedule.retry.attempts) {
    leaveSlot(database, row, {
      status: 'retrying',
      reason: `not reached: ${how.unreachable.join(', ')}`,
      due_ms: now.getTime() + schedule.retry.delayMs,
      runs: JSON.stringify(runs),
      limit_to: JSON.stringify(how.unreachable),
      attempt: row.attempt + 1,
    })
    return null
  }
  const status = how.status === 'ran' && row.is_late === 1 ? 'caught-up' : how.status
  return endSlot(database, row, { status, reason: how.reason, runs, at: now })
}

const idsIn = ({ runs }: SlotRow): readonly string[] => JSON.parse(runs) as readonly string[]
