import { reportDocument } from '../output/json.ts'
import type { Output, Write } from '../output/output.ts'
import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { escaped } from './escape.ts'
import { type Cell, gridOf, verdictOf } from './verdict.ts'
import { changeText, valuesText, whereText } from './words.ts'

/** Tells a run by one JUnit document at its end. */
export const junitOutput = (write: Write): Output => ({
  tell: (event) => {
    if (event.kind === 'run ended') write(junit(reportDocument(event.report)))
  },
  aside: (work) => work(),
  close: async () => {},
})

/** A run as JUnit XML: a suite per host, a case per task. What nobody looked at is skipped, and never passed. */
export const junit = (document: ReportDocument): string => {
  const { cells, hosts } = gridOf(document)
  const cases = cells.flatMap(casesOf)
  const suites = hosts.map((host) =>
    suite(
      document,
      host,
      cases.filter((one) => one.host === host),
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes({ name: `keyward ${document.command}`, ...countsOf(cases) })}>\n${suites.join('')}</testsuites>\n`
}

interface Case {
  readonly host: string
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped'
  readonly seconds: number
  readonly xml: string
}

const casesOf = (cell: Cell): readonly Case[] => {
  if (cell.results.length > 0) return cell.results.map((result) => caseOf(result))
  const message = cell.verdict === 'unreachable' ? 'the host was not reached' : 'it was not looked at'
  const name = cell.subject.task
  return [
    {
      host: cell.host,
      kind: 'skipped',
      seconds: 0,
      xml: `    <testcase ${attributes({ name, classname: cell.host, time: '0' })}><skipped ${attributes({ message })}/></testcase>\n`,
    },
  ]
}

const caseOf = (result: ResultDocument): Case => {
  const ids = result.control?.ids.join(', ')
  const name = `${ids === undefined ? '' : `${ids}: `}${result.task}${result.item === undefined ? '' : ` [${result.item}]`}`
  const seconds = result.duration_ms / 1000
  const head = attributes({ name, classname: result.play, time: seconds.toFixed(3) })
  const [kind, inside] = insideOf(result)
  const xml = inside === '' ? `    <testcase ${head}/>\n` : `    <testcase ${head}>${inside}</testcase>\n`
  return { host: result.host, kind, seconds, xml }
}

const insideOf = (result: ResultDocument): readonly [Case['kind'], string] => {
  const message = result.message || summaryOf(result)
  switch (verdictOf(result)) {
    case 'passed':
      return ['passed', '']
    case 'finding':
      return [
        'failure',
        `<failure ${attributes({ message, type: result.status })}>${escaped(detailOf(result))}</failure>`,
      ]
    case 'failed':
    case 'unreachable':
      return ['error', `<error ${attributes({ message, type: result.status })}>${escaped(result.at)}</error>`]
    case 'waived': {
      const { reason, owner, expires } = result.waived ?? { reason: '', owner: '', expires: '' }
      return ['skipped', `<skipped ${attributes({ message: `waived until ${expires} by ${owner}: ${reason}` })}/>`]
    }
    case 'unjudged':
    case 'skipped':
      return ['skipped', `<skipped ${attributes({ message: `${result.status}: ${message}` })}/>`]
  }
}

const summaryOf = ({ changes }: ResultDocument): string => changes.map(changeText).join('; ')

const detailOf = ({ changes, evidence, at }: ResultDocument): string =>
  [
    ...(evidence === undefined
      ? []
      : [
          `expected: ${valuesText(evidence.expected)}`,
          `effective: ${valuesText(evidence.effective)}`,
          ...evidence.source.map((source) => `set at: ${whereText(source)}`),
        ]),
    ...changes.map((change) => change.diff ?? changeText(change)),
    `task: ${at}`,
  ].join('\n')

const suite = (document: ReportDocument, host: string, cases: readonly Case[]): string => {
  const about = { name: host, hostname: host, timestamp: document.started.slice(0, 19), ...countsOf(cases) }
  return `  <testsuite ${attributes(about)}>\n${cases.map(({ xml }) => xml).join('')}  </testsuite>\n`
}

const countsOf = (cases: readonly Case[]): Readonly<Record<string, string>> => {
  const count = (kind: Case['kind']): string => String(cases.filter((one) => one.kind === kind).length)
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: cases.reduce((all, { seconds }) => all + seconds, 0).toFixed(3),
  }
}

const attributes = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(' ')
