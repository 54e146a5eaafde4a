import type { Database } from '../history/database.ts'
import { appendEntry } from '../history/rows.ts'
import type { Slot, SlotStatus } from './shape.ts'

/** A slot on its way, as the table has it; moments in milliseconds since 1970. */
export interface SlotRow {
  /** the schedule's key: its file's real path, `#`, its name */
  readonly schedule: string
  readonly slot: string
  readonly status: SlotStatus
  readonly reason: string
  readonly is_late: number
  /** who planned it, and while it runs who runs it: see owner.ts */
  readonly owner: string | null
  /** the keyward that its owner started, named likewise */
  readonly child: string | null
  /** when its attempt must be over */
  readonly ends_ms: number | null
  /** until when the owner is believed to be alive */
  readonly lease_ms: number | null
  readonly attempt: number
  /** when it may be taken up */
  readonly due_ms: number
  /** JSON lists: the ids of its runs so far, and the hosts to which the next attempt is limited */
  readonly runs: string
  readonly limit_to: string
  /** 1: whoever runs it is asked to end */
  readonly stop: number
}

/** Up to when the slots of a schedule were decided about, and by which timing. */
export interface Cursor {
  readonly considered: string
  readonly timing: string
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS slot (
    schedule TEXT NOT NULL, slot TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, is_late INTEGER NOT NULL,
    owner TEXT, lease_ms INTEGER, attempt INTEGER NOT NULL, due_ms INTEGER NOT NULL, runs TEXT NOT NULL,
    limit_to TEXT NOT NULL, stop INTEGER NOT NULL, child TEXT, ends_ms INTEGER, PRIMARY KEY (schedule, slot)
  );
  CREATE TABLE IF NOT EXISTS slot_cursor (schedule TEXT PRIMARY KEY, considered TEXT NOT NULL, timing TEXT NOT NULL);
`

/** Makes the tables where they are missing. */
export const makeSlotTables = (database: Database): void => database.exec(TABLES)

/** The key of a schedule. */
export const keyOf = (file: string, name: string): string => `${file}#${name}`

/** The name of a schedule in its key. */
export const nameIn = (key: string): string => key.slice(key.lastIndexOf('#') + 1)

/** The cursor of a schedule; null where it was never seen. */
export const cursorOf = (database: Database, key: string): Cursor | null =>
  database.get<Cursor>('SELECT considered, timing FROM slot_cursor WHERE schedule = ?', key) ?? null

/** Sets the cursor of a schedule; within a transaction. */
export const setCursor = (database: Database, key: string, { considered, timing }: Cursor): void => {
  database.run('INSERT OR REPLACE INTO slot_cursor VALUES (?, ?, ?)', key, considered, timing)
}

/** The keys of a file's schedules that were seen once. */
export const knownKeys = (database: Database, file: string): readonly string[] =>
  database
    .all<{ schedule: string }>('SELECT schedule FROM slot_cursor')
    .map(({ schedule }) => schedule)
    .filter((key) => key.slice(0, key.lastIndexOf('#')) === file)

/** Forgets a schedule that is in its file no more; false where somebody else did. */
export const dropCursor = (database: Database, key: string): boolean =>
  database.run('DELETE FROM slot_cursor WHERE schedule = ?', key).changes === 1

/** Forgets slots still to come that a clock running ahead gave up: they may yet run. */
export const forgetMissed = (database: Database, key: string, after: Date): void => {
  database.run("DELETE FROM slot WHERE schedule = ? AND status = 'missed' AND slot > ?", key, after.toISOString())
}

/** Writes a slot that was decided about; one that is there already stays as it is, and false is given. */
export const addSlot = (
  database: Database,
  slot: Pick<SlotRow, 'schedule' | 'slot' | 'status' | 'reason' | 'due_ms' | 'owner'> & { readonly isLate: boolean },
): boolean =>
  database.run(
    `INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?, NULL, 0, ?, '[]', '[]', 0, NULL, NULL) ON CONFLICT DO NOTHING`,
    ...[slot.schedule, slot.slot, slot.status, slot.reason, slot.isLate ? 1 : 0, slot.owner, slot.due_ms],
  ).changes === 1

/** The slots of a schedule in these states, oldest first. */
export const slotsOf = (database: Database, key: string, statuses: readonly SlotStatus[]): readonly SlotRow[] =>
  database.all<SlotRow>(
    `SELECT * FROM slot WHERE schedule = ? AND status IN (${statuses.map(() => '?').join(', ')}) ORDER BY slot`,
    key,
    ...statuses,
  )

/** A slot as it is now. */
export const slotRow = (database: Database, { schedule, slot }: Pick<SlotRow, 'schedule' | 'slot'>): SlotRow | null =>
  database.get<SlotRow>('SELECT * FROM slot WHERE schedule = ? AND slot = ?', schedule, slot) ?? null

/** Takes a slot for an owner; false where somebody else was faster. */
export const takeSlot = (
  database: Database,
  row: SlotRow,
  { owner, leaseMs, endsMs }: { readonly owner: string; readonly leaseMs: number; readonly endsMs: number },
): boolean =>
  database.run(
    `UPDATE slot SET status = 'running', owner = ?, lease_ms = ?, ends_ms = ?, stop = 0
     WHERE schedule = ? AND slot = ? AND status = ?`,
    ...[owner, leaseMs, endsMs, row.schedule, row.slot, row.status],
  ).changes === 1

/** Says that the owner is alive. */
export const renewLease = (database: Database, row: SlotRow, leaseMs: number): void => {
  database.run('UPDATE slot SET lease_ms = ? WHERE schedule = ? AND slot = ?', leaseMs, row.schedule, row.slot)
}

/** Writes down which process works on a slot. */
export const nameChild = (database: Database, row: SlotRow, child: string): void => {
  database.run('UPDATE slot SET child = ? WHERE schedule = ? AND slot = ?', child, row.schedule, row.slot)
}

/** Whether a slot of the same schedule that is to run, runs or ran comes later. */
export const hasLater = (database: Database, { schedule, slot }: Pick<SlotRow, 'schedule' | 'slot'>): boolean =>
  database.get(
    `SELECT 1 AS one FROM slot WHERE schedule = ? AND slot > ?
       AND status IN ('pending', 'queued', 'running', 'retrying', 'ran', 'caught-up')`,
    schedule,
    slot,
  ) !== undefined

/** Asks whoever runs a slot to end it. */
export const askToStop = (database: Database, row: SlotRow): void => {
  database.run('UPDATE slot SET stop = 1 WHERE schedule = ? AND slot = ?', row.schedule, row.slot)
}

/** Leaves a slot for later; within a transaction or alone. */
export const leaveSlot = (
  database: Database,
  row: SlotRow,
  how: Pick<SlotRow, 'status' | 'reason' | 'due_ms' | 'runs' | 'limit_to' | 'attempt'>,
): void => {
  database.run(
    `UPDATE slot SET status = ?, reason = ?, due_ms = ?, runs = ?, limit_to = ?, attempt = ?, owner = NULL, lease_ms = NULL,
       child = NULL
     WHERE schedule = ? AND slot = ?`,
    ...[how.status, how.reason, how.due_ms, how.runs, how.limit_to, how.attempt, row.schedule, row.slot],
  )
}

/** Ends a slot for good: its record goes into the chain; within a transaction. */
export const endSlot = (
  database: Database,
  row: Pick<SlotRow, 'schedule' | 'slot'>,
  how: { readonly status: SlotStatus; readonly reason: string; readonly runs: readonly string[]; readonly at: Date },
): Slot => {
  database.run(
    'UPDATE slot SET status = ?, reason = ?, runs = ?, owner = NULL, lease_ms = NULL, child = NULL WHERE schedule = ? AND slot = ?',
    ...[how.status, how.reason, JSON.stringify(how.runs), row.schedule, row.slot],
  )
  const slot = {
    schedule: nameIn(row.schedule),
    slot: row.slot,
    status: how.status,
    reason: how.reason,
    runs: how.runs,
  }
  appendEntry(database, {
    kind: 'slot',
    id: freeId(database, `${row.schedule} ${row.slot}`),
    at: how.at.toISOString(),
    series: nameIn(row.schedule),
    summary: slot,
    body: null,
  })
  return slot
}

/** A slot that a clock running ahead gave up may come again. */
const freeId = (database: Database, id: string, number = 1): string => {
  const one = number === 1 ? id : `${id} (${number})`
  const isTaken = database.get("SELECT 1 AS one FROM entry WHERE kind = 'slot' AND id = ?", one) !== undefined
  return isTaken ? freeId(database, id, number + 1) : one
}

/** The ids of the runs that were made for a slot so far. */
export const idsIn = ({ runs }: Pick<SlotRow, 'runs'>): readonly string[] => JSON.parse(runs) as readonly string[]
