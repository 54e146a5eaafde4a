import type { Database } from '../history/database.ts'
import type { Payload, SavedState, State } from './shape.ts'

/** A message that waits to be delivered. */
export interface Waiting {
  readonly id: string
  readonly payload: Payload
  readonly attempts: number
  /** milliseconds since 1970 */
  readonly madeMs: number
}

/** Makes the tables where they are missing. */
export const makeTables = (database: Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS notify_state (
      file TEXT NOT NULL, schedule TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (file, schedule));
    CREATE TABLE IF NOT EXISTS notify_outbox (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, schedule TEXT NOT NULL,
      channel TEXT NOT NULL, payload TEXT NOT NULL, made_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      status TEXT NOT NULL DEFAULT 'waiting', ended_ms INTEGER, last_error TEXT);
    CREATE TABLE IF NOT EXISTS notify_channel (
      file TEXT NOT NULL, channel TEXT NOT NULL, claim TEXT, claimed_until_ms INTEGER NOT NULL DEFAULT 0,
      next_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (file, channel));
  `)
}

/** How things stood with a schedule when it was last looked at; null where it never was. */
export const savedState = (database: Database, file: string, schedule: string): SavedState | null => {
  const row = database.get<{ state: string }>(
    'SELECT state FROM notify_state WHERE file = ? AND schedule = ?',
    file,
    schedule,
  )
  return row === undefined ? null : (JSON.parse(row.state) as SavedState)
}

/** Stores a state and the messages that it gives rise to; to be called within a transaction. */
export const store = (
  database: Database,
  about: { readonly file: string; readonly schedule: string; readonly state: State; readonly nowMs: number },
  messages: readonly { readonly channel: string; readonly payload: Payload }[],
): void => {
  const { file, schedule, state, nowMs } = about
  const { repaired, passed, hosts, now, run, head, ...saved } = state
  database.run(
    'INSERT OR REPLACE INTO notify_state (file, schedule, state) VALUES (?, ?, ?)',
    file,
    schedule,
    JSON.stringify(saved satisfies SavedState),
  )
  for (const { channel, payload } of messages) {
    database.run(
      'INSERT OR IGNORE INTO notify_outbox (id, file, schedule, channel, payload, made_ms) VALUES (?, ?, ?, ?, ?, ?)',
      payload.id,
      file,
      schedule,
      channel,
      JSON.stringify(payload),
      nowMs,
    )
  }
  database.run("DELETE FROM notify_outbox WHERE status <> 'waiting' AND ended_ms < ?", nowMs - KEPT_MS)
}

/** For how long it is kept what became of a message. */
const KEPT_MS = 30 * 86_400_000

/** The channels of a file that have something waiting. */
export const channelsWaiting = (database: Database, file: string): readonly string[] =>
  database
    .all<{ channel: string }>(
      "SELECT DISTINCT channel FROM notify_outbox WHERE file = ? AND status = 'waiting' ORDER BY channel",
      file,
    )
    .map(({ channel }) => channel)

/** How many messages of a schedule wait. */
export const pendingOf = (database: Database, file: string, schedule: string): number =>
  database.get<{ count: number }>(
    "SELECT COUNT(*) AS count FROM notify_outbox WHERE file = ? AND schedule = ? AND status = 'waiting'",
    file,
    schedule,
  )?.count ?? 0

/** A channel of a file, and who delivers to it just now. */
export interface Turn {
  readonly file: string
  readonly channel: string
  readonly claim: string
}

/** Longer than one message may take with all its quick tries. */
const CLAIM_MS = 180_000
const LONGEST_WAIT_MS = 3_600_000

/**
 * Takes a channel, so that nobody else delivers to it, and gives its oldest message; null where another has it, it is
 * not due, or nothing waits. A claim or a wait that lies further ahead than any could is of a clock set back since.
 */
export const take = (database: Database, { file, channel, claim }: Turn, nowMs: number): Waiting | null =>
  database.alone(() => {
    database.run('INSERT OR IGNORE INTO notify_channel (file, channel) VALUES (?, ?)', file, channel)
    const { changes } = database.run(
      `UPDATE notify_channel SET claim = ?, claimed_until_ms = ? WHERE file = ? AND channel = ?
         AND (claim IS NULL OR claim = ? OR claimed_until_ms <= ? OR claimed_until_ms > ?)
         AND (next_ms <= ? OR next_ms > ?)`,
      claim,
      nowMs + CLAIM_MS,
      file,
      channel,
      claim,
      nowMs,
      nowMs + CLAIM_MS,
      nowMs,
      nowMs + LONGEST_WAIT_MS,
    )
    return changes === 0 ? null : oldest(database, file, channel)
  })

const oldest = (database: Database, file: string, channel: string): Waiting | null => {
  const row = database.get<{ id: string; payload: string; attempts: number; made_ms: number }>(
    `SELECT id, payload, attempts, made_ms FROM notify_outbox
       WHERE file = ? AND channel = ? AND status = 'waiting' ORDER BY number LIMIT 1`,
    file,
    channel,
  )
  return row === undefined
    ? null
    : { id: row.id, payload: JSON.parse(row.payload) as Payload, attempts: row.attempts, madeMs: row.made_ms }
}

/** Writes down how a message ended, or that it waits on. */
export const settle = (
  database: Database,
  id: string,
  how: { readonly status: 'sent' | 'given up' | 'waiting'; readonly tries: number; readonly error: string | null },
  nowMs: number,
): void => {
  database.run(
    'UPDATE notify_outbox SET status = ?, attempts = attempts + ?, last_error = ?, ended_ms = ? WHERE id = ?',
    how.status,
    how.tries,
    how.error,
    how.status === 'waiting' ? null : nowMs,
    id,
  )
}

/** Gives a channel back; nothing is delivered to it for so long. */
export const giveBack = (database: Database, { file, channel, claim }: Turn, nextMs: number): void => {
  database.run(
    'UPDATE notify_channel SET claim = NULL, claimed_until_ms = 0, next_ms = ? WHERE file = ? AND channel = ? AND claim = ?',
    nextMs,
    file,
    channel,
    claim,
  )
}
