import { sshKeyword } from './ssh-config-keywords.ts'

/** One line of an ssh_config(5) file. Joining `text` and `end` of all lines gives the file back, byte for byte. */
export interface SshConfigLine {
  /** as it stands, without its line end */
  readonly text: string
  readonly end: '' | '\n' | '\r\n'
  /** the setting's name as `ssh -G` prints it; null of a blank line and of a comment */
  readonly keyword: string | null
  readonly indent: string
  /** the keyword as it is written */
  readonly spelled: string
  /** its arguments as they are written */
  readonly value: string
  /** a comment behind them, with the blanks before it */
  readonly comment: string
  /** its arguments as ssh reads them; of a command, the whole of it */
  readonly words: readonly string[]
}

/** The lines from one `Host` or `Match` to the next; the first block has no head and holds for every host. */
export interface SshConfigBlock {
  readonly kind: 'global' | 'host' | 'match'
  /** what stands behind `Host` or `Match` */
  readonly words: readonly string[]
  /** index of its head among the lines (of the global block: 0), and of the first line behind it */
  readonly from: number
  readonly to: number
}

// a stray `=` before the keyword is passed over, as ssh does
const LINE = /^([ \t]*)(?:=[ \t]*)?(?:"([^"]*)"|([^\s="#][^\s="]*))(?:[ \t]*=[ \t]*|[ \t]+|(?=")|$)(.*)$/

/** Reads a file as ssh does, line by line. */
export const parseSshConfig = (text: string): readonly SshConfigLine[] =>
  (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((whole) => {
    const end = whole.endsWith('\r\n') ? '\r\n' : whole.endsWith('\n') ? '\n' : ''
    return sshConfigLine(whole.slice(0, whole.length - end.length), end)
  })

/** Gives back the text that the lines are of. */
export const renderSshConfig = (lines: readonly SshConfigLine[]): string =>
  lines.map(({ text, end }) => text + end).join('')

/** Reads one line, whose end is given apart. */
export const sshConfigLine = (text: string, end: SshConfigLine['end']): SshConfigLine => {
  const [, indent = '', quoted, plain, rest = ''] = LINE.exec(text.replace(/[\s\f]+$/, '')) ?? []
  const spelled = quoted ?? plain ?? ''
  if (spelled === '') return { text, end, keyword: null, indent, spelled, value: '', comment: '', words: [] }
  const { name, command } = sshKeyword(spelled)
  const { words, length } = command ? { words: rest === '' ? [] : [rest], length: rest.length } : splitWords(rest)
  const value = rest.slice(0, length).trimEnd()
  return { text, end, keyword: name, indent, spelled, value, comment: rest.slice(value.length), words }
}

/** Splits arguments as ssh does: blanks part words, quotes hold them together, an unquoted `#` at a word's start ends the line. */
export const splitWords = (text: string): { readonly words: readonly string[]; readonly length: number } => {
  const found: string[] = []
  let index = 0
  for (;;) {
    while (text[index] === ' ' || text[index] === '\t') index += 1
    if (index >= text.length || text[index] === '#') return { words: found, length: index }
    const { word, next } = oneWord(text, index)
    found.push(word)
    index = next
  }
}

const oneWord = (text: string, from: number): { readonly word: string; readonly next: number } => {
  let word = ''
  let quote = ''
  let index = from
  for (; index < text.length; index += 1) {
    const char = text[index] ?? ''
    const following = text[index + 1] ?? ''
    if (char === '\\' && (/['"\\]/.test(following) || (quote === '' && following === ' '))) {
      word += following
      index += 1
    } else if (quote === '' && (char === ' ' || char === '\t')) break
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
    else word += char
  }
  return { word, next: index }
}

/** Parts the lines at `Host` and `Match`. */
export const blocksOf = (lines: readonly SshConfigLine[]): readonly SshConfigBlock[] => {
  const heads = lines.flatMap((line, index) => (line.keyword === 'host' || line.keyword === 'match' ? [index] : []))
  const bounds = [...heads, lines.length]
  const global: SshConfigBlock = { kind: 'global', words: [], from: 0, to: bounds[0] ?? lines.length }
  const blocks = heads.map((from, index): SshConfigBlock => {
    const head = lines[from]
    const kind = head?.keyword === 'match' ? 'match' : 'host'
    return { kind, words: head?.words ?? [], from, to: bounds[index + 1] ?? lines.length }
  })
  return [global, ...blocks]
}

/** What lines are to hold for: every host, the hosts of a `Host` line, or the criteria of a `Match` line. */
export interface SshConfigScope {
  readonly kind: 'global' | 'host' | 'match'
  readonly words: readonly string[]
}

/** Says whether a block is of that scope, however its head is written: the order of patterns and criteria, and their letter case, decide nothing. */
export const isOfScope = (block: SshConfigScope, scope: SshConfigScope): boolean =>
  block.kind === scope.kind && scopeKey(block) === scopeKey(scope)

const scopeKey = ({ kind, words }: SshConfigScope): string => {
  if (kind !== 'match') return [...new Set(words)].sort().join(' ')
  return criteriaOf(words)
    .map(({ name, value }) => `${name} ${value}`)
    .sort()
    .join(' ')
}

/** One criterion of a `Match` line; `value` is empty of those that stand alone. */
export interface SshCriterion {
  /** in lower case, with a `!` before it where it is negated */
  readonly name: string
  readonly value: string
}

const ALONE = new Set(['all', 'canonical', 'final', '!canonical', '!final'])

/** Reads the words of a `Match` line as criteria: `host a,b`, `host=a,b`, `all`. */
export const criteriaOf = (words: readonly string[]): readonly SshCriterion[] => {
  const found: SshCriterion[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const lower = name.toLowerCase()
    if (value !== undefined) found.push({ name: lower, value })
    else if (ALONE.has(lower)) found.push({ name: lower, value: '' })
    else {
      index += 1
      found.push({ name: lower, value: words[index] ?? '' })
    }
  }
  return found
}
