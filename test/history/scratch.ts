import { join } from 'node:path'
import { openHistory } from '../../src/history/open.ts'
import type { Entry, History, NewEntry } from '../../src/history/shape.ts'
import { folder } from '../kit/story.ts'

/** A new history in a folder of its own. */
export const newHistory = async (): Promise<History> => await openHistory(join(folder({}), 'state', 'history.db'))

/** A run as an entry, with what matters to a test. */
export const run = (
  id: string,
  about: { readonly series?: string; readonly command?: string; readonly at?: string; readonly body?: unknown } = {},
): NewEntry => ({
  kind: 'run',
  id,
  at: about.at ?? '2026-11-25T02:15:00.000Z',
  series: about.series ?? 'ssh',
  summary: { command: about.command ?? 'audit' },
  body: about.body === undefined ? { document: { id }, memory: {} } : about.body,
})

/** Appends entries one by one. */
export const append = (history: History, ...entries: readonly NewEntry[]): readonly Entry[] =>
  entries.map((entry) => history.append(() => entry))
