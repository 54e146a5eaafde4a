// Where the lines of a block go: into one that is there, else into a new one.

import { refuse } from '../contract/signals.ts'
import type { SshdLine } from '../formats/sshd-config.ts'
import { endAt, newLine, type Patch } from './patch.ts'
import { type Scope, scopesOf } from './place.ts'
import { namesRival } from './rival.ts'
import { against, matchAllAgainst, scopeTest, type Wish } from './wish.ts'

type Inserted = NonNullable<Patch['inserted']>

/**
 * Puts values into the block of a wish.
 *
 * @param barrier the line, from 1, of the Include that they must come before (where the last counts: after)
 */
export const intoBlock = (
  lines: readonly SshdLine[],
  values: readonly string[],
  barrier: number | null,
  wish: Wish,
): Inserted => {
  const scopes = scopesOf(lines)
  const isLast = wish.setting.order === 'last'
  const isIt = scopeTest(wish.match)
  const [from, limit] = barrier === null ? [0, lines.length] : isLast ? [barrier, lines.length] : [0, barrier - 1]
  const head = scopes.findIndex((scope, index) => index >= from && index < limit && isIt(scope))
  if (head < 0) return newBlock(lines, values, isLast ? null : barrier, wish)
  const block = scopes[head]?.head
  const isCut = limit < lines.length && scopes[limit]?.head === block
  const last = lines.findLastIndex((line, at) => at < limit && scopes[at]?.head === block && line.name !== '')
  const before = isCut ? limit : last + 1
  const indent = !isCut && last === block ? indentOf(lines) : (lines[isCut ? limit : last]?.indent ?? '')
  return { before, lines: rendered(lines, values, before, indent, wish) }
}

const rendered = (
  lines: readonly SshdLine[],
  values: readonly string[],
  before: number,
  indent: string,
  { setting }: Wish,
): readonly SshdLine[] => values.map((value) => newLine(setting, value, indent, endAt(lines, before)))

const newBlock = (
  lines: readonly SshdLine[],
  values: readonly string[],
  barrier: number | null,
  wish: Wish,
): Inserted => {
  const before = placeOf(lines, barrier, wish)
  const inside = rendered(lines, values, before, indentOf(lines), wish)
  const block = [matchLine(wish.head, lines, before), ...inside]
  // a block ends where the next begins, and what is global below it must stay global
  const isOpen = before < lines.length && lines[before]?.name !== 'match'
  if (!isOpen) return { before, lines: block }
  refuseClosing(barrier, wish)
  return { before, lines: [...block, matchLine('all', lines, before)] }
}

/** Before the Include, or the block that it is in, and before a `Match all` that says otherwise; else at the end. */
const placeOf = (lines: readonly SshdLine[], barrier: number | null, wish: Wish): number => {
  const around = barrier === null ? -1 : (scopesOf(lines)[barrier - 1]?.head ?? -1)
  const limit = barrier === null ? lines.length : around < 0 ? barrier - 1 : around
  return Math.min(limit, matchAllAgainst(lines, wish)?.head ?? limit)
}

const refuseClosing = (barrier: number | null, wish: Wish): void => {
  const rival = against(wish).find(({ via, barred }) => via === barrier && barred !== '')
  if (rival === undefined) return
  refuse(
    `${namesRival(rival)} for ${wish.head}, and a block before the Include (${wish.path}:${barrier}) ` +
      `would change more than that: ${rival.barred}`,
  )
}

const matchLine = (value: string, lines: readonly SshdLine[], before: number): SshdLine => ({
  indent: '',
  keyword: 'Match',
  name: 'match',
  gap: ' ',
  value,
  tail: '',
  end: endAt(lines, before),
})

/** What a Match all keeps global may stand as it stood before there was one: without an indent. */
const isInBlock = (line: SshdLine, scope: Scope | undefined): boolean =>
  scope !== undefined && (scope.criteria !== null || (scope.head >= 0 && line.indent !== ''))

/** How the file indents the lines of its blocks; four blanks where it has none. */
const indentOf = (lines: readonly SshdLine[]): string => {
  const scopes = scopesOf(lines)
  const first = lines.find((line, index) => line.name !== '' && line.name !== 'match' && isInBlock(line, scopes[index]))
  return first?.indent ?? '    '
}
