import type { SshdLine } from '../formats/sshd-config.ts'
import type { Setting } from './setting.ts'

/** Changes to the lines of a file, by their index in it as it was found. */
export interface Patch {
  readonly replaced?: ReadonlyMap<number, SshdLine>
  readonly dropped?: readonly number[]
  /** lines that go before an index; the number of lines: at the end */
  readonly inserted?: { readonly before: number; readonly lines: readonly SshdLine[] }
}

/** Gives the lines with the changes made. What is put behind a last line without an end gives it one. */
export const patched = (lines: readonly SshdLine[], { replaced, dropped, inserted }: Patch): readonly SshdLine[] => {
  const gone = new Set(dropped)
  const out = lines.flatMap((line, index) => [
    ...(inserted?.before === index ? inserted.lines : []),
    ...(gone.has(index) ? [] : [replaced?.get(index) ?? line]),
  ])
  if (inserted === undefined || inserted.before < lines.length) return out
  const last = out.at(-1)
  const joint =
    last !== undefined && last.end === '' ? [...out.slice(0, -1), { ...last, end: endAt(lines, lines.length) }] : out
  return [...joint, ...inserted.lines]
}

/** Where a line, from 1, is after the changes. */
export const lineAfter = (before: number, { dropped = [], inserted }: Patch): number =>
  before +
  (inserted !== undefined && inserted.before < before ? inserted.lines.length : 0) -
  dropped.filter((index) => index + 1 < before).length

/** The end of line that a new line at an index gets: that of the line above, else of one below. */
export const endAt = (lines: readonly SshdLine[], index: number): '\n' | '\r\n' => {
  const near = [...lines.slice(0, index).reverse(), ...lines.slice(index)].find((line) => line.end !== '')
  return near?.end === '\r\n' ? '\r\n' : '\n'
}

/** A line with another value: indent, end and a comment are kept, and the keyword, unless it is an old name. */
export const withValue = (line: SshdLine, value: string, setting: Setting): SshdLine => ({
  ...line,
  keyword: setting.kept.has(line.name) ? line.keyword.replaceAll('"', '') : setting.keyword,
  gap: ' ',
  value,
  tail: line.tail.includes('#') ? line.tail : '',
})

/** A new line for a setting. */
export const newLine = (setting: Setting, value: string, indent: string, end: SshdLine['end']): SshdLine => ({
  indent,
  keyword: setting.keyword,
  name: setting.keyword.toLowerCase(),
  gap: ' ',
  value,
  tail: '',
  end,
})
