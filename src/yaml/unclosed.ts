import type { At, Mistake } from '../contract/errors.ts'

/** A quote or a bracket that is open at some place of a YAML text. */
export interface Open {
  readonly sign: string
  readonly offset: number
  /** it is closed further down, and what stands there looks as if it were meant to be inside */
  readonly closed: boolean
}

/** Says whether a parser's complaint is one that an unclosed quote or bracket leads to. */
export const endsInside = (reason: string, next: string | undefined): boolean =>
  reason === 'deficient indentation' ||
  reason.startsWith('unexpected end of the ') ||
  (reason.startsWith('missed comma') && (next === ']' || next === '}'))

/** What is said of a quote or a bracket that is open where the parser stopped. */
export const whyOpen = ({ sign, offset, closed }: Open, placeOf: (offset: number) => At): Mistake => {
  const what = `the ${sign === '"' || sign === "'" ? 'quote' : 'bracket'} ${sign} that is opened here`
  const at = placeOf(offset)
  if (!closed) return { message: `not YAML: ${what} is never closed`, at }
  const hint = 'indent its other lines further than the line that it begins in'
  return { message: `not YAML: deficient indentation: ${what} goes on below`, at, hint }
}

/** Finds what is open at a place up to which a text is YAML: the quote, else the innermost bracket; null where nothing is. */
export const openAt = (source: string, place: number): Open | null => {
  const brackets: number[] = []
  let next = 0
  while (next < place) {
    const token = tokenAt(source, next, brackets.length > 0)
    const sign = source[next] ?? ''
    if (token.kind === 'open') brackets.push(next)
    else if (token.kind === 'close') brackets.pop()
    else if (token.kind === 'quote' && token.end > place) {
      const inside = source.slice(place, token.end)
      return { sign, offset: next, closed: token.closed && !LOOKS_LIKE_MORE.test(inside) }
    }
    next = token.end
  }
  const offset = brackets.at(-1)
  if (offset === undefined) return null
  return { sign: source[offset] ?? '', offset, closed: isClosed(source, place, source[offset] === '[' ? ']' : '}') }
}

// a key or an item in the text is more likely the rest of the file than a part of what the quote began
const LOOKS_LIKE_MORE = /^[ ]*(?:- |[\w.-]+:(?:\s|$))/m

const isClosed = (source: string, from: number, sign: string): boolean => {
  let inner = 0
  let next = from
  while (next < source.length) {
    const token = tokenAt(source, next, true)
    if (token.kind === 'close' && inner === 0)
      return source[next] === sign && !LOOKS_LIKE_MORE.test(source.slice(from, next))
    inner += token.kind === 'open' ? 1 : token.kind === 'close' ? -1 : 0
    next = token.end
  }
  return false
}

interface Token {
  readonly kind: 'open' | 'close' | 'quote' | 'other'
  readonly end: number
  readonly closed: boolean
}

/** One token; it begins where a value or a sign may begin. */
const tokenAt = (source: string, start: number, flow: boolean): Token => {
  const other = (end: number): Token => ({ kind: 'other', end, closed: true })
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = start
    return pattern.exec(source)?.[0].length ?? 0
  }
  const sign = source[start] ?? ''
  if (sign === '"' || sign === "'") {
    const length = match(sign === '"' ? DOUBLE : SINGLE)
    return { kind: 'quote', end: length === 0 ? source.length + 1 : start + length, closed: length > 0 }
  }
  if (sign === '[' || sign === '{') return { kind: 'open', end: start + 1, closed: true }
  if (flow && (sign === ']' || sign === '}')) return { kind: 'close', end: start + 1, closed: true }
  if (!flow && (sign === '|' || sign === '>')) return other(blockEnd(source, start))
  return other(start + (match(flow ? SIGNS_IN_FLOW : SIGNS) || match(flow ? PLAIN_IN_FLOW : PLAIN) || 1))
}

const DOUBLE = /"(?:\\[\s\S]|[^"\\])*"/y
const SINGLE = /'(?:''|[^'])*'/y
/** blanks, comments, tags, anchors, and the signs before a value */
const SIGNS = /\s+(?:#.*)?|#.*|[&!][^\s]*|[-?:](?=\s|$)/y
const SIGNS_IN_FLOW = /[\s,]+(?:#.*)?|#.*|[&!][^\s,\]}]*|[?:](?=[\s,"'[{]|$)/y
const PLAIN = /(?:[^\s:]|:(?!\s|$)|[ \t]+(?!#|\s|$))+/y
const PLAIN_IN_FLOW = /(?:[^\s:,[\]{}]|:(?![\s,[\]{}]|$)|[ \t]+(?![#,[\]{}:]|\s|$))+/y

/** The end of a block of text: it is indented further than what it belongs to. */
const blockEnd = (source: string, start: number): number => {
  const line = source.slice(source.lastIndexOf('\n', start - 1) + 1, start)
  const dashes = /^ *(?:- +)*/.exec(line)?.[0] ?? ''
  const least = dashes.length === line.length ? dashes.lastIndexOf('-') + 1 : dashes.length + 1
  const body = new RegExp(`[^\\n]*(?:\\n(?: {${least}}[^\\n]*|[ \\t]*(?=\\n|$)))*`, 'y')
  body.lastIndex = start
  return start + (body.exec(source)?.[0].length ?? 1)
}
