// The configuration as sshd reads it: from a root file through its Includes.

import { byPair } from '../contract/by-pair.ts'
import { byText } from '../contract/by-text.ts'
import { parseSshdConfig, type SshdGrammar, type SshdLine, sshdWords } from './sshd-config.ts'
import { type Criterion, criteriaOf, criteriaText, isAll } from './sshd-match.ts'

/** Every file that a root leads to, by the path under which sshd opens it, and what each Include pattern takes, in order. */
export interface SshdTree {
  readonly root: string
  readonly grammar: SshdGrammar
  readonly files: Readonly<Record<string, string>>
  readonly includes: Readonly<Record<string, readonly string[]>>
}

/** One line that sshd meets, in reading order; an Include is followed by what it leads to. */
export interface Statement {
  readonly file: string
  /** from 1 */
  readonly number: number
  readonly line: SshdLine
  /** the criteria that must hold, one list per Match around it, the outermost first; a Match line counts its own */
  readonly within: readonly (readonly Criterion[])[]
  /** the Match line that opened the block it stands in, as `file:number`; empty outside */
  readonly block: string
  /** the lines of the Includes that led here, the root's first */
  readonly through: readonly { readonly file: string; readonly number: number }[]
}

/** How deep sshd follows Includes. */
export const INCLUDE_DEPTH = 16

/** The patterns of an Include line, made absolute: a relative one is taken from /etc/ssh, wherever the file is. */
export const includePatterns = (line: SshdLine, grammar: SshdGrammar): readonly string[] =>
  line.name === 'include'
    ? (sshdWords(line.value, grammar) ?? []).map((path) =>
        path.startsWith('/') || path.startsWith('~') ? path : `/etc/ssh/${path}`,
      )
    : []

/** The patterns of all Include lines of a text, made absolute. */
export const includesIn = (text: string, grammar: SshdGrammar): readonly string[] => INCLUDES[grammar](text)

const includesBy = (grammar: SshdGrammar) =>
  byText((text) => parseSshdConfig(text, grammar).flatMap((line) => includePatterns(line, grammar)))

const INCLUDES: Readonly<Record<SshdGrammar, (text: string) => readonly string[]>> = {
  old: includesBy('old'),
  new: includesBy('new'),
}

/** Walks through the lines of a tree in reading order. */
export const statements = (tree: SshdTree): readonly Statement[] => {
  const before = walked.get(tree)
  if (before !== undefined) return before
  const { root, grammar, files, includes } = tree
  const all = statementsBy(JSON.stringify({ root, grammar, files, includes } satisfies SshdTree))
  walked.set(tree, all)
  return all
}

// one tree is walked several times in a look: its texts need not be compared each time
const walked = new WeakMap<SshdTree, readonly Statement[]>()

const statementsBy = byText((text) => {
  const tree: SshdTree = JSON.parse(text)
  return walk(tree, tree.root, { within: [], block: '', through: [] })
})

/** Stands for the criteria of a Match line that sshd refuses. */
const UNREADABLE = '?'

type Place = Pick<Statement, 'within' | 'block' | 'through'>

const walk = (tree: SshdTree, file: string, from: Place): readonly Statement[] => {
  if (from.through.length > INCLUDE_DEPTH) return []
  let here = from
  // an empty file has its place in the order too
  const lines = parseSshdConfig(tree.files[file] || '\n', tree.grammar)
  return lines.flatMap((line, index) => {
    const number = index + 1
    if (line.name === 'match') {
      const within = [...from.within, criteriaOf(line.value) ?? [{ name: UNREADABLE, patterns: line.value }]]
      here = { within, block: `${file}:${number}`, through: from.through }
    }
    const self: Statement = { file, number, line, ...here }
    const next = { ...here, through: [...here.through, { file, number }] }
    const parts = includePatterns(line, tree.grammar).flatMap((pattern) => tree.includes[pattern] ?? [])
    return [self, ...parts.flatMap((path) => walk(tree, path, next))]
  })
}

/** Says whether a line counts for everybody: it stands in no Match but `Match all`. */
export const isGlobal = (statement: Statement): boolean => statement.within.every(isAll)

/** Says whether a line stands in an outermost `Match all`, which sshd reads as global text first. */
export const isInAll = (statement: Statement): boolean => statement.within.length > 0 && isGlobal(statement)

/** A tree as one text, and where each of its lines comes from. */
export interface Flattened {
  readonly text: string
  readonly from: readonly { readonly file: string; readonly number: number }[]
}

/**
 * Writes a tree as one text that sshd reads to the same end: all global lines in reading order, then the blocks, the
 * criteria of nested ones joined. `isGlobalOnly` names the keywords that count where they stand in a `Match all` too.
 */
export const flatten = (
  tree: SshdTree,
  isGlobalOnly: (name: string) => boolean,
  takes?: (statement: Statement) => boolean,
): Flattened =>
  takes === undefined
    ? FLATTENED[tree.grammar](statements(tree), isGlobalOnly)
    : flattened(tree.grammar, statements(tree).filter(takes), isGlobalOnly)

const flattened = (
  grammar: SshdGrammar,
  statements: readonly Statement[],
  isGlobalOnly: (name: string) => boolean,
): Flattened => {
  const all = statements.filter((one) => !isBlank(one.line) && !isFollowed(one, grammar))
  const isEarly = (one: Statement): boolean =>
    one.within.length === 0 || (one.line.name !== '' && isInAll(one) && isGlobalOnly(one.line.name))
  const early = all.filter(isEarly)
  const late = withHeads(all.filter((one) => !isEarly(one)))
  const lines = [...early.map((one) => ({ text: textOf(one.line), at: one })), ...late]
  return {
    text: lines.map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`)).join(''),
    from: lines.map(({ at }) => ({ file: at.file, number: at.number })),
  }
}

const flattenedBy = (grammar: SshdGrammar) =>
  byPair((all: readonly Statement[], isGlobalOnly: (name: string) => boolean) => flattened(grammar, all, isGlobalOnly))

const FLATTENED = { old: flattenedBy('old'), new: flattenedBy('new') }

const isBlank = (line: SshdLine): boolean => line.name === '' && line.tail.trim() === ''

const isFollowed = (one: Statement, grammar: SshdGrammar): boolean => includePatterns(one.line, grammar).length > 0

const textOf = (line: SshdLine): string =>
  line.indent + line.keyword + line.gap + line.value + line.tail + (line.end === '\r\n' ? line.end : '')

/** Puts a Match line before every run of lines whose block is another than that of the lines before. */
const withHeads = (all: readonly Statement[]): readonly { text: string; at: Statement }[] => {
  let open = ''
  return all.flatMap((one) => {
    const isHead = one.line.name === 'match'
    if (!isHead && one.block === open) return [{ text: textOf(one.line), at: one }]
    open = one.block
    const head = one.within.length === 1 && isHead ? textOf(one.line) : `Match ${joined(one.within)}`
    return isHead
      ? [{ text: head, at: one }]
      : [
          { text: head, at: one },
          { text: textOf(one.line), at: one },
        ]
  })
}

const joined = (within: Statement['within']): string => {
  const inner = within.length > 1 ? within.filter((criteria) => !isAll(criteria)) : within
  return (inner.length === 0 ? [[{ name: 'all', patterns: '' }]] : inner)
    .flat()
    .map((one) => (one.name === UNREADABLE ? one.patterns : criteriaText([one])))
    .join(' ')
}
