import type { Status } from '../contract/outcome.ts'
import type { Counts, Report } from '../engine/event.ts'
import type { Paint } from './paint.ts'

/** A line per host with all its counts, as Ansible's recap has them, and ours behind. */
export const recapLines = (report: Report, paint: Paint): readonly string[] => {
  const rows = singles(report)
  const used = COLUMNS.filter((column) => column !== 'waived' || rows.some(({ counts }) => counts.waived > 0))
  return table(rows, used, paint)
}

/** A line per host that fits a screen: a count that is zero everywhere has no column. */
export const shortRecapLines = (report: Report, paint: Paint): readonly string[] => short(singles(report), paint)

/** The same of more than so many hosts: those that ended alike share a line. */
export const foldedRecapLines = (report: Report, paint: Paint, atMost: number): readonly string[] =>
  report.hosts.size <= atMost ? shortRecapLines(report, paint) : short(folded(report), paint)

const short = (rows: readonly Row[], paint: Paint): readonly string[] => {
  const used = COLUMNS.filter((column) => ALWAYS.has(column) || rows.some(({ counts }) => counts[column] > 0))
  return table(rows, used, paint)
}

/** The hosts on which a task failed, or which were not reached. */
export const unhappyHosts = (report: Report): readonly string[] =>
  [...report.hosts].filter(([, counts]) => counts.failed + counts.unreachable > 0).map(([host]) => host)

interface Row {
  readonly title: string
  readonly counts: Counts
}

const COLUMNS = [
  'ok',
  'changed',
  'unreachable',
  'failed',
  'skipped',
  'rescued',
  'ignored',
  'drift',
  'waiting',
  'waived',
] as const satisfies readonly (keyof Counts)[]

type Column = (typeof COLUMNS)[number]

const ALWAYS: ReadonlySet<Column> = new Set(['ok', 'changed', 'unreachable', 'failed'])
const COLORS: Partial<Record<Column, Status>> = {
  changed: 'changed',
  unreachable: 'unreachable',
  failed: 'failed',
  drift: 'drift',
  waiting: 'waiting',
  skipped: 'skipped',
  waived: 'skipped',
}

const singles = (report: Report): readonly Row[] => [...report.hosts].map(([title, counts]) => ({ title, counts }))

const folded = (report: Report): readonly Row[] => {
  const alike = new Map<string, Row[]>()
  for (const row of singles(report)) {
    const key = COLUMNS.map((column) => row.counts[column]).join(' ')
    const rows = alike.get(key)
    if (rows === undefined) alike.set(key, [row])
    else rows.push(row)
  }
  return [...alike.values()].map((rows) => ({ title: titleOf(rows), counts: (rows[0] as Row).counts }))
}

const titleOf = (rows: readonly Row[]): string =>
  rows.length <= NAMED
    ? rows.map(({ title }) => title).join(', ')
    : `${rows[0]?.title}, ${rows[1]?.title} and ${rows.length - 2} more`

const NAMED = 3

const table = (rows: readonly Row[], columns: readonly Column[], paint: Paint): readonly string[] => {
  const width = Math.max(0, ...rows.map(({ title }) => title.length))
  return rows.map(({ title, counts }) => {
    const cells = columns.map((column) => cell(column, counts[column], paint))
    return `${title.padEnd(width)} : ${cells.join(' ')}`.trimEnd()
  })
}

const cell = (column: Column, count: number, paint: Paint): string => {
  const text = `${column}=${String(count).padEnd(3)}`
  const color = COLORS[column]
  return count > 0 && color !== undefined ? paint.status(color, text) : text
}
