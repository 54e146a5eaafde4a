// Edits one file so that a setting is obeyed as wanted: pure, from its text and from what the rest of the tree says.

import { refuse } from '../contract/signals.ts'
import { parseSshdConfig, renderSshdConfig, type SshdLine } from '../formats/sshd-config.ts'
import { type Criterion, isAll, sameCriteria } from '../formats/sshd-match.ts'
import { endAt, lineAfter, newLine, type Patch, patched, withValue } from './patch.ts'
import { belowCommentedDefault, globalEnd, type Scope, scopesOf, statedAt } from './place.ts'
import { namesRival, type Rival } from './rival.ts'
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

/** An edited text, and where a line of the old one is in it now. */
export interface Edited {
  readonly text: string
  /** both from 1 */
  readonly lineNow: (before: number) => number
}

/** Writes a wish into a text. Refuses what an edit of this one file cannot bring about. */
export const edited = (text: string, wish: Wish): Edited => {
  const lines = parseSshdConfig(text, wish.setting.grammar)
  const stated = statedAt(lines, wish.setting, scopeTest(wish.match))
  if (wish.values.length === 0) return made(lines, { dropped: withHeads(lines, stated) })
  refuseTwice(lines, stated, wish)
  const barrier = barrierOf(wish)
  refuseLate(lines, stated, wish)
  const how = wish.setting.shape === 'lines' ? lineByLine : wish.setting.order === 'last' ? lastCounts : firstCounts
  return made(lines, how(lines, stated, barrier, wish))
}

const made = (lines: readonly SshdLine[], patch: Patch): Edited => ({
  text: renderSshdConfig(patched(lines, patch)),
  lineNow: (before) => lineAfter(before, patch),
})

/** The rivals that say otherwise. */
export const against = (wish: Wish): readonly Rival[] => wish.rivals.filter((rival) => !isSame(rival.value, wish))

const scopeTest = (match: Wish['match']): ((scope: Scope) => boolean) => {
  if (match === null) return (scope) => scope.criteria === null
  if (isAll(match)) return (scope) => scope.criteria === null && scope.head >= 0
  const criteria = sameCriteria(match)
  return (scope) => scope.criteria === criteria
}

const isSame = (value: string, { values, setting }: Wish): boolean =>
  values.some((wanted) => sameValue(setting, wanted) === sameValue(setting, value))

/** Lines to drop, and with them the part of a block down to its last setting where none is left in it. */
const withHeads = (lines: readonly SshdLine[], dropped: readonly number[]): readonly number[] => {
  const scopes = scopesOf(lines)
  const heads = new Set(dropped.flatMap((index) => scopes[index]?.head ?? -1).filter((head) => head >= 0))
  const emptied = [...heads].flatMap((head) => {
    const inside = lines.flatMap((line, index) => (scopes[index]?.head === head && line.name !== '' ? [index] : []))
    if (inside.some((index) => index !== head && !dropped.includes(index))) return []
    return Array.from({ length: Math.max(...inside) - head + 1 }, (_, offset) => head + offset)
  })
  return [...dropped, ...emptied]
}

const refuseTwice = (lines: readonly SshdLine[], stated: readonly number[], { setting, path }: Wish): void => {
  const [first = 0, second] = stated
  if (setting.subsystem === null || second === undefined) return
  refuse(
    `${path} has the Subsystem "${setting.subsystem}" twice, in lines ${first + 1} and ${second + 1} ` +
      `(the first says ${lines[first]?.value}): take one of them away`,
  )
}

/** The line of an Include that ours must come before (where the last counts: after); null where none is in the way. */
const barrierOf = (wish: Wish): number | null => {
  const others = against(wish)
  const winner = others.find((rival) => alwaysWins(rival, wish))
  if (winner !== undefined) {
    refuse(`${namesRival(winner)}, and no line of ${wish.path} can outrank it${whyOf(winner, wish.setting)}`)
  }
  const through = others.flatMap(({ via }) => (typeof via === 'number' ? [via] : []))
  if (through.length === 0) return null
  return wish.setting.order === 'last' ? Math.max(...through) : Math.min(...through)
}

const alwaysWins = ({ via, isInAll }: Rival, { setting, match }: Wish): boolean => {
  const { order, isGlobalOnly, subsystem, version } = setting
  if (match !== null && isInAll) return via !== 'after' || order === 'all'
  return (
    order === 'all' ||
    (isInAll && isGlobalOnly !== true) ||
    via === (order === 'last' ? 'after' : 'before') ||
    (subsystem !== null && Number.parseFloat(version) < 9.5)
  )
}

const whyOf = ({ isInAll }: Rival, { order, subsystem }: Setting): string => {
  if (order === 'all') return ': sshd adds up what all lines say'
  if (subsystem !== null) return ': sshd takes a Subsystem only once'
  return isInAll ? ': what a Match all says overrides what is outside of it' : ''
}

/** Refuses a block for which a `Match all` of the same file comes too early, or with which it adds up. */
const refuseLate = (lines: readonly SshdLine[], stated: readonly number[], wish: Wish): void => {
  const all = wish.match === null || isAll(wish.match) ? undefined : matchAllAgainst(lines, wish)
  const block = scopesOf(lines).findIndex(scopeTest(wish.match))
  const addsUp = wish.setting.order === 'all'
  if (all === undefined || (!addsUp && Math.max(block, stated[0] ?? -1) < all.head)) return
  const why = addsUp ? 'adds up with the block' : 'comes before the block'
  refuse(`${wish.path}:${all.index + 1} says ${lines[all.index]?.value} in a Match all, which ${why}`)
}

