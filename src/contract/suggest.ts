/** Gives the known word that somebody who wrote `word` most likely meant, or null where none is near: at most `edits` away. */
export const suggest = (word: string, known: Iterable<string>, edits = limitOf(plain(word))): string | null => {
  const wanted = plain(word)
  let best: string | null = null
  let bestDistance = edits + 1
  for (const candidate of known) {
    const distance = distanceOf(wanted, plain(candidate), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The hint `did you mean "value"?`, ready to spread into a mistake; empty where no known word is near. */
export const didYouMean = (word: string, known: Iterable<string>): { readonly hint?: string } => {
  const meant = suggest(word, known)
  return meant === null ? {} : { hint: `did you mean "${meant}"?` }
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '')

const limitOf = (word: string): number => (word.length <= 1 ? 0 : word.length <= 4 ? 1 : word.length <= 7 ? 2 : 3)

/** Edits (a swap of two neighbours is one) that lead from one word to the other; gives up at `limit`. */
const distanceOf = (from: string, to: string, limit: number): number => {
  if (Math.abs(from.length - to.length) >= limit) return limit
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(at(above, column) + 1, at(line, column - 1) + 1, at(above, column - 1) + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1)
      line.push(cost)
    }
    if (Math.min(...line) >= limit) return limit
    before = above
    above = line
  }
  return at(above, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
