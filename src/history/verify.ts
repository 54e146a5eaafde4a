import { UserError } from '../contract/errors.ts'
import { sha256 } from './canonical.ts'
import { BEGINNING, type EntryRow, hashOf } from './chain.ts'
import { codeOf, type Database } from './database.ts'
import type { Checkpoint } from './prune.ts'
import { bodyText, ENTRY } from './rows.ts'
import type { Verdict } from './shape.ts'

/**
 * Computes the chain anew: whether every entry hashes to what it says and follows from the one before, every body to what
 * its entry says, and a body that is missing is named by a checkpoint. A head (at least 16 digits of it) must be in the chain.
 */
export const verifyChain = (database: Database, head: string | null): Verdict => {
  const damage = damageOf(database)
  if (damage !== null) return { entries: 0, pruned: 0, head: null, faults: [damage] }
  const rows = database.all<EntryRow>(`${ENTRY} ORDER BY seq`)
  const known = new Set(rows.map(({ seq }) => seq))
  const dropped = new Set(rows.flatMap(droppedBy))
  const strays = database.all<{ seq: number }>('SELECT seq FROM body ORDER BY seq').filter(({ seq }) => !known.has(seq))
  return {
    entries: rows.length,
    pruned: rows.filter(({ body_hash, has_body }) => body_hash !== null && has_body === 0).length,
    head: rows.at(-1)?.hash ?? null,
    faults: [
      ...rows.flatMap((row, index) => [
        ...linkFaults(row, rows[index - 1] ?? null),
        ...bodyFaults(row, { database, dropped }),
      ]),
      ...strays.map(({ seq }) => `there is a body of entry ${seq}, but no such entry: it was removed`),
      ...headFaults(rows, head),
    ],
  }
}

/** What SQLite itself finds wrong with the file; null where it finds nothing. */
const damageOf = (database: Database): string | null => {
  try {
    const said = database.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check ?? ''
    return said === 'ok' ? null : `the file is damaged: ${said}`
  } catch (error) {
    if (codeOf(error) === CORRUPT) return 'the file is damaged'
    throw error
  }
}

const CORRUPT = 11

const droppedBy = ({ kind, summary }: EntryRow): readonly number[] => {
  if (kind !== 'checkpoint') return []
  try {
    return (JSON.parse(summary) as Checkpoint).dropped.map(({ seq }) => seq)
  } catch {
    // a summary that is none was altered, which its hash tells
    return []
  }
}

const linkFaults = (row: EntryRow, before: EntryRow | null): readonly string[] => {
  const expected = (before?.seq ?? 0) + 1
  const gap = row.seq === expected ? [] : [removed(expected, row.seq - 1)]
  if (hashOf(row) !== row.hash) return [...gap, `${named(row)} was altered: its hash is not that of what it says`]
  const follows = row.previous === (before?.hash ?? BEGINNING)
  if (follows || gap.length > 0) return gap
  return before === null
    ? [`${named(row)} does not begin the chain: what came before it was removed`]
    : [`${named(row)} does not follow from ${named(before)}: one was altered, replaced or inserted`]
}

const removed = (first: number, last: number): string =>
  first > last
    ? `entry ${last + 1} was inserted: entries are counted from 1`
    : first === last
      ? `entry ${first} was removed`
      : `entries ${first} to ${last} were removed`

const bodyFaults = (
  row: EntryRow,
  { database, dropped }: { readonly database: Database; readonly dropped: ReadonlySet<number> },
): readonly string[] => {
  if (row.has_body === 0)
    return row.body_hash === null || dropped.has(row.seq)
      ? []
      : [`the body of ${named(row)} was removed: no checkpoint says that it was pruned`]
  return hashOfBody(database, row.seq) === row.body_hash
    ? []
    : [`the body of ${named(row)} was altered: its hash is not what the entry says`]
}

/** The hash of a body; null where it cannot even be unpacked. */
const hashOfBody = (database: Database, seq: number): string | null => {
  try {
    const text = bodyText(database, seq)
    return text === null ? null : sha256(text)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

const headFaults = (rows: readonly EntryRow[], head: string | null): readonly string[] => {
  if (head === null || rows.some(({ hash }) => hash.startsWith(head.toLowerCase()))) return []
  return [`the head ${head} is in no entry: the newest entries were cut off, or the history was written anew`]
}

const named = ({ seq, kind, id }: EntryRow): string => `entry ${seq} (${kind} ${id})`
