import { posix } from 'node:path'
import type { Look } from '../contract/look.ts'
import type { Change } from '../contract/outcome.ts'
import { isOwnDirectory } from '../contract/own-directory.ts'
import { questions } from '../contract/questions.ts'
import type { PathState, State } from '../contract/state.ts'
import { CONTROL } from './planned.ts'

/** The files that a task would write. */
export interface Writing {
  readonly now: State
  readonly wanted: State
  readonly changes: readonly Change[]
}

/**
 * Says why files could not be written by whoever would write them, or gives null: a dry run must not promise what the run
 * cannot do. Root may write anywhere, and a directory that is planned itself is left to the run.
 *
 * @param look sees what earlier tasks planned, and not what this one does
 */
export const barred = async (look: Look, { now, wanted, changes }: Writing): Promise<string | null> => {
  const paths = [...new Set(changes.flatMap((change) => change.path ?? []))].filter((path) => !path.startsWith(CONTROL))
  const reasons = await Promise.all(
    paths.map(async (path) => {
      const entry = wanted.files?.[path] ?? null
      const writer = entry?.as ?? look.connection.power
      if (writer === 'root') return null
      return givenAway(path, entry, now.files?.[path] ?? null, look) ?? (await shutOut(path, writer, wanted, look))
    }),
  )
  return reasons.find((reason) => reason !== null) ?? null
}

/** Only root gives files away; where a task has root's powers, root does it for the user who writes. */
const givenAway = (path: string, wanted: PathState, found: PathState, look: Look): string | null => {
  const owner = ownerOf(wanted)
  if (look.connection.power === 'root' || owner === undefined) return null
  if (owner === (ownerOf(found) ?? look.connection.power)) return null
  return `only root can give ${path} to ${owner}: add become`
}

const ownerOf = (entry: PathState): string | undefined => (entry !== null && 'owner' in entry ? entry.owner : undefined)

const shutOut = async (path: string, writer: string, wanted: State, look: Look): Promise<string | null> => {
  const dir = posix.dirname(path)
  if (wanted.files?.[dir] !== undefined || look.planned(dir)) return null
  const directory = await look.file(dir, { text: false })
  if (directory === null || isOwnDirectory(directory, writer)) return null
  const on = writer === look.connection.power ? look : look.as(writer)
  const { code } = await on.ask(questions.mayWrite(dir))
  if (code !== 1) return null
  return `${writer} cannot write ${path}: no permission to write in ${dir}${look.connection.power === 'root' ? '' : '; add become'}`
}
