import { LATER } from '../contract/later.ts'
import { Skipped } from '../contract/signals.ts'
import type { State } from '../contract/state.ts'

/** What was found after the run; a module may find that there is nothing left to judge. */
export const verified = (looking: Promise<State>): Promise<State | Skipped> =>
  looking.catch((error: unknown) => {
    if (error instanceof Skipped) return error
    throw error
  })

/** A wanted record in which what was LATER is what was found after the run, as far as a record may hold it. */
export const known = (wanted: State, after: State): State => {
  const fields = Object.entries(wanted).map(([name, value]) => [name, value === LATER ? (after[name] ?? LATER) : value])
  const files = Object.entries(wanted.files ?? {}).map(([path, entry]) => {
    const found = after.files?.[path]
    const isOpen = entry?.kind === 'file' && entry.text === LATER && found?.kind === 'file' && found.text !== undefined
    return [path, isOpen ? { ...entry, text: found.text } : entry]
  })
  return { ...Object.fromEntries(fields), ...(wanted.files === undefined ? {} : { files: Object.fromEntries(files) }) }
}
