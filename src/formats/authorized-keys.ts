import { byText } from '../contract/by-text.ts'
import { isBadKey, type PublicKey, readPublicKey } from './public-key.ts'

/** A line that holds a key, in the pieces that sshd reads; put together they are the line to the byte. */
export interface KeyLine {
  readonly kind: 'key'
  /** what stands before the options: blanks, and on the first line perhaps a byte order mark */
  readonly lead: string
  /** as written; null where there are none */
  readonly options: string | null
  readonly afterOptions: string
  readonly key: PublicKey
  readonly afterType: string
  readonly afterBlob: string
  readonly comment: string
  /** trailing blanks and the line's end; '' on a last line without one */
  readonly end: string
}

/** A line without a key: blank, a comment, or nothing that sshd reads (`dead`). */
export interface OtherLine {
  readonly kind: 'blank' | 'comment' | 'dead'
  readonly text: string
}

export type AuthorizedLine = KeyLine | OtherLine

/** Reads an authorized_keys file as sshd(8) does; nothing of the text is lost. */
export const readAuthorizedKeys = (text: string): readonly AuthorizedLine[] => linesOf(text)

/** Writes lines back. */
export const authorizedText = (lines: readonly AuthorizedLine[]): string => lines.map(lineText).join('')

/** Writes one line. */
export const lineText = (line: AuthorizedLine): string =>
  line.kind !== 'key'
    ? line.text
    : [line.lead, line.options ?? '', line.afterOptions, line.key.type, line.afterType, line.key.blob, line.afterBlob]
        .concat(line.comment, line.end)
        .join('')

/** Says whether a line begins with a byte order mark, which kills it. */
export const hasMark = (line: KeyLine): boolean => line.lead.includes(MARK)

/** The lines with a key, each with its number in the file, counted from 1. */
export const keyLines = (
  lines: readonly AuthorizedLine[],
): readonly { readonly line: KeyLine; readonly number: number }[] =>
  lines.flatMap((line, index) => (line.kind === 'key' ? [{ line, number: index + 1 }] : []))

/** What a new line is made of. */
export interface NewLine {
  readonly key: PublicKey
  readonly options: string | null
  readonly comment: string | null
}

/** A line with other options or another comment, its other bytes kept; what is null stays. */
export const changedLine = (line: KeyLine, { options, comment }: Omit<NewLine, 'key'>): KeyLine => ({
  ...line,
  lead: line.lead.replace(MARK, ''),
  ...(options === null
    ? {}
    : { options: options === '' ? null : options, afterOptions: options === '' ? '' : line.afterOptions || ' ' }),
  ...(comment === null ? {} : { comment, afterBlob: comment === '' ? '' : line.afterBlob || ' ' }),
})

/** Lines with new ones at their end, ended as the file ends its lines. */
export const withNewLines = (
  lines: readonly AuthorizedLine[],
  added: readonly NewLine[],
): readonly AuthorizedLine[] => {
  if (added.length === 0) return lines
  const end = lines.some((line) => lineText(line).endsWith('\r\n')) ? '\r\n' : '\n'
  const last = lines.at(-1)
  const ended =
    last === undefined ? [] : [...lines.slice(0, -1), /\n$/.test(lineText(last)) ? last : withEnd(last, end)]
  return [...ended, ...added.map((one) => newLine(one, end))]
}

const newLine = ({ key, options, comment }: NewLine, end: string): KeyLine => ({
  kind: 'key',
  lead: '',
  options: options === null || options === '' ? null : options,
  afterOptions: options === null || options === '' ? '' : ' ',
  key,
  afterType: ' ',
  afterBlob: comment === null || comment === '' ? '' : ' ',
  comment: comment ?? '',
  end,
})

const withEnd = (line: AuthorizedLine, end: string): AuthorizedLine =>
  line.kind === 'key' ? { ...line, end: `${line.end}${end}` } : { ...line, text: `${line.text}${end}` }

const linesOf = byText((text): readonly AuthorizedLine[] => (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(readLine))

const MARK = '\ufeff'

const readLine = (text: string): AuthorizedLine => {
  const lead = /^\ufeff?[ \t]*/.exec(text)?.[0] ?? ''
  const rest = text.slice(lead.length)
  if (/^\r?\n?$/.test(rest)) return { kind: 'blank', text }
  if (rest.startsWith('#')) return { kind: 'comment', text }
  const plain = readKey(rest)
  if (plain !== null) return { kind: 'key', lead, options: null, afterOptions: '', ...plain }
  const length = optionsLength(rest)
  if (length === null) return { kind: 'dead', text }
  const afterOptions = /^[ \t]*/.exec(rest.slice(length))?.[0] ?? ''
  const key = readKey(rest.slice(length + afterOptions.length))
  return key === null
    ? { kind: 'dead', text }
    : { kind: 'key', lead, options: rest.slice(0, length), afterOptions, ...key }
}

const KEY = /^([^ \t\r\n]+)([ \t]+)([^ \t\r\n]+)([ \t]*)(.*?)([ \t]*\r?\n?)$/s

const readKey = (text: string): Pick<KeyLine, 'key' | 'afterType' | 'afterBlob' | 'comment' | 'end'> | null => {
  const [, type = '', afterType = '', blob = '', afterBlob = '', comment = '', end = ''] = KEY.exec(text) ?? []
  const key = readPublicKey(type, blob)
  if (isBadKey(key)) return null
  return comment === ''
    ? { key, afterType, afterBlob: '', comment, end: afterBlob + end }
    : { key, afterType, afterBlob, comment, end }
}

/** How long the options at the beginning of a text are: to the first blank outside quotes; null where a quote stays open. */
export const optionsLength = (text: string): number | null => {
  let quoted = false
  let at = 0
  for (; at < text.length && (quoted || !/[ \t]/.test(text.charAt(at))); at += 1) {
    if (text.startsWith('\\"', at)) at += 1
    else if (text.charAt(at) === '"') quoted = !quoted
  }
  return quoted ? null : at
}
