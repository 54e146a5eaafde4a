import type { Event, Tell } from '../engine/event.ts'
import type { Output } from '../output/output.ts'

/** Tells an output of a run without ever disturbing it. */
export interface Telling {
  readonly tell: Tell
  /** says something beside the run; it is in its report too */
  note(text: string): void
  /** throws what went wrong in telling, once nothing can be disturbed any more */
  check(): void
}

/** A screen that fails must not end a run between two changes: what it threw is kept for the end. */
export const tellingTo = (output: Output): Telling => {
  let trouble: { readonly error: unknown } | null = null
  const notes: string[] = []
  const seen = new Set<Event['kind']>()

  const pass = (event: Event): void => {
    try {
      if (trouble === null) output.tell(event)
    } catch (error) {
      trouble = { error }
    }
  }
  const note = (text: string): void => {
    notes.push(text)
    if (seen.has('run started')) pass({ kind: 'note', text })
  }
  const tell = (event: Event): void => {
    // told when it was asked for, and again in the account of the run
    if (event.kind === 'interrupted' && seen.has('interrupted')) return
    seen.add(event.kind)
    pass(event.kind === 'run ended' ? withNotes(event, notes) : event)
    if (event.kind === 'run started') for (const text of notes) pass({ kind: 'note', text })
  }
  return {
    tell,
    note,
    check: () => {
      if (trouble !== null) throw trouble.error
    },
  }
}

const withNotes = (event: Event & { readonly kind: 'run ended' }, notes: readonly string[]): Event => ({
  ...event,
  report: { ...event.report, notes: [...notes, ...event.report.notes] },
})
