import type { ReportDocument } from '../../output/report-schema.ts'
import { type Check, countedVerdicts } from '../checks.ts'
import { denominatorOf, tallyOf } from '../fleet.ts'
import { type Markup, markup } from '../markup.ts'
import { VERDICTS, type Verdict } from '../verdict.ts'
import { badge } from './value.ts'

/** The score, with what it is a part of, and all counts beside it. */
export const summaryView = (document: ReportDocument, checks: ReadonlyMap<string, readonly Check[]>): Markup => {
  const all = [...checks.values()]
  const tally = [...all.map(tallyOf)].reduce(added, tallyOf([]))
  const { all: asked, unjudged } = denominatorOf(tally)
  const lost = all.filter((one) => one.some(({ result }) => result.status === 'unreachable')).length
  const score = asked === 0 ? '–' : `${Math.floor((tally.passed / asked) * 1000) / 10} %`
  const shown = VERDICTS.filter((verdict) => tally[verdict] > 0 || ALWAYS.has(verdict))
  return markup`<section class="summary">
<p class="score"><b>${score}</b> <span>${tally.passed} of ${asked} checks passed on ${checks.size} ${checks.size === 1 ? 'host' : 'hosts'}</span></p>
<p class="beside">${unjudged === 0 ? 'All of them were judged.' : markup`<strong>${unjudged} not judged</strong>, and not counted as passed.`}${
    lost > 0 && markup` <strong>${lost} of ${checks.size} hosts unreachable.</strong>`
  }${tally.skipped > 0 && ` ${tally.skipped} skipped: they do not apply, or cannot be judged, and are in no score.`}</p>
<ul class="counts">${shown.map((verdict) => markup`<li class="${verdict}"><b>${tally[verdict]}</b>${badge(verdict)}</li>`)}</ul>
${document.interrupted && markup`<p class="trouble">The run was interrupted before its end.</p>`}
${(document.notes ?? []).map((note) => markup`<p class="message">${note}</p>`)}</section>`
}

const ALWAYS: ReadonlySet<Verdict> = new Set(['finding', 'failed', 'unreachable', 'waived', 'passed'])

const added = (one: Record<Verdict, number>, other: Readonly<Record<Verdict, number>>): Record<Verdict, number> =>
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, one[verdict] + other[verdict]])) as Record<Verdict, number>

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none'] as const
const COLUMNS: readonly (readonly [string, readonly Verdict[]])[] = [
  ['Findings', ['finding']],
  ['Failed', ['failed']],
  ['Not judged', ['unreachable', 'unjudged', 'waiting']],
  ['Waived', ['waived']],
  ['Passed', ['passed']],
]

/** The same counts by the severity of what was asked for. */
export const severityView = (checks: ReadonlyMap<string, readonly Check[]>): Markup => {
  const counted = [...checks.values()].flatMap(countedVerdicts)
  const of = (severity: string) =>
    counted.filter(({ check }) => (check.result.control?.severity ?? 'none') === severity)
  const rows = SEVERITIES.map((severity) => ({ severity, all: of(severity) })).filter(({ all }) => all.length > 0)
  return markup`<section class="severities"><h2>By severity</h2><table class="numbers"><thead><tr><th scope="col">Severity</th>${COLUMNS.map(([name]) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ({ severity, all }) =>
      markup`<tr><th scope="row"><span class="severity ${severity}">${severity}</span></th>${COLUMNS.map(
        ([, verdicts]) => {
          const count = all.filter(({ verdict }) => verdicts.includes(verdict)).length
          return markup`<td class="${count === 0 && 'zero'}">${count}</td>`
        },
      )}</tr>`,
  )}</tbody></table></section>`
}
