// A block before global lines must be closed by `Match all`, which keeps them global; but sshd lets what a `Match all`
// says override other global lines, and the blocks behind it: where that counts, the rest would mean something else.

import type { Statement } from '../formats/sshd-tree.ts'
import { keywordOf } from './keywords.ts'
import { settingOf } from './setting.ts'
import { sameValue } from './value.ts'

/** Where a block would be put: before a statement, by its index, of a file. */
export interface Opening {
  readonly path: string
  readonly from: number
  readonly version: string
  /** says whether the new block outranks a line anyhow */
  readonly outranks: (one: Statement) => boolean
}

/** What a `Match all` that closes a new block would change for others; null where nothing. */
export const whatClosingChanges = (all: readonly Statement[], opening: Opening): string | null => {
  const { path, from, version, outranks } = opening
  const isCaught = (one: Statement): boolean =>
    one.within.length === 0 && (one.file === path || one.through.some(({ file }) => file === path))
  const caught = new Set(all.slice(from).filter((one) => isCaught(one) && mayOverride(one, version)))
  for (const [index, one] of all.entries()) {
    if (!caught.has(one)) continue
    const clashes = clashTest(one, version)
    const other = all.find((two, at) => !caught.has(two) && !outranks(two) && clashes(two, at < from, at > index))
    if (other !== undefined) return `${named(one)} would override ${named(other)}`
  }
  return null
}

const mayOverride = ({ line }: Statement, version: string): boolean =>
  !['', 'match', 'include'].includes(line.name) && keywordOf(line.name, version)?.isGlobalOnly !== true

/** Tells the lines that say otherwise than one that gets into the `Match all`, and that count less for it. */
const clashTest = (one: Statement, version: string) => {
  const setting = settingOf(one.line.keyword.replaceAll('"', ''), version)
  const value = sameValue(setting, one.line.value)
  return (other: Statement, isBefore: boolean, isBehind: boolean): boolean => {
    if (!setting.names.has(other.line.name)) return false
    if (setting.order !== 'all' && sameValue(setting, other.line.value) === value) return false
    return setting.order !== 'first' || (other.within.length === 0 ? isBefore : isBehind)
  }
}

const named = ({ file, number, line }: Statement): string =>
  `${file}:${number} (${line.keyword.replaceAll('"', '')} ${line.value})`
