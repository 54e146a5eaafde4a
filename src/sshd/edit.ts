// Edits one file so that a setting is obeyed as wanted: pure, from its text and from what the rest of the tree says.

import { refuse } from '../contract/signals.ts'
import { parseSshdConfig, renderSshdConfig, type SshdLine } from '../formats/sshd-config.ts'
import { isAll } from '../formats/sshd-match.ts'
import { intoBlock } from './into-block.ts'
import { endAt, lineAfter, newLine, type Patch, patched, withValue } from './patch.ts'
import { belowCommentedDefault, globalEnd, scopesOf, statedAt } from './place.ts'
import { namesRival, type Rival } from './rival.ts'
import type { Setting } from './setting.ts'
import { sameValue } from './value.ts'
import { against, isMatchAll, isWanted, matchAllAgainst, scopeTest, type Wish } from './wish.ts'

/** An edited text, and where a line of the old one is in it now. */
export interface Edited {
  readonly text: string
  /** both from 1 */
  readonly lineNow: (before: number) => number
  /** what is global below a new block stands in a `Match all` now */
  readonly isClosed: boolean
}

/** Writes a wish into a text. Refuses what an edit of this one file cannot bring about. */
export const edited = (text: string, wish: Wish): Edited => {
  const lines = parseSshdConfig(text, wish.setting.grammar)
  const stated = statedAt(lines, wish.setting, scopeTest(wish.match))
  if (wish.values.length === 0) return made(lines, { dropped: withHeads(lines, stated) })
  refuseTwice(lines, stated, wish)
  const barrier = barrierOf(lines, wish)
  refuseLate(lines, stated, wish)
  const how = wish.setting.shape === 'lines' ? lineByLine : wish.setting.order === 'last' ? lastCounts : firstCounts
  return made(lines, how(lines, stated, barrier, wish))
}

const made = (lines: readonly SshdLine[], patch: Patch): Edited => ({
  text: renderSshdConfig(patched(lines, patch)),
  lineNow: (before) => lineAfter(before, patch),
  isClosed: patch.inserted?.lines.at(-1)?.name === 'match',
})

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
const barrierOf = (lines: readonly SshdLine[], wish: Wish): number | null => {
  const others = against(wish)
  const winner = others.find((rival) => alwaysWins(rival, wish, lines))
  if (winner !== undefined) {
    refuse(`${namesRival(winner)}, and no line of ${wish.path} can outrank it${whyOf(winner, wish.setting)}`)
  }
  const through = others.flatMap(({ via }) => (typeof via === 'number' ? [via] : []))
  if (through.length === 0) return null
  return wish.setting.order === 'last' ? Math.max(...through) : Math.min(...through)
}

const alwaysWins = ({ via, isInAll }: Rival, { setting, match }: Wish, lines: readonly SshdLine[]): boolean => {
  const { order, isGlobalOnly, subsystem, version } = setting
  if (isAll(match)) return via !== 'after' || order === 'all'
  if (match !== null && isInAll && order !== 'last') return via === 'before' || order === 'all'
  // an Include that stands in a Match all of ours comes after what that says above it
  const around = typeof via === 'number' ? scopesOf(lines)[via - 1] : undefined
  const isInOurs = around !== undefined && isMatchAll(around)
  return (
    order === 'all' ||
    (isInAll && !isInOurs && isGlobalOnly !== true) ||
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

type How = (lines: readonly SshdLine[], stated: readonly number[], barrier: number | null, wish: Wish) => Patch

const firstCounts: How = (lines, stated, barrier, wish) => {
  const first = stated.find((index) => counts(lines, index, barrier, wish))
  const here = first !== undefined && (barrier === null || first < barrier - 1) ? first : null
  const dropped = stated.filter((index) => index !== here && isInTheWay(lines[index], wish))
  return {
    ...put(lines, here, barrier, wish, barrier === null ? null : barrier - 1),
    dropped: gone(lines, dropped, wish),
  }
}

/** Says whether a line is not overridden anyhow, as one outside of the Match all is in which the Include stands. */
const counts = (lines: readonly SshdLine[], index: number, barrier: number | null, wish: Wish): boolean => {
  const scopes = scopesOf(lines)
  const around = barrier === null || wish.match !== null ? undefined : scopes[barrier - 1]
  const here = scopes[index]
  return around === undefined || here === undefined || !isMatchAll(around) || isMatchAll(here)
}

/** Of a block that says it again, what is emptied goes too; a Match all stays, as it ends the block above it. */
const gone = (lines: readonly SshdLine[], dropped: readonly number[], { match }: Wish): readonly number[] =>
  match === null || isAll(match) ? dropped : withHeads(lines, dropped)

const lastCounts: How = (lines, stated, barrier, wish) => {
  const last = stated.at(-1)
  const here = last !== undefined && (barrier === null || last >= barrier) ? last : null
  const dropped = stated.filter((index) => index !== here && isInTheWay(lines[index], wish))
  return { ...put(lines, here, barrier, wish, barrier), dropped: gone(lines, dropped, wish) }
}

const isInTheWay = (line: SshdLine | undefined, wish: Wish): boolean =>
  line !== undefined && (wish.setting.order === 'all' || !isWanted(line.value, wish))

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
  return isWanted(line.value, wish) ? {} : { replaced: new Map([[here, withValue(line, value, wish.setting)]]) }
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
  if (wish.match !== null) return intoBlock(lines, values, barrier, wish)
  const isFree = (at: number): boolean =>
    barrier === null || (wish.setting.order === 'last' ? at >= barrier : at < barrier)
  const below = belowCommentedDefault(lines, wish.setting)
  if (below !== null && isFree(below)) return rendered(below, /^[ \t]*/.exec(lines[below - 1]?.tail ?? '')?.[0] ?? '')
  return rendered(fallback ?? globalEnd(lines), '')
}
