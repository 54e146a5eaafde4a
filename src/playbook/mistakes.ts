import { type Mistake, place } from '../contract/errors.ts'

/** Puts mistakes into the order of their files, lines and columns, each said once; those without a place come first. */
export const inOrder = (mistakes: readonly Mistake[]): readonly Mistake[] => {
  const files = [...new Set(mistakes.map(({ at }) => at?.file))]
  const said = new Set<string>()
  const once = mistakes.filter(({ at, message }) => {
    const words = `${at === undefined ? '' : place(at)} ${message}`
    return !said.has(words) && said.add(words)
  })
  return [...once].sort((left, right) => {
    if (left.at === undefined || right.at === undefined)
      return Number(right.at === undefined) - Number(left.at === undefined)
    return (
      files.indexOf(left.at.file) - files.indexOf(right.at.file) ||
      left.at.line - right.at.line ||
      left.at.column - right.at.column
    )
  })
}
