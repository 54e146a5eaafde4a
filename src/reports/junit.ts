import { said } from '../output/changes.ts'
import { reportDocument } from '../output/json.ts'
import type { Output, Write } from '../output/output.ts'
import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { type Check, checksOf } from './checks.ts'

/** Tells a run by one JUnit document at its end. */
export const junitOutput = (write: Write): Output => ({
  tell: (event) => {
    if (event.kind === 'run ended') write(junit(reportDocument(event.report)))
  },
  aside: (work) => work(),
  close: async () => {},
})

/** A run as JUnit XML: a suite per host, a case per task; what was not judged is skipped or an error, and never passed. */
export const junit = (document: ReportDocument): string => {
  const suites = [...checksOf(document)].map(([host, checks]) => ({ host, checks, numbers: numbersOf(checks) }))
  const sum = (name: keyof Numbers): number => suites.reduce((all, { numbers }) => all + numbers[name], 0)
  const seconds = (Date.parse(document.finished) - Date.parse(document.started)) / 1000
  const open = element('testsuites', {
    name: `keyward ${document.command}`,
    tests: sum('tests'),
    failures: sum('failures'),
    errors: sum('errors'),
    time: inSeconds(seconds),
  })
  const body = suites.map(({ host, checks, numbers }) => suite(document, host, checks, numbers))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${open}>\n${body.join('')}</testsuites>\n`
}

/** Of one suite; `time` in seconds. */
interface Numbers {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
  readonly time: number
}

const numbersOf = (checks: readonly Check[]): Numbers => {
  const count = (name: Ending['name']): number => checks.filter((check) => endingOf(check)?.name === name).length
  return {
    tests: checks.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: checks.reduce((all, { result }) => all + result.duration_ms, 0) / 1000,
  }
}

const suite = (document: ReportDocument, host: string, checks: readonly Check[], numbers: Numbers): string => {
  const { id, head, inputs } = document
  const open = element('testsuite', {
    name: host,
    ...numbers,
    time: inSeconds(numbers.time),
    timestamp: document.started.slice(0, 19),
    hostname: host,
  })
  const properties = { 'keyward.run': id, 'keyward.head': head, 'keyward.version': inputs?.version }
  const known = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${element('property', { name, value })}/>`],
  )
  const block = known.length === 0 ? '' : `    <properties>${known.join('')}</properties>\n`
  return `  ${open}>\n${block}${checks.map(testCase).join('')}  </testsuite>\n`
}

const testCase = (check: Check): string => {
  const { result } = check
  const name = `${result.task}${result.item === undefined ? '' : ` [${result.item.replace(/^\((.*)\)$/s, '$1')}]`}`
  const time = inSeconds(result.duration_ms / 1000)
  const open = element('testcase', { name, classname: result.play, time })
  const ending = endingOf(check)
  if (ending === null) return `    ${open}/>\n`
  const { message, type, text } = ending
  const told = element(ending.name, { message, ...(type === null ? {} : { type }) })
  return `    ${open}>${told}${text === '' ? '/>' : `>${escaped(text)}</${ending.name}>`}</testcase>\n`
}

/** How a case that has not passed ends. */
interface Ending {
  readonly name: 'failure' | 'error' | 'skipped'
  readonly message: string
  readonly type: string | null
  readonly text: string
}

const endingOf = ({ result, verdict }: Check): Ending | null => {
  const { status, message, waived } = result
  const skipped = (why: string): Ending => ({ name: 'skipped', message: why, type: null, text: '' })
  switch (verdict) {
    case 'passed':
      return null
    case 'finding':
      return { name: 'failure', message: summaryOf(result), type: 'drift', text: detailsOf(result) }
    case 'failed':
      return status === 'stuck'
        ? { name: 'failure', message: summaryOf(result), type: 'stuck', text: detailsOf(result) }
        : { name: 'error', message, type: 'failed', text: detailsOf(result) }
    case 'unreachable':
      return status === 'unreachable' ? { name: 'error', message, type: 'unreachable', text: '' } : skipped(message)
    case 'waived':
      return skipped(
        `waived until ${waived?.expires} by ${waived?.owner}: ${waived?.reason}${waived?.ticket === undefined ? '' : ` (${waived.ticket})`}`,
      )
    case 'unjudged':
      return skipped(status === 'skipped' ? message : `let pass: ${message}`)
    case 'waiting':
      return skipped(`waiting: ${message}`)
    case 'skipped':
      return skipped(message)
  }
}

const summaryOf = ({ message, changes }: ResultDocument): string => {
  if (message !== '') return message
  const told = changes.map(({ field, path, before, after, later }) =>
    path !== undefined && field === 'text'
      ? `${path}: text`
      : `${path === undefined ? '' : `${path}: `}${field}: ${said(before)} -> ${later ? 'known after the run' : said(after)}`,
  )
  return told.join('; ')
}

const detailsOf = (result: ResultDocument): string => {
  const { evidence, changes, at, control, first_seen: since } = result
  const fields = (all: Readonly<Record<string, Parameters<typeof said>[0]>>): string =>
    Object.entries(all)
      .map(([name, value]) => `${name} ${said(value)}`)
      .join(', ')
  const lines = [
    ...(control === undefined ? [] : [`control: ${control.ids.join(', ')}`]),
    ...(evidence === undefined
      ? []
      : [
          `expected: ${fields(evidence.expected)}`,
          `effective: ${fields(evidence.effective)}`,
          ...evidence.source.map(({ file, line, text }) =>
            `set at: ${file}${line === undefined ? '' : `:${line}`} ${text ?? ''}`.trimEnd(),
          ),
        ]),
    ...(since === undefined ? [] : [`since: ${since}`]),
    `at: ${at}`,
    ...changes.flatMap(({ diff }) => diff ?? []),
  ]
  return `\n${lines.join('\n')}\n`
}

const inSeconds = (seconds: number): string => seconds.toFixed(3)

const element = (name: string, attributes: Readonly<Record<string, string | number>>): string =>
  `<${name}${Object.entries(attributes)
    .map(
      ([key, value]) =>
        ` ${key}="${escaped(String(value)).replace(/[\n\t]/g, (one) => (one === '\n' ? '&#10;' : '&#9;'))}"`,
    )
    .join('')}`

/** Text as XML 1.0 can hold it: what it forbids becomes a question mark in a box. */
const escaped = (text: string): string =>
  text
    .replace(/\r/g, '\\r')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
