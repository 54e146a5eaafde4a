import { suggest } from '../contract/suggest.ts'

/** The known name that one is a slip of; null where it is known, or one of its own. Names whose numbers differ are no slips of each other. */
export const slipOf = (name: string, known: ReadonlySet<string>): string | null => {
  if (known.has(name)) return null
  const numbers = numbersOf(name)
  const edits = name.length < SHORT ? 0 : 2
  return suggest(
    name,
    [...known].filter((other) => numbersOf(other) === numbers),
    edits,
  )
}

/** below that, two edits make another name of it: AC-2, AU-2 */
const SHORT = 8

const numbersOf = (name: string): string => (name.match(/\d+/g) ?? []).map(Number).join(' ')
