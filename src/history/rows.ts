import { gunzipSync, gzipSync } from 'node:zlib'
import { UserError } from '../contract/errors.ts'
import { canonical, sha256 } from './canonical.ts'
import { BEGINNING, type EntryRow, hashOf } from './chain.ts'
import type { Database } from './database.ts'
import type { Entry, NewEntry } from './shape.ts'

/** Selects entries as `EntryRow`; conditions and order follow. */
export const ENTRY = 'SELECT entry.*, EXISTS (SELECT 1 FROM body WHERE body.seq = entry.seq) AS has_body FROM entry'

/** An entry, read off its row; throws UserError where its summary is no JSON any more. */
export const entryOf = (row: EntryRow): Entry => ({
  seq: row.seq,
  kind: row.kind,
  id: row.id,
  at: row.at,
  series: row.series,
  summary: parsed(row.seq, row.summary),
  bodyHash: row.body_hash,
  isPruned: row.body_hash !== null && row.has_body === 0,
  previous: row.previous,
  hash: row.hash,
})

/** Appends one link; within a transaction. */
export const appendEntry = (database: Database, made: NewEntry): Entry => {
  const last = database.get<{ seq: number; hash: string }>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1')
  const body = made.body === null || made.body === undefined ? null : canonical(made.body)
  const row = {
    seq: (last?.seq ?? 0) + 1,
    kind: made.kind,
    id: made.id,
    at: made.at,
    series: made.series,
    summary: canonical(made.summary),
    body_hash: body === null ? null : sha256(body),
    previous: last?.hash ?? BEGINNING,
  }
  const hash = hashOf(row)
  database.run(
    'INSERT INTO entry (seq, kind, id, at, series, summary, body_hash, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[row.seq, row.kind, row.id, row.at, row.series, row.summary, row.body_hash, row.previous, hash],
  )
  if (body !== null) database.run('INSERT INTO body (seq, gzip) VALUES (?, ?)', row.seq, gzipSync(body))
  return entryOf({ ...row, hash, has_body: body === null ? 0 : 1 })
}

/** The text of a body; null where it was pruned, or never was. Throws UserError where it cannot be unpacked. */
export const bodyText = (database: Database, seq: number): string | null => {
  const row = database.get<{ gzip: Uint8Array }>('SELECT gzip FROM body WHERE seq = ?', seq)
  if (row === undefined) return null
  try {
    return gunzipSync(row.gzip).toString('utf8')
  } catch {
    throw damaged(seq)
  }
}

/** What a body says; null where it was pruned, or never was. Throws UserError where it is damaged. */
export const bodyOf = <Body>(database: Database, seq: number): Body | null => {
  const text = bodyText(database, seq)
  return text === null ? null : (parsed(seq, text) as Body)
}

const parsed = (seq: number, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw damaged(seq)
  }
}

const damaged = (seq: number): UserError =>
  new UserError(`entry ${seq} of the history was altered or is damaged`, {
    hint: 'keyward history verify says what is wrong',
  })
