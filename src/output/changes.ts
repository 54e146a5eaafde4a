import type { Change, ChangeValue } from '../contract/outcome.ts'
import type { Paint } from './paint.ts'
import { visible, visibleLine } from './visible.ts'

/** The lines that show changes in full: unified diffs of texts, `before -> after` of everything else. */
export const changeLines = (changes: readonly Change[], paint: Paint): readonly string[] =>
  changes.flatMap((change) => (change.diff === undefined ? fieldLines(change) : diffLines(visible(change.diff), paint)))

/** What changes touch, in a few words: paths and fields, the first three of them. */
export const subjects = (changes: readonly Change[]): string => {
  const all = [...new Set(changes.map(({ field, path }) => path ?? field))]
  const more = all.length > SHOWN ? `, and ${all.length - SHOWN} more` : ''
  return visibleLine(`${all.slice(0, SHOWN).join(', ')}${more}`)
}

const SHOWN = 3

const fieldLine = (change: Change): string => {
  const { field, path, before, after, later } = change
  if (field === 'text' && later !== true) return `${path}: text changed (not shown)`
  const what = path === undefined ? field : field === 'kind' ? path : `${path}: ${field}`
  return `${what}: ${said(before)} -> ${later === true ? 'known after the run' : said(after)}`
}

/** A value of several lines goes on below, behind an indent. */
const fieldLines = (change: Change): readonly string[] => {
  const [first = '', ...rest] = visible(fieldLine(change)).replace(/\n+$/, '').split('\n')
  return [first, ...rest.map((line) => `  ${line}`.trimEnd())]
}

/** A value as people read it. */
export const said = (value: ChangeValue): string => {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string' || typeof value === 'number') return value === '' ? '""' : String(value)
  return `[${value.join(', ')}]`
}

const diffLines = (diff: string, paint: Paint): readonly string[] =>
  diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => diffLine(line, paint))

const diffLine = (line: string, paint: Paint): string => {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint.strong(line)
  if (line.startsWith('+')) return paint.added(line)
  if (line.startsWith('-')) return paint.removed(line)
  return line.startsWith('@@') ? paint.faint(line) : line
}
