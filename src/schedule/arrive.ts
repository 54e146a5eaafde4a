import { statSync } from 'node:fs'
import type { Database } from '../history/database.ts'
import { due, jitterOf, type Planned } from './due.ts'
import { timingKey } from './read.ts'
import type { Schedule, Slot, Timing } from './shape.ts'
import { addSlot, type Cursor, cursorOf, endSlot, keyOf, setCursor } from './slots.ts'

/**
 * Decides about every slot of a schedule that came since it was looked at last, and writes it down: those to run as
 * pending, the others with why not. All in one transaction, so that of two who look at once one finds nothing.
 */
export const arrive = (database: Database, file: string, schedule: Schedule, now: Date): readonly Slot[] =>
  database.alone(() => {
    const key = keyOf(file, schedule.name)
    const timing = timingKey(schedule)
    const cursor = cursorOf(database, key)
    if (cursor === null) {
      // what is new has no past
      setCursor(database, key, { considered: now.toISOString(), timing })
      return []
    }
    const edited = cursor.timing === timing ? null : beforeEdit(file, schedule, cursor, now)
    const from = edited?.until ?? new Date(cursor.considered)
    const found = due(schedule, from, now)
    const all = [...(edited?.slots ?? []), ...found.slots]
    const written = all.flatMap((planned) => writtenSlot(database, key, schedule, planned, now) ?? [])
    setCursor(database, key, { considered: found.considered.toISOString(), timing })
    return written
  })

/** The slots that the timing before an edit still had; none of them runs. */
const beforeEdit = (
  file: string,
  schedule: Schedule,
  cursor: Cursor,
  now: Date,
): { readonly slots: readonly Planned[]; readonly until: Date } => {
  const considered = new Date(cursor.considered)
  const edit = new Date(Math.min(now.getTime(), Math.max(considered.getTime(), statSync(file).mtimeMs)))
  const before = { ...schedule, ...timingOf(cursor.timing) }
  const reason = 'the schedule was edited before it was looked at'
  const slots = due(before, considered, edit).slots.map(
    (one): Planned => (one.what === 'run' || one.what === 'missed' ? { ...one, what: 'missed', reason } : one),
  )
  return { slots, until: edit }
}

const timingOf = (key: string): Pick<Schedule, 'timing' | 'timezone'> => {
  const [kind, text, timezone, ms] = JSON.parse(key) as [Timing['kind'], string, string, number | undefined]
  const timing = kind === 'every' ? { kind, text, ms: ms ?? 0 } : { kind, text }
  return { timing, timezone }
}

const writtenSlot = (
  database: Database,
  key: string,
  schedule: Schedule,
  { slot, what, isLate, reason }: Planned,
  now: Date,
): Slot | null => {
  const row = { schedule: key, slot: slot.toISOString() }
  const status = what === 'run' ? 'pending' : what
  const dueMs = slot.getTime() + jitterOf(schedule, slot)
  // it may be there from before the clock was set back
  if (!addSlot(database, { ...row, status, reason, due_ms: dueMs, isLate })) return null
  return what === 'run' ? null : endSlot(database, row, { status: what, reason, runs: [], at: now })
}
