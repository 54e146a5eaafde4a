import type { SshdLine } from '../formats/sshd-config.ts'
import { type Criterion, isAll, sameCriteria } from '../formats/sshd-match.ts'
import { type Scope, scopesOf, statedAt } from './place.ts'
import type { Rival } from './rival.ts'
import type { Setting } from './setting.ts'
import { sameValue } from './value.ts'

/** What a file is to say. */
export interface Wish {
  readonly setting: Setting
  /** the value of each line to write; empty: none may be left */
  readonly values: readonly string[]
  /** the block it is wanted in; null for the global part */
  readonly match: readonly Criterion[] | null
  /** the criteria of a new block, as they are written */
  readonly head: string
  /** the file that is written, and what others say of the setting in that scope, in reading order */
  readonly path: string
  readonly rivals: readonly Rival[]
}

/** Says whether a value is a wanted one, however it is written. */
export const isWanted = (value: string, { values, setting }: Wish): boolean =>
  values.some((wanted) => sameValue(setting, wanted) === sameValue(setting, value))

/** The rivals that say otherwise. */
export const against = (wish: Wish): readonly Rival[] => wish.rivals.filter((rival) => !isWanted(rival.value, wish))

/** Tells the scopes of a file that a wish is about from the others. */
export const scopeTest = (match: Wish['match']): ((scope: Scope) => boolean) => {
  if (match === null) return (scope) => scope.criteria === null
  if (isAll(match)) return isMatchAll
  const criteria = sameCriteria(match)
  return (scope) => scope.criteria === criteria
}

/** Says whether a scope is that of an outermost `Match all`. */
export const isMatchAll = (scope: Scope): boolean => scope.criteria === null && scope.head >= 0

/** The first line in a `Match all` that says otherwise, and its Match line. */
export const matchAllAgainst = (
  lines: readonly SshdLine[],
  wish: Wish,
): { readonly index: number; readonly head: number } | undefined => {
  const scopes = scopesOf(lines)
  return statedAt(lines, wish.setting, isMatchAll)
    .filter((index) => !isWanted(lines[index]?.value ?? '', wish))
    .map((index) => ({ index, head: scopes[index]?.head ?? -1 }))[0]
}
