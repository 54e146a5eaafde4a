import { type Criterion, isAll, sameCriteria } from '../formats/sshd-match.ts'
import { isGlobal, isInAll, type Statement } from '../formats/sshd-tree.ts'
import { whatClosingChanges } from './closing.ts'
import { states, stating } from './place.ts'
import type { Setting } from './setting.ts'

/** What another file of the tree says of a setting. */
export interface Rival {
  readonly file: string
  readonly number: number
  readonly keyword: string
  readonly value: string
  /** when sshd reads it: before or after the file that is written, or by the Include in this line of it */
  readonly via: 'before' | 'after' | number
  /** it stands in an outermost `Match all` */
  readonly isInAll: boolean
  /** why no block can be put before that Include: what else that would change; empty where it can */
  readonly barred: string
}

/** The lines of other files that state a setting in a scope: the global one (null), or that of the same criteria. */
export const rivalsOf = (
  all: readonly Statement[],
  path: string,
  setting: Setting,
  match: readonly Criterion[] | null,
): readonly Rival[] => {
  const first = all.findIndex((one) => one.file === path)
  const own = match === null ? null : sameCriteria(match)
  const barredBefore = (via: number): string =>
    whatClosingChanges(all, {
      path,
      from: all.findIndex((one) => one.file === path && one.number === via),
      version: setting.version,
      outranks: (one) => states(one.line, setting) && !isGlobal(one) && criteriaKey(one) === own,
    }) ?? ''
  return stating(all, setting).flatMap((one) => {
    if (one.file === path || !isInScope(one, match)) return []
    const via =
      one.through.find((step) => step.file === path)?.number ?? (all.indexOf(one) < first ? 'before' : 'after')
    const { keyword, value } = one.line
    const barred = typeof via === 'number' && match !== null ? barredBefore(via) : ''
    return [{ file: one.file, number: one.number, keyword, value, via, isInAll: isInAll(one), barred }]
  })
}

/** Says whether a line counts for a scope: for a block, what stands in a `Match all` counts too, as it may come first. */
export const isInScope = (one: Statement, match: readonly Criterion[] | null): boolean => {
  if (match === null || isAll(match)) return match === null ? isGlobal(one) : isInAll(one)
  return isInAll(one) || criteriaKey(one) === sameCriteria(match)
}

/** The criteria of the Match lines around a line, joined, in their one way of writing. */
export const criteriaKey = (one: Statement): string =>
  sameCriteria(one.within.filter((criteria) => !isAll(criteria)).flat())

/** Names a rival with its place: `/etc/ssh/sshd_config.d/50-x.conf:3 says PasswordAuthentication yes`. */
export const namesRival = ({ file, number, keyword, value }: Rival): string =>
  `${file}:${number} says ${keyword.replaceAll('"', '')} ${value}`

/** A rival as a line of a record, and back. */
export const rivalText = ({ via, isInAll, barred, file, number, keyword, value }: Rival): string =>
  [via, isInAll ? 'all' : 'global', file, number, keyword, barred.replaceAll('\t', ' '), value].join('\t')

/** Reads what {@link rivalText} wrote. */
export const rivalFrom = (text: string): Rival => {
  const [via = '', scope, file = '', number, keyword = '', barred = '', ...value] = text.split('\t')
  return {
    via: via === 'before' || via === 'after' ? via : Number(via),
    isInAll: scope === 'all',
    file,
    number: Number(number),
    keyword,
    barred,
    value: value.join('\t'),
  }
}
