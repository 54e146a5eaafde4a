/** Words as a POSIX shell cuts them, without expanding anything; or what is wrong with their quotes, in Python's words. */
export const shellWords = (text: string): { readonly words: readonly string[] } | { readonly problem: string } => {
  const words: string[] = []
  let word: string | null = null
  for (const [, space, single, double, escaped, plain] of text.matchAll(PIECE)) {
    if (space !== undefined) {
      if (word !== null) words.push(word)
      word = null
    } else if (plain === "'" || plain === '"') return { problem: 'No closing quotation' }
    else if (plain === '\\') return { problem: 'No escaped character' }
    else word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '')
  }
  return { words: word === null ? words : [...words, word] }
}

const PIECE = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([\s\S])/g
