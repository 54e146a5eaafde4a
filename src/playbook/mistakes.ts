import { type At, type Mistake, place } from '../contract/errors.ts'

/** A mistake in a file that others import: the places that lead there, the nearest first. */
export interface ImportedMistake extends Mistake {
  readonly importedAt?: readonly At[]
}

/**
 * Puts mistakes into the order of their files, lines and columns, each said once, with the lines that import its file;
 * those without a place come first.
 */
export const inOrder = (mistakes: readonly ImportedMistake[]): readonly Mistake[] => {
  const files = [...new Set(mistakes.map(({ at }) => at?.file))]
  return once(mistakes).sort((left, right) => {
    if (left.at === undefined || right.at === undefined)
      return Number(right.at === undefined) - Number(left.at === undefined)
    return (
      files.indexOf(left.at.file) - files.indexOf(right.at.file) ||
      left.at.line - right.at.line ||
      left.at.column - right.at.column
    )
  })
}

const once = (mistakes: readonly ImportedMistake[]): Mistake[] => {
  const all = new Map<string, { readonly mistake: Mistake; readonly ways: Set<string> }>()
  for (const { importedAt = [], ...mistake } of mistakes) {
    const words = `${mistake.at === undefined ? '' : place(mistake.at)} ${mistake.message}`
    const known = all.get(words) ?? { mistake, ways: new Set() }
    all.set(words, known)
    if (importedAt.length > 0) known.ways.add(importedAt.map(place).join(', which is imported at '))
  }
  return [...all.values()].map(({ mistake, ways }) => {
    const [way, ...others] = ways
    if (way === undefined) return mistake
    const more = others.length === 0 ? '' : `, and ${others.length} more time${others.length === 1 ? '' : 's'}`
    return { ...mistake, message: `${mistake.message} (imported at ${way}${more})` }
  })
}