const matchAllAgainst = (lines: readonly SshdLine[], wish: Wish): { index: number; head: number } | undefined => {
  const scopes = scopesOf(lines)
  return statedAt(lines, wish.setting, (scope) => scope.criteria === null && scope.head >= 0)
    .filter((index) => !isSame(lines[index]?.value ?? '', wish))
    .map((index) => ({ index, head: scopes[index]?.head ?? -1 }))[0]
}

type How = (lines: readonly SshdLine[], stated: readonly number[], barrier: number | null, wish: Wish) => Patch

const firstCounts: How = (lines, stated, barrier, wish) => {
  const [first] = stated
  const here = first !== undefined && (barrier === null || first < barrier - 1) ? first : null
  const dropped = stated.filter((index) => index !== here && isInTheWay(lines[index], wish))
  return { ...put(lines, here, barrier, wish, barrier === null ? null : barrier - 1), dropped }
}

const lastCounts: How = (lines, stated, barrier, wish) => {
  const last = stated.at(-1)
  const here = last !== undefined && (barrier === null || last >= barrier) ? last : null
  const dropped = stated.filter((index) => index !== here && isInTheWay(lines[index], wish))
  return { ...put(lines, here, barrier, wish, barrier), dropped }
}

const isInTheWay = (line: SshdLine | undefined, wish: Wish): boolean =>
  line !== undefined && (wish.setting.order === 'all' || !isSame(line.value, wish))

/** The wanted line in the place of one that is there, else where a reader would look, else at the index given. */
const put = (
  lines: readonly SshdLine[],
  here: number | null,
  barrier: number | null,
  wish: Wish,
  fallback: number | null,
): Patch => {
  const value = wish.values[0] ?? ''
  const line = here === null ? undefined : lines[here]
  if (here === null || line === undefined) return { inserted: insertion(lines, [value], barrier, fallback, wish) }
  return isSame(line.value, wish) ? {} : { replaced: new Map([[here, withValue(line, value, wish.setting)]]) }
}

/** A value a line: lines that say a wanted one stay, others are given the missing ones or go. */
const lineByLine: How = (lines, stated, barrier, wish) => {
  const { setting, values } = wish
  const key = (value: string): string => sameValue(setting, value)
  const elsewhere = new Set(wish.rivals.map((rival) => key(rival.value)))
  const kept = new Map<string, number>()
  for (const index of stated) {
    const value = key(lines[index]?.value ?? '')
    if (values.some((one) => key(one) === value) && !kept.has(value)) kept.set(value, index)
  }
  const missing = values.filter((value) => !kept.has(key(value)) && !elsewhere.has(key(value)))
  const free = stated.filter((index) => ![...kept.values()].includes(index))
  const replaced = new Map(
    free.slice(0, missing.length).flatMap((index, nth) => {
      const line = lines[index]
      return line === undefined ? [] : [[index, withValue(line, missing[nth] ?? '', setting)] as const]
    }),
  )
  const dropped = free.slice(missing.length)
  const more = missing.slice(free.length)
  if (more.length === 0) return { replaced, dropped }
  const last = Math.max(-1, ...kept.values(), ...replaced.keys())
  if (last < 0) return { dropped, inserted: insertion(lines, more, barrier, null, wish) }
  const indent = lines[last]?.indent ?? ''
  const below = more.map((value) => newLine(setting, value, indent, endAt(lines, last + 1)))
  return { replaced, dropped, inserted: { before: last + 1, lines: below } }
}

const insertion = (
  lines: readonly SshdLine[],
  values: readonly string[],
  barrier: number | null,
  fallback: number | null,
  wish: Wish,
): NonNullable<Patch['inserted']> => {
  const rendered = (before: number, indent: string) => ({
    before,
    lines: values.map((value) => newLine(wish.setting, value, indent, endAt(lines, before))),
  })
  if (wish.match !== null) return intoBlock(lines, values, fallback, wish, rendered)
  const isFree = (at: number): boolean =>
    barrier === null || (wish.setting.order === 'last' ? at >= barrier : at < barrier)
  const below = belowCommentedDefault(lines, wish.setting)
  if (below !== null && isFree(below)) return rendered(below, /^[ \t]*/.exec(lines[below - 1]?.tail ?? '')?.[0] ?? '')
  return rendered(fallback ?? globalEnd(lines), '')
}

const intoBlock = (
  lines: readonly SshdLine[],
  values: readonly string[],
  fallback: number | null,
  wish: Wish,
  rendered: (before: number, indent: string) => NonNullable<Patch['inserted']>,
): NonNullable<Patch['inserted']> => {
  const scopes = scopesOf(lines)
  const head = scopes.findIndex(scopeTest(wish.match))
  if (head >= 0) {
    const last = lines.findLastIndex((line, index) => scopes[index]?.head === head && line.name !== '')
    const at = fallback ?? last + 1
    const near = lines[fallback ?? last]
    return rendered(at, last === head ? indentOf(lines) : (near?.indent ?? ''))
  }
  const at = matchAllAgainst(lines, wish)?.head ?? lines.length
  const end = endAt(lines, at)
  const match = { indent: '', keyword: 'Match', name: 'match', gap: ' ', tail: '', end } as const
  const block = values.map((value) => newLine(wish.setting, value, indentOf(lines), end))
  return { before: at, lines: [{ ...match, value: wish.head }, ...block] }
}

/** How the file indents the lines of its blocks; four blanks where it has none. */
const indentOf = (lines: readonly SshdLine[]): string => {
  const scopes = scopesOf(lines)
  const first = lines.find(
    (line, index) => line.name !== '' && line.name !== 'match' && (scopes[index]?.head ?? -1) >= 0,
  )
  return first?.indent ?? '    '
}
