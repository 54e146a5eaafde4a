import { UserError } from '../contract/errors.ts'
import type { EntryRow } from './chain.ts'
import type { Database } from './database.ts'
import { runNamed } from './named.ts'
import { pruneRuns } from './prune.ts'
import { appendEntry, bodyOf, ENTRY, entryOf } from './rows.ts'
import type { Entry, EntryKind, History, HistoryView, RunBody, RunSummary } from './shape.ts'
import { plainly } from './trouble.ts'
import { verifyChain } from './verify.ts'

/** The history in a database that has its tables; what the disk refuses is a UserError. */
export const historyIn = (file: string, database: Database): History => ({
  file,
  database,
  last: (series, command) => plainly(file, 'read', () => viewOf(database).last(series, command)),
  has: (kind, id) => plainly(file, 'read', () => viewOf(database).has(kind, id)),
  list: (about) => plainly(file, 'read', () => listed(database, about ?? {})),
  run: (name) => plainly(file, 'read', () => runNamed(database, name)),
  body: ({ seq }) => plainly(file, 'read', () => bodyOf<RunBody>(database, seq)),
  append: (make) => plainly(file, 'write', () => database.alone(() => appendEntry(database, make(viewOf(database))))),
  prune: (keep, now, series) =>
    plainly(file, 'write', () => database.alone(() => pruneRuns(database, { keep, now, series: series ?? null }))),
  verify: (head) => plainly(file, 'read', () => verifyChain(database, head)),
  close: () => database.close(),
})

const listed = (
  database: Database,
  about: { readonly kind?: EntryKind; readonly series?: string; readonly atMost?: number },
): readonly Entry[] =>
  database
    .all<EntryRow>(
      `${ENTRY} WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR series = ?2) ORDER BY seq DESC LIMIT ?3`,
      about.kind ?? null,
      about.series ?? null,
      about.atMost ?? -1,
    )
    .map(entryOf)

const viewOf = (database: Database): HistoryView => ({
  last: (series, command) => {
    const rows = database.all<EntryRow>(
      `${ENTRY} WHERE kind = 'run' AND series = ? AND has_body ORDER BY seq DESC`,
      series,
    )
    for (const row of rows) {
      const found = readable(database, row)
      if (found === null || (command !== undefined && commandOf(found.entry) !== command)) continue
      return found
    }
    return null
  },
  has: (kind, id) => database.get('SELECT 1 AS one FROM entry WHERE kind = ? AND id = ?', kind, id) !== undefined,
})

/** What was damaged or altered is for `verify` to tell: it keeps no run from being kept. */
const readable = (database: Database, row: EntryRow): { readonly entry: Entry; readonly body: RunBody } | null => {
  try {
    const body = bodyOf<RunBody>(database, row.seq)
    return body === null ? null : { entry: entryOf(row), body }
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

const commandOf = ({ summary }: Entry): string => (summary as RunSummary).command
