import { place } from '../contract/errors.ts'
import type { Status } from '../contract/outcome.ts'
import type { HostTrouble, Result } from '../engine/event.ts'
import { changeLines, subjects } from './changes.ts'
import type { Paint } from './paint.ts'
import { indented, visible } from './visible.ts'

/** What the lines of a run show. */
export interface LineOptions {
  readonly paint: Paint
  /** diffs and every changed field, not their names alone */
  readonly diffs: boolean
  /** how often `-v` was given: with it, what is as wanted is told too */
  readonly verbosity: number
  /** how wide the column of host names is */
  readonly hostWidth: number
  /** the host on which the very same changes were shown already; null where they are shown in full */
  shownOn(result: Result): string | null
}

/** The lines of a task's end on one host; none where there is nothing to tell. */
export const resultLines = (result: Result, options: LineOptions): readonly string[] => {
  if (!isTold(result, options.verbosity)) return []
  const head = headLine(result.status, result.host, `${subjectOf(result)}${endOf(result, options)}`, options)
  return [head, ...detailLines(result, options)]
}

/** The lines of a host that was lost or never reached. */
export const troubleLines = (host: string, trouble: HostTrouble, options: LineOptions): readonly string[] => {
  const [first = '', ...rest] = visible(trouble.message).split('\n')
  return [headLine('unreachable', host, first, options), ...indented(rest.join('\n'), INDENT)]
}

/** The indent of what belongs to the line above. */
export const INDENT = '    '

const isTold = (result: Result, verbosity: number): boolean => {
  if (result.status === 'ok') return verbosity > 0 || result.notes.length > 0
  // a task whose `when` does not hold is the playbook's wish, any other reason to skip is news
  if (result.status === 'skipped') return verbosity > 0 || !/^((its )?"?when\b|$)/.test(result.message)
  return true
}

const headLine = (status: Status, host: string, text: string, { paint, hostWidth }: LineOptions): string =>
  `${paint.status(status, status.padEnd(WIDEST))}  ${visible(host).padEnd(hostWidth)}  ${text}`.trimEnd()

const WIDEST = 'unreachable'.length

const subjectOf = (result: Result): string => {
  const marks = [
    ...(result.item === undefined ? [] : [result.item]),
    ...(result.handler ? ['handler'] : []),
    ...(result.machine === undefined ? [] : [`on ${result.machine}`]),
    ...(result.ignored ? ['ignored'] : []),
    ...(result.rescued ? ['rescued'] : []),
  ]
  return visible(`${result.task}${marks.map((mark) => ` (${mark})`).join('')}`)
}

const endOf = (result: Result, { diffs, paint }: LineOptions): string => {
  const [message = ''] = visible(messageOf(result)).split('\n')
  if (message !== '') return `: ${message}`
  const brief = !diffs && result.changes.length > 0
  return brief ? paint.faint(`  ${subjects(result.changes)}`) : ''
}

// notes have lines of their own
const messageOf = (result: Result): string => (result.message === result.notes.join('; ') ? '' : result.message)

const detailLines = (result: Result, options: LineOptions): readonly string[] => {
  const isFailure = result.status === 'failed' || result.status === 'stuck'
  return [
    ...indented(visible(messageOf(result)).split('\n').slice(1).join('\n'), INDENT),
    ...result.notes.flatMap((note) => indented(`note: ${visible(note)}`, INDENT)),
    ...(isFailure ? [options.paint.faint(`${INDENT}at ${place(result.at)}`)] : []),
    ...shownChanges(result, options).map((line) => `${INDENT}${line}`),
  ]
}

const shownChanges = (result: Result, { paint, diffs, shownOn }: LineOptions): readonly string[] => {
  if (!diffs || result.hidden === true || result.changes.length === 0) return []
  const host = shownOn(result)
  return host === null ? changeLines(result.changes, paint) : [paint.faint(`the same as on ${visible(host)}`)]
}
