import type { Database } from '../history/database.ts'
import { appendEntry } from '../history/rows.ts'
import type { Slot, SlotStatus } from './shape.ts'

/** What makes a slot the one that it is. */
export interface SlotKey {
  /** the real path of the schedules' file */
  readonly file: string
  readonly schedule: string
  /** ISO 8601, in UTC */
  readonly slot: string
}

/** A slot as it stands. */
export interface SlotRow extends SlotKey {
  readonly status: SlotStatus
  readonly reason: string
  /** 1 where it was found late */
  readonly late: number
  /** when it starts, or is tried again */
  readonly due: string
  /** how many attempts were begun */
  readonly attempt: number
  /** a JSON list: the hosts of the next attempt; null: all */
  readonly hosts: string | null
  /** a JSON list: the ids of the runs made so far */
  readonly runs: string
  /** who planned it, works on it or ended it */
  readonly owner: string
  /** until when its owner answers for it, while it runs */
  readonly lease: string | null
  /** the process that it started */
  readonly child: string | null
  /** when the attempt must be over */
  readonly deadline: string | null
  /** the slot that wants this one to end */
  readonly cancel: string | null
}

/** Statuses of slots that are on their way. */
export const ON_THE_WAY: readonly SlotStatus[] = ['pending', 'queued', 'running', 'retrying']

/** Makes the tables where they are missing. */
export const makeSlotTables = (database: Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS schedule_slot (
      file TEXT NOT NULL, schedule TEXT NOT NULL, slot TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
      late INTEGER NOT NULL, due TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, hosts TEXT,
      runs TEXT NOT NULL DEFAULT '[]', owner TEXT NOT NULL, lease TEXT, child TEXT, deadline TEXT, cancel TEXT,
      told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (file, schedule, slot));
    CREATE INDEX IF NOT EXISTS schedule_slot_open ON schedule_slot (file, status);
    CREATE INDEX IF NOT EXISTS schedule_slot_untold ON schedule_slot (file, told);
    CREATE TABLE IF NOT EXISTS schedule_cursor (
      file TEXT NOT NULL, schedule TEXT NOT NULL, considered TEXT NOT NULL, plan TEXT NOT NULL,
      PRIMARY KEY (file, schedule));
  `)
}

const KEY = 'file = ? AND schedule = ? AND slot = ?'
const keyOf = ({ file, schedule, slot }: SlotKey): readonly [string, string, string] => [file, schedule, slot]

/** The slots of a file with one of these statuses, of one schedule or of all, oldest first. */
export const slotsWith = (
  database: Database,
  file: string,
  about: { readonly schedule?: string; readonly status: readonly SlotStatus[] },
): readonly SlotRow[] =>
  database.all<SlotRow>(
    `SELECT * FROM schedule_slot WHERE file = ?1 AND (?2 IS NULL OR schedule = ?2)
       AND status IN (SELECT value FROM json_each(?3)) ORDER BY slot`,
    file,
    about.schedule ?? null,
    JSON.stringify(about.status),
  )

/** The newest slots of a schedule, newest first. */
export const lastSlots = (database: Database, file: string, schedule: string, atMost: number): readonly SlotRow[] =>
  database.all<SlotRow>(
    'SELECT * FROM schedule_slot WHERE file = ? AND schedule = ? ORDER BY slot DESC LIMIT ?',
    file,
    schedule,
    atMost,
  )

/** One slot as it stands now. */
export const slotRow = (database: Database, key: SlotKey): SlotRow | undefined =>
  database.get<SlotRow>(`SELECT * FROM schedule_slot WHERE ${KEY}`, ...keyOf(key))

/** A slot that is written down for the first time. */
export type NewSlot = SlotKey & Pick<SlotRow, 'status' | 'reason' | 'due' | 'owner'> & { readonly late: boolean }

/** Writes a slot down, and into the chain where that is its end; false where it is there already. Within a transaction. */
export const insertSlot = (database: Database, slot: NewSlot, now: Date): boolean => {
  const { changes } = database.run(
    `INSERT INTO schedule_slot (file, schedule, slot, status, reason, late, due, owner)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...keyOf(slot),
    slot.status,
    slot.reason,
    slot.late ? 1 : 0,
    slot.due,
    slot.owner,
  )
  if (changes === 0) return false
  if (!ON_THE_WAY.includes(slot.status)) chained(database, slot, { ...slot, runs: [] }, now)
  return true
}

