// sshd_config(5) as a list of lines, lossless to the byte: `renderSshdConfig(parseSshdConfig(text))` is `text`.
// What is blank to sshd is a blank, a tab, a carriage return and a newline: no other space.
// Two grammars: up to OpenSSH 8.6 everything from a `#` is cut, even inside quotes, and `=` is a blank between
// arguments too; from 8.7 on an argument may stand in single quotes, and a comment begins with a word.

import { byText } from '../contract/by-text.ts'

/** Which splitter a version has: `old` up to 8.6, `new` from 8.7 on. */
export type SshdGrammar = 'old' | 'new'

/** A line in pieces: indent, keyword, gap, value, tail and end, one behind the other, are the line. */
export interface SshdLine {
  readonly indent: string
  /** the keyword as it is spelled, with its quotes; empty for a blank line and a comment, whose text is the tail */
  readonly keyword: string
  /** the keyword without quotes in lower case; empty for a blank line and a comment */
  readonly name: string
  /** what separates keyword and value: blanks, and one `=` at most */
  readonly gap: string
  /** the value as it is written, with its quotes */
  readonly value: string
  /** trailing blanks and comment */
  readonly tail: string
  readonly end: '\n' | '\r\n' | ''
}

/** The keywords whose value is the rest of the line as it stands; from 8.7 on a comment is part of it. */
export const RAW_TAIL: ReadonlySet<string> = new Set([
  'forcecommand',
  'versionaddendum',
  'authorizedkeyscommand',
  'authorizedprincipalscommand',
])

/** Reads a configuration; every text is one, also what sshd refuses. */
export const parseSshdConfig = (text: string, grammar: SshdGrammar = 'new'): readonly SshdLine[] =>
  grammar === 'old' ? linesByOld(text) : linesByNew(text)

const linesBy = (grammar: SshdGrammar) =>
  byText((text): readonly SshdLine[] =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => parseSshdLine(line, grammar)),
  )

const linesByOld = linesBy('old')
const linesByNew = linesBy('new')

/** Gives back the text that the lines are of. */
export const renderSshdConfig = (lines: readonly SshdLine[]): string => lines.map(renderSshdLine).join('')

/** Gives back the line, its end included. */
export const renderSshdLine = (line: SshdLine): string =>
  line.indent + line.keyword + line.gap + line.value + line.tail + line.end

const SHAPE = /^([ \t\r]*)("[^"]*"|[^ \t\r\n"=#][^ \t\r\n"=]*)?/

/** Reads one line, with its end if it has one. */
export const parseSshdLine = (line: string, grammar: SshdGrammar): SshdLine => {
  const end = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : ''
  const text = line.slice(0, line.length - end.length)
  const [, indent = '', keyword = ''] = SHAPE.exec(text) ?? []
  if (keyword === '') return { indent: '', keyword: '', name: '', gap: '', value: '', tail: text, end }
  const name = keyword.replaceAll('"', '').toLowerCase()
  const rest = text.slice(indent.length + keyword.length)
  const gap = /^[ \t\r]*(?:=[ \t\r]*)?/.exec(rest)?.[0] ?? ''
  const length = valueLength(rest.slice(gap.length), name, grammar)
  const value = rest.slice(gap.length, gap.length + length)
  return { indent, keyword, name, gap, value, tail: rest.slice(gap.length + length), end }
}

const valueLength = (text: string, name: string, grammar: SshdGrammar): number => {
  const comment = grammar === 'old' ? text.indexOf('#') : RAW_TAIL.has(name) ? -1 : commentStart(text)
  return (comment < 0 ? text : text.slice(0, comment)).replace(/[ \t\r\n\f]+$/, '').length
}

const commentStart = (text: string): number => {
  const words = /[ \t]*(?:(#)|(?:"(?:\\.|[^"])*"?|'(?:\\.|[^'])*'?|\\.|[^ \t"'])+)/gy
  for (const found of text.matchAll(words)) if (found[1] !== undefined) return found.index + found[0].length - 1
  return -1
}

/** Splits a value into its arguments as sshd does; null where a quote is never closed. */
export const sshdWords = (value: string, grammar: SshdGrammar): readonly string[] | null =>
  grammar === 'old' ? oldWords(value) : newWords(value)

/** Splits the criteria of a Match line, which all versions split by the old rules. */
export const matchWords = (value: string): readonly string[] | null => {
  const words = oldWords(value)
  const comment = words?.findIndex((word) => word.startsWith('#')) ?? -1
  return words === null || comment < 0 ? words : words.slice(0, comment)
}

const oldWords = (value: string): readonly string[] | null => {
  if ((value.split('"').length - 1) % 2 === 1) return null
  return (value.match(/"[^"]*"|[^ \t\r\n"=]+/g) ?? []).map((word) => word.replaceAll('"', ''))
}

const newWords = (value: string): readonly string[] | null => {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let index = 0; index < value.length; index += 1) {
    const here = value[index] ?? ''
    const next = value[index + 1] ?? ''
    if (here === '\\' && (['"', "'", '\\'].includes(next) || (quote === '' && next === ' '))) {
      word = (word ?? '') + next
      index += 1
    } else if (quote === '' && (here === ' ' || here === '\t')) {
      if (word !== null) words.push(word)
      word = null
    } else if (quote === '' && (here === '"' || here === "'")) {
      quote = here
      word = word ?? ''
    } else if (here === quote) quote = ''
    else word = (word ?? '') + here
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
