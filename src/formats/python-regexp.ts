// Python's regular expressions (the re module, on bytes) in JavaScript's. Both are strings of bytes here: each character
// stands for one byte, as in latin1, so that `.` takes what it takes in Python.

/** A pattern in JavaScript's words, or what stands in the way. */
export type Translated = { readonly regexp: RegExp } | { readonly problem: string }

interface Mode {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
}

type Rule = readonly [token: RegExp, translate: (match: RegExpExecArray, mode: Mode) => string]

class Untranslatable extends Error {
  override readonly name = 'Untranslatable'
}

const fail = (problem: string): never => {
  throw new Untranslatable(problem)
}

/** Translates a pattern of Python's re; the problem is told in Python's words where it has some. */
export const pythonRegexp = (pattern: string): Translated => {
  try {
    const [head, mode] = flagsOf(pattern)
    const source = translated(pattern, head, mode)
    const regexp = new RegExp(source, mode.ignoreCase ? 'i' : '')
    const problem = referenceProblem(source, groupsOf(regexp))
    return problem === null ? { regexp } : { problem }
  } catch (error) {
    if (error instanceof Untranslatable) return { problem: error.message }
    if (error instanceof SyntaxError) return { problem: error.message.replace(/^.*\/[a-z]*: /su, '').toLowerCase() }
    throw error
  }
}

interface Groups {
  readonly count: number
  readonly names: readonly string[]
}

const groupsOf = (regexp: RegExp): Groups => {
  const empty = new RegExp(`${regexp.source}|`).exec('')
  return { count: (empty?.length ?? 1) - 1, names: Object.keys(empty?.groups ?? {}) }
}

const referenceProblem = (source: string, groups: Groups): string | null => {
  for (const [, name, number] of source.matchAll(/\\(?:k<(\w+)>|([1-9]\d?))/g)) {
    if (number !== undefined && Number(number) > groups.count) return `invalid group reference ${number}`
    if (name !== undefined && !groups.names.includes(name)) return `unknown group name "${name}"`
  }
  return null
}

const flagsOf = (pattern: string): readonly [head: number, mode: Mode] => {
  const [all = ''] = /^(?:\(\?[aiLmsux]+\))+/.exec(pattern) ?? []
  const flags = all.replace(/[(?)]/g, '')
  if (/[Lu]/.test(flags)) fail(`the inline flag ${/[Lu]/.exec(flags)?.[0]} is not supported`)
  const has = (flag: string): boolean => flags.includes(flag)
  return [all.length, { ignoreCase: has('i'), multiline: has('m'), dotAll: has('s'), verbose: has('x') }]
}

const translated = (pattern: string, head: number, mode: Mode): string => {
  let source = ''
  for (let at = head; at < pattern.length; ) {
    const [length, text] = oneToken(pattern, at, mode)
    source += text
    at += length
  }
  return source
}

const oneToken = (pattern: string, at: number, mode: Mode): readonly [length: number, text: string] => {
  for (const [token, translate] of mode.verbose ? [VERBOSE, ...RULES] : RULES) {
    token.lastIndex = at
    const match = token.exec(pattern)
    if (match !== null) return [match[0].length, translate(match, mode)]
  }
  return fail(`cannot read it at "${pattern.slice(at, at + 10)}"`)
}