/** How a slot ends. */
export type SlotEnd = Pick<Slot, 'status' | 'reason' | 'runs'>

/** Ends a slot as it was read, and writes that into the chain; null where somebody else was faster. Within a transaction. */
export const endSlot = (
  database: Database,
  row: SlotRow,
  { status, reason, runs }: SlotEnd,
  { now, owner }: { readonly now: Date; readonly owner: string },
): Slot | null => {
  const { changes } = database.run(
    `UPDATE schedule_slot SET status = ?, reason = ?, runs = ?, owner = ?, lease = NULL, child = NULL
       WHERE ${KEY} AND status = ? AND owner = ?`,
    status,
    reason,
    JSON.stringify(runs),
    owner,
    ...keyOf(row),
    row.status,
    row.owner,
  )
  return changes === 0 ? null : chained(database, row, { ...row, status, reason, runs }, now)
}

/** The entry of the chain of a slot that ended. */
const chained = (database: Database, key: SlotKey, ended: Slot, now: Date): Slot => {
  const { schedule, slot, status, reason, runs } = ended
  const summary: Slot = { schedule, slot, status, reason, runs }
  appendEntry(database, {
    kind: 'slot',
    id: freeId(database, `${key.file}#${schedule}@${slot}`),
    at: now.toISOString(),
    series: schedule,
    summary,
    body: null,
  })
  return summary
}

/** A clock that ran ahead may have passed by a slot that comes again. */
const freeId = (database: Database, id: string, number = 1): string => {
  const one = number === 1 ? id : `${id} (${number})`
  const isTaken = database.get("SELECT 1 AS one FROM entry WHERE kind = 'slot' AND id = ?", one) !== undefined
  return isTaken ? freeId(database, id, number + 1) : one
}

/** Takes a slot to run it; false where somebody else did. */
export const takeSlot = (
  database: Database,
  row: SlotRow,
  by: { readonly owner: string; readonly lease: Date; readonly deadline: Date },
): boolean =>
  database.run(
    `UPDATE schedule_slot SET status = 'running', owner = ?, lease = ?, deadline = ?, child = NULL, cancel = NULL,
       attempt = attempt + 1 WHERE ${KEY} AND status = ?`,
    by.owner,
    by.lease.toISOString(),
    by.deadline.toISOString(),
    ...keyOf(row),
    row.status,
  ).changes === 1

/** Puts a slot that runs back, to be tried again; null where somebody else ended it. */
export const putBack = (
  database: Database,
  row: SlotRow,
  again: Pick<SlotRow, 'reason' | 'due' | 'hosts' | 'runs'>,
): Slot | null => {
  const { changes } = database.run(
    `UPDATE schedule_slot SET status = 'retrying', reason = ?, due = ?, hosts = ?, runs = ?, lease = NULL, child = NULL
       WHERE ${KEY} AND status = 'running' AND owner = ?`,
    again.reason,
    again.due,
    again.hosts,
    again.runs,
    ...keyOf(row),
    row.owner,
  )
  const { schedule, slot } = row
  return changes === 0
    ? null
    : { schedule, slot, status: 'retrying', reason: again.reason, runs: JSON.parse(again.runs) as string[] }
}

/** Answers for a running slot for a while longer. */
export const renewLease = (database: Database, row: SlotRow, lease: Date): void => {
  database.run(
    `UPDATE schedule_slot SET lease = ? WHERE ${KEY} AND status = 'running' AND owner = ?`,
    lease.toISOString(),
    ...keyOf(row),
    row.owner,
  )
}

/** Writes down which process works on a slot. */
export const setChild = (database: Database, row: SlotRow, child: string): void => {
  database.run(`UPDATE schedule_slot SET child = ? WHERE ${KEY} AND owner = ?`, child, ...keyOf(row), row.owner)
}

/** Asks for the end of a slot that runs, for the sake of a newer one. */
export const askToEnd = (database: Database, row: SlotRow, newer: string): void => {
  database.run(`UPDATE schedule_slot SET cancel = ? WHERE ${KEY} AND status = 'running'`, newer, ...keyOf(row))
}
