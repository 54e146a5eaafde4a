import type { Result } from '../../src/engine/event.ts'
import type { Drifted } from '../../src/engine/kept.ts'
import { driftBetween } from '../../src/history/drift.ts'
import { type AboutRemembered, type Memory, remember } from '../../src/history/memory.ts'
import { result } from '../output/events.ts'

/** A result that found a setting as it should be; `value` is what it found, where it is told. */
export const fine = (about: Partial<Result> & { readonly value?: string } = {}): Result => {
  const { value, ...rest } = about
  return result({ statement: 'wants no', ...(value === undefined ? {} : told(value, 'no')), ...rest })
}

/** A result that found it otherwise. */
export const drifted = (
  about: Partial<Result> & { readonly value?: string; readonly wanted?: string } = {},
): Result => {
  const { value = 'yes', wanted = 'no', ...rest } = about
  return result({
    status: 'drift',
    statement: `wants ${wanted}`,
    changes: [{ field: 'effective', before: value, after: wanted }],
    ...told(value, wanted),
    ...rest,
  })
}

const told = (value: string, wanted: string): Partial<Result> => ({
  evidence: {
    expected: { effective: wanted },
    effective: { effective: value },
    source: [{ file: '/etc/ssh/sshd_config', line: 7 }],
  },
})

/** One run of a series. */
export type Run = Partial<AboutRemembered> & { readonly results: readonly Result[] }

/** What is remembered after several runs, the first at 1 o'clock, the second at 2. */
export const memories = (...runs: readonly Run[]): readonly Memory[] => {
  const all: Memory[] = []
  for (const [index, { results, ...about }] of runs.entries()) {
    const number = index + 1
    const usual = { run: `run${number}`, command: 'audit' as const, at: hour(number), whole: new Set(hostsOf(results)) }
    all.push(remember(all.at(-1) ?? null, results, { ...usual, ...about }).memory)
  }
  return all
}

const hostsOf = (results: readonly Result[]): readonly string[] => results.map(({ host }) => host)

/** The full hour of the day on which tests are. */
export const hour = (number: number): string => `2026-11-25T${String(number).padStart(2, '0')}:00:00.000Z`

/** How the last of several runs differs from the first: all that is said, in one line each. */
export const since = (...runs: readonly Run[]): readonly string[] => {
  const all = memories(...runs)
  return inWords(driftBetween(all[0] ?? {}, all.at(-1) ?? {}, ['web1', 'web2']))
}

/** Drift, a line for each finding. */
export const inWords = (hosts: ReadonlyMap<string, readonly Drifted[]>): readonly string[] =>
  [...hosts].flatMap(([host, list]) => list.map((one) => `${host}: ${wordsOf(one)}`))

const wordsOf = ({ how, task, item, cause, before, now, firstSeen, message }: Drifted): string =>
  [
    `${how} ${task}${item === null ? '' : ` (${item})`}`,
    `by ${cause}`,
    `${before?.effective ?? null} -> ${now?.effective ?? null}`,
    `since ${Number(firstSeen.slice(11, 13))}`,
    ...(message === '' ? [] : [message]),
  ].join(', ')
