import type { Change } from '../contract/outcome.ts'
import type { Value } from '../contract/state.ts'

/** A text is told by its hash, which tells a reader nothing: what else is left says more. */
const withoutTexts = (changes: readonly Change[]): readonly Change[] => {
  const telling = changes.filter(({ field, path }) => field !== 'text' || path === undefined)
  return telling.length > 0 ? telling : changes
}

/** Says what a record lacks, field by field, in the words that a diff has. */
export const unmetText = (changes: readonly Change[]): string =>
  withoutTexts(changes)
    .map(({ field, path, before, after, later }) => {
      if (field === 'text' && path !== undefined) return `the text of ${path}`
      const what = path === undefined ? field : `${field} of ${path}`
      return `${what} is ${spelled(before)}, wanted ${later ? 'something known after the run' : spelled(after)}`
    })
    .join('; ')

const spelled = (value: unknown): string =>
  value === null ? 'nothing' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value as Value as string)
