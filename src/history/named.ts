import { UserError } from '../contract/errors.ts'
import type { EntryRow } from './chain.ts'
import type { Database } from './database.ts'
import { ENTRY, entryOf } from './rows.ts'
import type { Entry } from './shape.ts'

/** Finds a run by its id, an unambiguous beginning of it, `latest`, or `latest~N`; throws UserError where there is none, or several. */
export const runNamed = (database: Database, name: string): Entry => {
  const counted = /^latest(?:~([0-9]{1,9}))?$/.exec(name)
  return counted === null ? runOfId(database, name) : runFromLatest(database, name, Number(counted[1] ?? 0))
}

const runFromLatest = (database: Database, name: string, back: number): Entry => {
  const row = database.get<EntryRow>(`${ENTRY} WHERE kind = 'run' ORDER BY seq DESC LIMIT 1 OFFSET ?`, back)
  if (row !== undefined) return entryOf(row)
  const runs = database.get<{ count: number }>("SELECT count(*) AS count FROM entry WHERE kind = 'run'")?.count ?? 0
  if (runs === 0) throw new UserError('the history has no runs yet', { hint: 'keyward audit keeps its runs' })
  throw new UserError(`the history has no run "${name}": it has ${runs} in all`, { hint: LISTED })
}

const runOfId = (database: Database, name: string): Entry => {
  const rows = database.all<EntryRow>(
    `${ENTRY} WHERE kind = 'run' AND substr(id, 1, length(?1)) = ?1 ORDER BY seq DESC LIMIT ?2`,
    name,
    FEW + 1,
  )
  const found = rows.find(({ id }) => id === name) ?? (rows.length === 1 ? rows[0] : undefined)
  if (found !== undefined && name !== '') return entryOf(found)
  if (rows.length === 0) throw new UserError(`the history has no run "${name}"`, { hint: LISTED })
  const ids = rows.slice(0, FEW).map(({ id }) => id)
  throw new UserError(
    `"${name}" is the beginning of several runs: ${ids.join(', ')}${rows.length > FEW ? ', …' : ''}`,
    {
      hint: 'write more of its id',
    },
  )
}

const FEW = 4
const LISTED = 'keyward history lists them; latest~1 is the one before the latest'
