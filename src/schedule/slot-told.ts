import type { Database } from '../history/database.ts'
import { isThere } from './owner.ts'
import { ON_THE_WAY, type SlotKey, type SlotRow } from './slot-rows.ts'

/** Marks a slot as one that was told of. */
export const markTold = (database: Database, { file, schedule, slot }: SlotKey): void => {
  database.run(
    'UPDATE schedule_slot SET told = 1 WHERE file = ? AND schedule = ? AND slot = ?',
    file,
    schedule,
    slot,
  )
}

/** Takes over slots that ended and whose owner was gone before it could tell of them, oldest first. */
export const takeUntold = (database: Database, file: string, owner: string): readonly SlotRow[] =>
  database.alone(() => {
    const rows = database
      .all<SlotRow>('SELECT * FROM schedule_slot WHERE file = ? AND told = 0 ORDER BY slot', file)
      .filter((row) => !ON_THE_WAY.includes(row.status) && isThere(row.owner) === false)
    for (const row of rows)
      database.run(
        'UPDATE schedule_slot SET owner = ? WHERE file = ? AND schedule = ? AND slot = ?',
        owner,
        row.file,
        row.schedule,
        row.slot,
      )
    return rows
  })
