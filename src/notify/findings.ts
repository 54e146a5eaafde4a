import { createHash } from 'node:crypto'
import { withoutPrivateKeys } from '../contract/secret.ts'
import type { Answer, Document, Finding, Values } from './shape.ts'

type Result = Document['results'][number]

/** What one run says of its tasks, by a key that is the same from run to run. */
export interface Judged {
  readonly findings: Readonly<Record<string, Finding>>
  /** keys of what is as wanted, with whether the run made it so */
  readonly passed: ReadonlyMap<string, 'ok' | 'changed'>
  /** what was found before it was changed, of tasks with a control */
  readonly repaired: Readonly<Record<string, Finding>>
  /** keys of what does not apply, or is not judged */
  readonly skipped: ReadonlySet<string>
  readonly unjudged: ReadonlySet<string>
}

/** Reads what a run found; a failure is a finding too where it names what differs. */
export const judgedIn = (document: Document): Judged => {
  const keyed = withKeys(document.results)
  const those = (asks: (result: Result) => boolean) => keyed.filter(([, result]) => asks(result))
  const found = (pairs: readonly (readonly [string, Result])[]) =>
    Object.fromEntries(pairs.map(([key, result]) => [key, findingOf(result, document.finished)]))
  return {
    findings: found(those(isFinding)),
    passed: new Map(
      those(({ status }) => status === 'ok' || status === 'changed').map(([key, { status }]) => [
        key,
        status === 'ok' ? 'ok' : 'changed',
      ]),
    ),
    repaired: found(those(({ status, control }) => status === 'changed' && control !== undefined)),
    skipped: new Set(those(({ status }) => status === 'skipped').map(([key]) => key)),
    unjudged: new Set(those((result) => isUnjudged(result)).map(([key]) => key)),
  }
}

const isFinding = ({ status, changes, ignored, rescued }: Result): boolean =>
  status === 'drift' ||
  ((status === 'stuck' || status === 'failed') && changes.length > 0 && ignored !== true && rescued !== true)

const isUnjudged = (result: Result): boolean =>
  !isFinding(result) && !['ok', 'changed', 'skipped'].includes(result.status)

/** A host, and a control or else a task and its item, numbered among those alike: a loop may name two items the same. */
const withKeys = (results: readonly Result[]): readonly (readonly [string, Result])[] => {
  const seen = new Map<string, number>()
  return results.map((result) => {
    const { host, play, task, item, control } = result
    const subject = control === undefined ? [play, task] : [control.ids.join(',')]
    const alike = JSON.stringify([host, ...subject, item ?? null])
    const number = seen.get(alike) ?? 0
    seen.set(alike, number + 1)
    return [number === 0 ? alike : `${alike}#${number}`, result] as const
  })
}

const findingOf = (result: Result, finished: string): Finding => {
  const { control, evidence, changes } = result
  const values = (which: 'before' | 'after'): Values =>
    Object.fromEntries(
      changes.map((change) => [
        change.path === undefined ? change.field : `${change.field} of ${change.path}`,
        change[which],
      ]),
    )
  return {
    host: result.host,
    task: plain(result.task),
    item: result.item === undefined ? null : plain(result.item),
    control:
      control === undefined
        ? null
        : { ids: control.ids, title: control.title ?? null, severity: control.severity ?? null },
    expected: plainValues(evidence?.expected ?? values('after')),
    effective: plainValues(evidence?.effective ?? values('before')),
    isEvidence: evidence !== undefined,
    source: (evidence?.source ?? [])
      .slice(0, MOST)
      .map(({ file, line }) => plain(line === undefined ? file : `${file}:${line}`)),
    since: result.first_seen ?? finished,
    waived: answerOf(result),
  }
}

const answerOf = ({ waived }: Result): Answer | null =>
  waived === undefined
    ? null
    : {
        subject: plain(waived.subject),
        owner: plain(waived.owner),
        ticket: waived.ticket === undefined ? null : plain(waived.ticket),
        expires: waived.expires,
      }

const MOST = 20
const LONGEST = 300

/** A text that anybody may read, on one line and of bounded length. */
export const plain = (text: string): string => cut(lineOf(text), '…')

const lineOf = (text: string): string => withoutPrivateKeys(text).replace(CONTROLS, ' ').trim()

const cut = (line: string, end: string): string => (line.length > LONGEST ? `${line.slice(0, LONGEST)}${end}` : line)

// line ends of every kind, and what a terminal or a mail's header would obey
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu

/** Values of bounded size; what is cut off leaves its hash, so that a change of it is one still. */
const plainValues = (values: Values): Values => {
  const all = Object.entries(values)
  const rest = all.slice(MOST)
  return Object.fromEntries([
    ...all.slice(0, MOST).map(([name, value]) => [plain(name), plainValue(value)] as const),
    ...(rest.length === 0 ? [] : [[`${rest.length} more`, hashOf(rest)] as const]),
  ])
}

const plainValue = (value: Values[string]): Values[string] => {
  if (typeof value === 'string') return plainText(value)
  if (typeof value !== 'object' || value === null) return value
  const rest = value.slice(MOST)
  return [
    ...value.slice(0, MOST).map(plainText),
    ...(rest.length === 0 ? [] : [`and ${rest.length} more (${hashOf(rest)})`]),
  ]
}

const plainText = (text: string): string => {
  const line = lineOf(text)
  return cut(line, `… (${hashOf(line)})`)
}

const hashOf = (value: unknown): string =>
  `sha256:${createHash('sha256')
    .update(withoutPrivateKeys(JSON.stringify(value)))
    .digest('hex')
    .slice(0, 16)}`
