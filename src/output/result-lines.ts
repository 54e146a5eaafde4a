import type { Waived } from '../contract/control.ts'
import { place } from '../contract/errors.ts'
import type { Status } from '../contract/outcome.ts'
import { untilWords } from '../contract/until.ts'
import type { HostTrouble, Result } from '../engine/event.ts'
import { changeLines, subjects } from './changes.ts'
import type { Paint } from './paint.ts'
import { indented, visible, visibleLine } from './visible.ts'

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
  const { words, lines } = changesOf(result, options)
  const text = `${subjectOf(result)}${messageLine(result)}${options.paint.faint(words)}`
  const head = headLine(result.waived === undefined ? result.status : 'waived', result.host, text, options)
  return [head, ...detailLines(result, options), ...lines.map((line) => `${INDENT}${line}`)]
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
  if (result.status === 'skipped') return verbosity > 0 || !EXPECTED_SKIP.test(result.message)
  return true
}

/** a skip that the playbook itself asks for is no news: its `when` does not hold, its `changed_when` is false */
const EXPECTED_SKIP = /^(its "when"|would run, and changes nothing|$)/

const headLine = (status: Status | 'waived', host: string, text: string, { paint, hostWidth }: LineOptions): string =>
  `${paint.status(status === 'waived' ? 'skipped' : status, status.padEnd(WIDEST))}  ${visibleLine(host).padEnd(hostWidth)}  ${text}`.trimEnd()

const WIDEST = 'unreachable'.length

const subjectOf = (result: Result): string => {
  const marks = [
    // a label that a task hides says so in brackets of its own
    ...(result.item === undefined ? [] : [result.item.replace(/^\((.*)\)$/s, '$1')]),
    ...(result.handler ? ['handler'] : []),
    ...(result.machine === undefined ? [] : [`on ${result.machine}`]),
    ...(result.ignored ? ['ignored'] : []),
    ...(result.rescued ? ['rescued'] : []),
  ]
  return visibleLine(`${result.task}${marks.map((mark) => ` (${mark})`).join('')}`)
}

const messageLine = (result: Result): string => {
  const [first = ''] = visible(messageOf(result)).split('\n')
  return first === '' ? '' : `: ${first}`
}

// notes have lines of their own
const messageOf = (result: Result): string => (result.message === result.notes.join('; ') ? '' : result.message)

const detailLines = (result: Result, { paint }: LineOptions): readonly string[] => {
  const isFailure = result.status === 'failed' || result.status === 'stuck'
  return [
    ...indented(visible(messageOf(result)).split('\n').slice(1).join('\n'), INDENT),
    ...(result.waived === undefined ? [] : indented(waiverLine(result.waived), INDENT)),
    ...result.notes.flatMap((note) => indented(`note: ${visible(note)}`, INDENT)),
    ...(isFailure ? [paint.faint(`${INDENT}at ${place(result.at)}`)] : []),
  ]
}

const waiverLine = ({ reason, owner, ticket, expires }: Waived): string =>
  visible(`until ${untilWords(new Date(expires))} by ${owner}${ticket === null ? '' : ` (${ticket})`}: ${reason}`)

/** What is told of a result's changes: words behind its head, and lines below. */
const changesOf = (
  { changes, hidden, ...result }: Result,
  { paint, diffs, shownOn }: LineOptions,
): { readonly words: string; readonly lines: readonly string[] } => {
  if (changes.length === 0) return { words: '', lines: [] }
  if (!diffs) {
    const isDone = result.status === 'changed' || result.status === 'drift'
    return { words: isDone ? `  ${subjects(changes)}` : '', lines: [] }
  }
  if (hidden) return { words: '', lines: [] }
  const host = shownOn({ changes, ...result })
  return host === null
    ? { words: '', lines: changeLines(changes, paint) }
    : { words: `  as on ${visibleLine(host)}`, lines: [] }
}
