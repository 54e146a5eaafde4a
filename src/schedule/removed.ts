import type { Database } from '../history/database.ts'
import type { Slot } from './shape.ts'
import { addSlot, dropCursor, endSlot, idsIn, keyOf, knownKeys, slotsOf } from './slots.ts'

/** Ends what waits of the schedules that are in a file no more, and writes down that they went; gives what was written. */
export const endRemoved = (database: Database, file: string, names: readonly string[], now: Date): readonly Slot[] => {
  const kept = new Set(names.map((name) => keyOf(file, name)))
  const gone = knownKeys(database, file).filter((key) => !kept.has(key))
  return gone.flatMap((key) => database.alone(() => endOne(database, key, now)))
}

const endOne = (database: Database, key: string, at: Date): readonly Slot[] => {
  if (!dropCursor(database, key)) return []
  const reason = 'the schedule was removed from its file'
  const waiting = slotsOf(database, key, ['pending', 'queued', 'retrying']).map((row) =>
    endSlot(database, row, {
      status: row.status === 'retrying' ? 'ran' : 'missed',
      reason: row.status === 'retrying' ? `${row.reason}; ${reason}` : reason,
      runs: idsIn(row),
      at,
    }),
  )
  const row = { schedule: key, slot: at.toISOString() }
  const about = { status: 'disabled' as const, reason, due_ms: at.getTime(), owner: null, isLate: false }
  if (!addSlot(database, { ...row, ...about })) return waiting
  return [...waiting, endSlot(database, row, { ...about, runs: [], at })]
}