const literal = (character: string): string =>
  /\w/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`

const octal = (digits: string): string =>
  Number.parseInt(digits, 8) > 0o377
    ? fail(`octal escape value \\${digits} outside of range 0-0o377`)
    : `\\x${Number.parseInt(digits, 8).toString(16).padStart(2, '0')}`

const SPACE = ' \\t\\n\\r\\f\\v'
const START = '(?<![\\s\\S])'
const END = '(?![\\s\\S])'

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ A: START, Z: END, a: '\\x07', s: `[${SPACE}]`, S: `[^${SPACE}]` },
  ...Object.fromEntries([...'bBdDwWfnrtv'].map((letter) => [letter, `\\${letter}`])),
}

const SET_ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\\x07', b: '\\x08', s: SPACE, S: '\\S' },
  ...Object.fromEntries([...'dDwWfnrtv'].map((letter) => [letter, `\\${letter}`])),
}

const escaped = (letter: string, known: Readonly<Record<string, string>>): string =>
  known[letter] ?? (/[A-Za-z0-9]/.test(letter) ? fail(`bad escape \\${letter}`) : literal(letter))

const setOf = (body: string): string => {
  if (/\[:\^?[a-z]+:\]/.test(`[${body}]`)) fail('Python knows no [:classes:]; write \\s, \\d, \\w or the characters')
  return body.replace(
    /\\(0[0-7]{0,2}|[0-3][0-7]{2}|x[0-9a-fA-F]{2}|[\s\S])|([[\]^])/g,
    (_, one: string | undefined, plain: string) => {
      if (one === undefined) return `\\${plain}`
      if (/^[0-7]/.test(one)) return octal(one)
      return one.length > 1 ? `\\${one}` : escaped(one, SET_ESCAPES)
    },
  )
}

const VERBOSE: Rule = [/\s+|#[^\n]*/y, () => '']

const RULES: readonly Rule[] = [
  [/\\(0[0-7]{0,2}|[0-3][0-7]{2})/y, (match) => octal(match[1] ?? '')],
  [/\\(x[0-9a-fA-F]{2}|[1-9]\d?)/y, (match) => (match[1]?.startsWith('x') ? match[0] : `(?:${match[0]})`)],
  [/\\([\s\S])/y, (match) => escaped(match[1] ?? '', ESCAPES)],
  [/\\$/y, () => fail('bad escape (end of pattern)')],
  [/\[(\^?)(\]?(?:\\[\s\S]|[^\]\\])*)\]/y, (match) => `[${match[1]}${setOf(match[2] ?? '')}]`],
  [/\[/y, () => fail('unterminated character set')],
  [/\(\?#[^)]*\)/y, () => ''],
  [/\(\?P<([A-Za-z_]\w*)>/y, (match) => `(?<${match[1]}>`],
  [/\(\?P=([A-Za-z_]\w*)\)/y, (match) => `\\k<${match[1]}>`],
  [/\(\?(?:[:=!]|<[=!])/y, (match) => match[0]],
  [/\(\?[aiLmsux]+\)/y, () => fail('global flags not at the start of the expression')],
  [/\(\?[aiLmsux]*-?[imsx]*:/y, (match) => fail(`flags for a part of the pattern, ${match[0]}…), are not supported`)],
  [/\(\?./y, (match) => fail(`${match[0]}…) is not supported`)],
  [/(?:[*+?]|\{\d*,\d*\}|\{\d+\})\+/y, (match) => fail(`possessive quantifiers (${match[0]}) are not supported`)],
  [/\{,(\d*)\}/y, (match) => `{0,${match[1]}}`],
  [/\{\d+(?:,\d*)?\}/y, (match) => match[0]],
  [/[|()*+?]/y, (match) => match[0]],
  [/\^/y, (_, mode) => (mode.multiline ? '(?<![^\\n])' : START)],
  [/\$/y, (_, mode) => (mode.multiline ? '(?![^\\n])' : `(?=\\n?${END})`)],
  [/\./y, (_, mode) => (mode.dotAll ? '[\\s\\S]' : '[^\\n]')],
  [/[\s\S]/y, (match) => literal(match[0])],
]

/** Writes a match's groups into a template as Python's `expand` does: `\1`, `\g<1>`, `\g<name>`, `\n`. */
export const expandTemplate = (template: string, match: RegExpExecArray): string =>
  pieces(template, { count: match.length - 1, names: Object.keys(match.groups ?? {}) })
    .map((piece) => (typeof piece === 'string' ? piece : (piece.group(match) ?? '')))
    .join('')

/** What is wrong with a template for a pattern, or null. */
export const templateProblem = (template: string, regexp: RegExp): string | null => {
  try {
    pieces(template, groupsOf(regexp))
    return null
  } catch (error) {
    if (error instanceof Untranslatable) return error.message
    throw error
  }
}

interface GroupPiece {
  readonly group: (match: RegExpExecArray) => string | undefined
}

const PLAIN: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' },
}

const PIECE = /\\g<([^>]*)>|\\(0[0-7]{0,2}|[0-3][0-7]{2})|\\([1-9]\d?)|\\([\s\S])|[^\\]+|\\/g

const pieces = (template: string, groups: Groups): readonly (string | GroupPiece)[] =>
  [...template.matchAll(PIECE)].map(([all, named, code, number, letter]) => {
    if (named !== undefined) return groupPiece(named, groups)
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 8))
    if (number !== undefined) return groupPiece(number, groups)
    if (letter === undefined) return all
    return PLAIN[letter] ?? (/[A-Za-z]/.test(letter) ? fail(`bad escape \\${letter}`) : all)
  })

const groupPiece = (name: string, { count, names }: Groups): GroupPiece => {
  if (/^\d+$/.test(name)) {
    return Number(name) <= count ? { group: (match) => match[Number(name)] } : fail(`invalid group reference ${name}`)
  }
  return names.includes(name) ? { group: (match) => match.groups?.[name] } : fail(`unknown group name "${name}"`)
}
