// The rules by which lineinfile edits a text. Texts are strings of bytes here, as in python-regexp.ts.

import { expandTemplate } from './python-regexp.ts'

/** What a line is found by: the last (or first) line that holds it. */
export type LineFinder = RegExp | string

/** One edit of a text, a line at a time. */
export interface LineEdit {
  /** the line wanted, without its end */
  readonly line: string
  /** a pattern or a part of the line to replace */
  readonly find: LineFinder | null
  /** where to insert it: after or before a line, at the beginning or at the end of the file */
  readonly after: RegExp | null
  readonly before: RegExp | null
  readonly atBeginning: boolean
  readonly firstMatch: boolean
  /** the line is a template for what `find` matched; without a match nothing is done */
  readonly backrefs: boolean
}

/** Gives the text with the line in it: replaced where it is found, else inserted where it belongs. */
export const withLine = (text: string, edit: LineEdit): string => {
  const lines = splitLines(text)
  const found = findLine(lines, edit)
  if (found !== null) {
    const match = typeof edit.find === 'string' || !edit.backrefs ? null : (edit.find?.exec(lines[found] ?? '') ?? null)
    return replaced(lines, found, match === null ? edit.line : expandTemplate(edit.line, match))
  }
  const { exact, anchor } = anchorOf(lines, edit)
  if (exact !== null) return replaced(lines, exact, edit.line)
  if (edit.backrefs) return text
  if (edit.atBeginning) return inserted(lines, 0, edit.line)
  if (anchor === null) return inserted(lines, lines.length, edit.line)
  if (edit.after === null) return inserted(lines, anchor, edit.line)
  const there = lines[anchor === lines.length ? anchor - 1 : anchor] ?? ''
  return bare(there) === edit.line ? text : inserted(lines, anchor, edit.line)
}

/** Gives the text without the lines that are found, or that are exactly this line. */
export const withoutLine = (text: string, find: LineFinder | null, line: string): string =>
  splitLines(text)
    .filter((one) => (find === null ? bare(one) !== line : !holds(one, find)))
    .join('')

const splitLines = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const bare = (line: string): string => line.replace(/[\r\n]+$/, '')

const endOf = (line: string): string => /\r?\n$/.exec(line)?.[0] ?? ''

const holds = (line: string, find: LineFinder): boolean =>
  typeof find === 'string' ? line.includes(find) : find.test(line)

const findLine = (lines: readonly string[], { find, firstMatch }: LineEdit): number | null => {
  if (find === null) return null
  const index = firstMatch
    ? lines.findIndex((line) => holds(line, find))
    : lines.findLastIndex((line) => holds(line, find))
  return index < 0 ? null : index
}

/** The last line that is the wanted one already, and where it would be inserted; with firstMatch the search ends at the anchor. */
const anchorOf = (lines: readonly string[], edit: LineEdit): { exact: number | null; anchor: number | null } => {
  const pattern = edit.after ?? edit.before
  let exact: number | null = null
  let anchor: number | null = null
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(edit.line) && bare(line) === edit.line) exact = index
    else if (pattern?.test(line)) {
      anchor = edit.after === null ? index : index + 1
      if (edit.firstMatch) break
    }
  }
  return { exact, anchor }
}

const replaced = (lines: readonly string[], index: number, line: string): string =>
  lines.with(index, line.endsWith('\n') ? line : line + (endOf(lines[index] ?? '') || newEnd(lines))).join('')

const inserted = (lines: readonly string[], index: number, line: string): string => {
  const end = newEnd(lines)
  const last = lines.at(-1) ?? ''
  const closed =
    lines.length > 0 && index === lines.length && !/[\r\n]$/.test(last) ? lines.with(-1, last + end) : lines
  return closed.toSpliced(index, 0, line + end).join('')
}

/** A file in which all lines end as on DOS keeps it so. */
const newEnd = (lines: readonly string[]): string => {
  const ends = lines.map(endOf).filter((end) => end !== '')
  return ends.length > 0 && ends.every((end) => end === '\r\n') ? '\r\n' : '\n'
}
