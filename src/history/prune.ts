import type { EntryRow } from './chain.ts'
import type { Database } from './database.ts'
import { appendEntry, ENTRY, entryOf } from './rows.ts'
import type { Retention, RunSummary } from './shape.ts'

/** What a checkpoint says: whose bodies were dropped, and by which rule. */
export interface Checkpoint {
  readonly dropped: readonly { readonly seq: number; readonly id: string }[]
  readonly keep: Retention
}

/**
 * Drops the bodies of runs that are beyond the count of their series or too old, and writes a checkpoint that names them;
 * within a transaction. The newest of each series and command stays. Gives the ids, oldest first.
 */
export const pruneRuns = (
  database: Database,
  about: { readonly keep: Retention; readonly now: Date; readonly series: string | null },
): readonly string[] => {
  const rows = database.all<EntryRow>(
    `${ENTRY} WHERE kind = 'run' AND has_body AND (?1 IS NULL OR series = ?1) ORDER BY seq DESC`,
    about.series,
  )
  const dropped = [...tooMany(rows, about)].reverse().map(({ seq, id }) => ({ seq, id }))
  if (dropped.length === 0) return []
  for (const { seq } of dropped) database.run('DELETE FROM body WHERE seq = ?', seq)
  const last = dropped.at(-1)
  appendEntry(database, {
    kind: 'checkpoint',
    id: `${about.now.toISOString()} ${last?.seq}`,
    at: about.now.toISOString(),
    series: about.series ?? '',
    summary: { dropped, keep: about.keep } satisfies Checkpoint,
    body: null,
  })
  return dropped.map(({ id }) => id)
}

/** Those to be dropped of all whose body is there, newest first. */
const tooMany = (
  rows: readonly EntryRow[],
  { keep, now }: { readonly keep: Retention; readonly now: Date },
): readonly EntryRow[] => {
  const oldest = new Date(now.getTime() - keep.days * DAY_MS).toISOString()
  const counts = new Map<string, number>()
  const newest = new Set<string>()
  return rows.filter((row) => {
    const count = (counts.get(row.series) ?? 0) + 1
    counts.set(row.series, count)
    const kind = `${row.series} ${(entryOf(row).summary as RunSummary).command}`
    const isNewest = !newest.has(kind)
    newest.add(kind)
    return !isNewest && (count > keep.runs || row.at < oldest)
  })
}

const DAY_MS = 86_400_000
