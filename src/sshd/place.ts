// Where in a file a line may go, as a reader would look for it and sshd obey it.

import { byPair } from '../contract/by-pair.ts'
import type { SshdLine } from '../formats/sshd-config.ts'
import { criteriaOf, isAll, sameCriteria } from '../formats/sshd-match.ts'
import type { Statement } from '../formats/sshd-tree.ts'
import { keywordOf } from './keywords.ts'
import type { Setting } from './setting.ts'
import { sameValue } from './value.ts'

/** What a line stands in: nothing, an outermost `Match all` (both global), or a block, by its criteria. */
export interface Scope {
  /** the index of the block's Match line; -1 outside */
  readonly head: number
  /** null for what is global; else the criteria in their one way of writing */
  readonly criteria: string | null
}

/** The scope of every line of a file by itself. */
export const scopesOf = (lines: readonly SshdLine[]): readonly Scope[] => {
  let scope: Scope = { head: -1, criteria: null }
  return lines.map((line, index) => {
    if (line.name === 'match') {
      const criteria = criteriaOf(line.value)
      scope = { head: index, criteria: isAll(criteria) ? null : sameCriteria(criteria ?? []) }
    }
    return scope
  })
}

/** The index before which a new global line goes where nothing else says so: the first real Match, else the end. */
export const globalEnd = (lines: readonly SshdLine[]): number => {
  const first = scopesOf(lines).findIndex((scope) => scope.criteria !== null)
  return first < 0 ? lines.length : first
}

/** The index below the commented default of a setting in the global part (`#Keyword value`), or null. */
export const belowCommentedDefault = (lines: readonly SshdLine[], setting: Setting): number | null => {
  const scopes = scopesOf(lines)
  const isHere = (index: number): boolean => {
    const line = lines[index]
    return line !== undefined && scopes[index]?.criteria === null && isCommentedDefault(line, setting)
  }
  const first = lines.findIndex((_, index) => isHere(index) && !isInCommentedMatch(lines, index))
  if (first < 0) return null
  let last = first
  while (isHere(last + 1)) last += 1
  return last + 1
}

const COMMENT = /^[ \t]*#([ \t]*)([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+)(\S.*?)[ \t]*$/

const isCommentedDefault = (line: SshdLine, setting: Setting): boolean => {
  if (line.name !== '') return false
  const [, gap = '', keyword = '', rest = ''] = COMMENT.exec(line.tail) ?? []
  if (!setting.names.has(keyword.toLowerCase())) return false
  const words = rest.replace(/\s+#.*$/, '').split(/\s+/)
  if (setting.subsystem !== null && words[0] !== setting.subsystem) return false
  if (isProse(words)) return false
  if (['word', 'commas', 'lines'].includes(setting.shape)) return words.length === 1 || /^["']/.test(rest)
  return gap === '' || words.length <= 2 || setting.subsystem !== null
}

const PROSE = new Set(
  `a an and are as at be but by can controls for from has how if in is it its may must not of on or
  see set sets should so specifies that the this to use used was we what when which will with you`.split(/\s+/),
)

const isProse = (words: readonly string[]): boolean =>
  words.some((word) => PROSE.has(word.toLowerCase())) || /[A-Za-z)][.,:;!?]$/.test(words.at(-1) ?? '')

/** Says whether a comment continues a commented-out Match block, whose settings are no defaults of the whole file. */
const isInCommentedMatch = (lines: readonly SshdLine[], index: number): boolean => {
  for (let at = index - 1; at >= 0; at -= 1) {
    const line = lines[at]
    if (line === undefined || line.name !== '' || line.tail.trim() === '') return false
    const [, keyword] = /^[ \t]*#[ \t]*([A-Za-z0-9]+)/.exec(line.tail) ?? []
    if (keyword?.toLowerCase() === 'match') return true
    if (!/^[ \t]*#[ \t]/.test(line.tail) && keywordOf(keyword ?? '', '10.5') !== null) return false
  }
  return false
}

/** The indices of the lines that state a setting in a scope, in order. */
export const statedAt = (
  lines: readonly SshdLine[],
  setting: Setting,
  isIn: (scope: Scope) => boolean,
): readonly number[] => {
  const scopes = scopesOf(lines)
  return lines.flatMap((line, index) => {
    const scope = scopes[index]
    return scope !== undefined && isIn(scope) && states(line, setting) ? [index] : []
  })
}

/** The lines of a tree that state a setting, in reading order. */
export const stating = byPair((all: readonly Statement[], setting: Setting): readonly Statement[] =>
  all.filter((one) => states(one.line, setting)),
)

/** Says whether a line states a setting; of a Subsystem, that of its name. */
export const states = (line: SshdLine, setting: Setting): boolean =>
  setting.names.has(line.name) &&
  (setting.subsystem === null || sameValue(setting, line.value).split(' ')[0] === setting.subsystem)
