import type { Database } from '../history/database.ts'
import { due, type Planned } from './due.ts'
import { startOf } from './jitter.ts'
import { ownName } from './owner.ts'
import { timingKey } from './read.ts'
import type { Schedule, Slot, Timing } from './shape.ts'
import { addSlot, type Cursor, cursorOf, endSlot, forgetMissed, keyOf, setCursor } from './slots.ts'

/** When it is, and when the file of schedules was last written. */
export interface Moments {
  readonly now: Date
  readonly edited: Date
}

/**
 * Decides about every slot of a schedule that came since it was looked at last, and writes it down: those to run as
 * pending, the others with why not. All in one transaction, so that of two who look at once one finds nothing.
 */
export const arrive = (
  database: Database,
  file: string,
  schedule: Schedule,
  { now, edited }: Moments,
): readonly Slot[] =>
  database.alone(() => {
    const key = keyOf(file, schedule.name)
    const timing = timingKey(schedule)
    const cursor = cursorOf(database, key)
    if (cursor === null) {
      // what is new has no past
      setCursor(database, key, { considered: now.toISOString(), timing })
      return []
    }
    const considered = earlier(new Date(cursor.considered), now)
    // a clock was set back: what ran stays as it is, and the schedule goes on from here
    if (cursor.considered > now.toISOString()) forgetMissed(database, key, now)
    const edit = later(considered, earlier(edited, now))
    const isEdited = cursor.timing !== timing
    const before = isEdited ? beforeEdit(schedule, cursor, { considered, edit }) : []
    const found = due(schedule, isEdited ? edit : considered, now)
    const written = [...before, ...found.slots].flatMap(
      (planned) => writtenSlot(database, key, schedule, planned, now) ?? [],
    )
    setCursor(database, key, { considered: found.considered.toISOString(), timing })
    return written
  })

const earlier = (one: Date, other: Date): Date => (one < other ? one : other)
const later = (one: Date, other: Date): Date => (one > other ? one : other)

/** The slots that the timing before an edit still had; none of them runs. */
const beforeEdit = (
  schedule: Schedule,
  cursor: Cursor,
  { considered, edit }: { readonly considered: Date; readonly edit: Date },
): readonly Planned[] => {
  const before = { ...schedule, ...timingOf(cursor.timing) }
  const reason = 'the schedule was edited before it was looked at'
  // also those that only their jitter held back
  const all = due(before, considered, new Date(edit.getTime() + schedule.jitterMs)).slots
  return all
    .filter(({ slot }) => slot <= edit)
    .map((one): Planned => (one.what === 'run' || one.what === 'missed' ? { ...one, what: 'missed', reason } : one))
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
  const dueMs = startOf(schedule, slot)
  // it may be there from before the clock was set back
  if (!addSlot(database, { ...row, status, reason, due_ms: dueMs, isLate, owner: ownName() })) return null
  return what === 'run' ? null : endSlot(database, row, { status: what, reason, runs: [], at: now })
}
