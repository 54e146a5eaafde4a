/** Rows whose last cell is wrapped under itself where the terminal ends. */
export const wrappedRows = (rows: readonly (readonly string[])[], columns: number): readonly string[] => {
  const heads = rows.map((row) => row.slice(0, -1))
  const widths = (heads[0] ?? []).map((_, column) => Math.max(...heads.map((head) => (head[column] ?? '').length)))
  return rows.flatMap((row, index) => {
    const head = (heads[index] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
    const indent = head.length + 4
    const [first = '', ...rest] = wrapped(row.at(-1) ?? '', Math.max(NARROWEST, columns - indent))
    return [`  ${head}  ${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(indent)}${line}`)]
  })
}

const NARROWEST = 24

/** A text as lines of at most so many characters, broken at blanks. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
