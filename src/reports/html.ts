import type { DriftedDocument, ReportDocument } from '../output/report-schema.ts'
import { labelOf, pageData } from './data.ts'
import { escaped, scriptData } from './escape.ts'
import { type TrendPoint, trendSvg } from './trend.ts'
import { type Cell, type Grid, gridOf, type Verdict } from './verdict.ts'
import { changeText, valuesText, whereText } from './words.ts'

/** What a page is made with: its style and script, as texts. */
export interface Assets {
  readonly style: string
  readonly script: string
}

const MOST_LISTED = 200

const COUNTED: readonly (readonly [Verdict, string])[] = [
  ['passed', 'passed'],
  ['finding', 'findings'],
  ['waived', 'waived'],
  ['failed', 'failed'],
  ['unreachable', 'not reached'],
  ['unjudged', 'not judged'],
]

/** A run as one page of HTML that needs no network; what nobody could look at is shown, and never counted as passed. */
export const html = (
  document: ReportDocument,
  { trend, assets }: { readonly trend: readonly TrendPoint[]; readonly assets: Assets },
): string => {
  const grid = gridOf(document)
  const title = `keyward ${document.command}: ${document.inputs?.playbooks[0]?.file ?? 'report'}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title>
<style>${assets.style}</style></head><body>
${header(document, title)}
<main>
<section id="fleet">
${counts(grid)}
${trendSvg(trend)}
${driftSection(document)}
<h2>Hosts and controls</h2>
<div class="needs-script" hidden>
<div class="tools"><input id="filter" type="search" placeholder="filter hosts and controls" aria-label="filter hosts and controls">
<select id="verdict" aria-label="only"><option value="">everything</option>${COUNTED.map(([verdict, name]) => `<option value="${verdict}">${name}</option>`).join('')}</select></div>
<div class="legend"><span>✓ passed</span><span class="v-finding">! finding</span><span class="v-failed">× failed</span><span class="v-waived">w waived</span><span>? not judged</span><span>∅ not reached</span><span>· does not apply</span></div>
<div class="map" id="map"></div></div>
${findings(grid)}
</section>
<section id="detail" hidden></section>
</main>
<footer>keyward ${escaped(document.inputs?.version ?? '')}${document.id === undefined ? '' : ` · run ${escaped(document.id)}`}${document.head === undefined ? '' : ` · history head <code>${escaped(document.head)}</code> (keyward history verify --head)`}</footer>
<script type="application/json" id="data">${scriptData(pageData(document, grid))}</script>
<script>${assets.script}</script>
</body></html>
`
}

const header = ({ started, finished, inputs, command, exit_code }: ReportDocument, title: string): string => {
  const files = (kind: 'playbooks' | 'inventory'): string =>
    (inputs?.[kind] ?? [])
      .map(({ file, sha256 }) => `${escaped(file)} <code class="faint">sha256 ${escaped(sha256.slice(0, 16))}…</code>`)
      .join('<br>')
  const rows = [
    ['when', `${escaped(momentText(started))} to ${escaped(momentText(finished))}`],
    ['command', `${escaped(command)}, exit code ${exit_code}`],
    ...(inputs === undefined
      ? []
      : [
          ['playbooks', files('playbooks')],
          ['inventory', files('inventory')],
        ]),
  ]
  return `<header><h1>${escaped(title)}</h1><dl class="about">${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl></header>`
}

const momentText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`

const counts = ({ counts: by, hosts, cells }: Grid): string => {
  const judged = by.passed + by.finding + by.waived + by.failed
  const all = judged + by.unreachable + by.unjudged
  const share = all === 0 ? '–' : `${Math.floor((by.passed / all) * 100)}%`
  const boxes = COUNTED.map(
    ([verdict, name]) => `<div><b class="v-${verdict}">${by[verdict]}</b><span>${name}</span></div>`,
  )
  const severe = severityText(cells)
  return `<div class="counts"><div><b>${share}</b><span>of ${all} checks on ${hosts.length} hosts passed</span></div>${boxes.join('')}</div>${severe}`
}

const severityText = (cells: readonly Cell[]): string => {
  const found = cells.filter(({ verdict }) => verdict === 'finding' || verdict === 'failed')
  const by = ['critical', 'high', 'medium', 'low'].flatMap((severity) => {
    const count = found.filter(({ subject }) => subject.control?.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}`]
  })
  return by.length === 0 ? '' : `<p>Findings by severity: ${by.join(', ')}.</p>`
}

const driftSection = ({ drift }: ReportDocument): string => {
  if (drift?.since === undefined) return ''
  const rows = Object.entries(drift.hosts).flatMap(([host, list]) => list.map((one) => driftRow(host, one)))
  const head = `<h2>Since the audit of ${escaped(momentText(drift.since.finished))}</h2>`
  if (rows.length === 0) return `${head}<p>Nothing changed.</p>`
  const more = rows.length > MOST_LISTED ? `<p>and ${rows.length - MOST_LISTED} more</p>` : ''
  return `${head}<table class="list"><thead><tr><th>host</th><th></th><th>control</th><th>before</th><th>now</th><th>who</th></tr></thead><tbody>${rows.slice(0, MOST_LISTED).join('')}</tbody></table>${more}`
}

const CAUSES: Readonly<Record<string, string>> = {
  host: 'changed on the host',
  playbook: 'the playbook changed',
  both: 'the playbook and the host changed',
  keyward: 'a run of keyward',
}

const driftRow = (host: string, one: DriftedDocument): string => {
  const where = one.source.map((source) => `<span class="where">${escaped(whereText(source))}</span>`).join('')
  const cells = [
    ['', escaped(host)],
    [
      '',
      `<span class="v v-${one.how === 'fixed' ? 'passed' : one.how === 'unjudged' ? 'unjudged' : 'finding'}">${one.how}</span>`,
    ],
    ['', escaped(labelOf(one.task, one.control))],
    ['before', one.before === undefined ? '' : escaped(valuesText(one.before))],
    ['now', `${one.now === undefined ? '' : escaped(valuesText(one.now))}${where}`],
    ['', escaped(one.cause === undefined ? (one.message ?? '') : (CAUSES[one.cause] ?? one.cause))],
  ]
  return `<tr>${cells.map(([name, inside]) => `<td data-name="${name}">${inside}</td>`).join('')}</tr>`
}

/** The findings as plain HTML: what is printed, and seen without a script. */
const findings = ({ cells }: Grid): string => {
  const found = cells.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped')
  if (found.length === 0) return '<p>Everything that was looked at is as wanted.</p>'
  const rows = found.slice(0, MOST_LISTED).map(findingRow)
  const more = found.length > MOST_LISTED ? `<p>and ${found.length - MOST_LISTED} more, in the map</p>` : ''
  return `<h2>What is not as wanted, or was not judged</h2><table class="list"><thead><tr><th>host</th><th></th><th>control</th><th>expected</th><th>found, and where it is set</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>${more}`
}

const findingRow = ({ host, verdict, subject, results }: Cell): string => {
  const result = results.find(({ status }) => status !== 'ok') ?? results[0]
  const { evidence, waived, message = '', changes = [] } = result ?? {}
  const where = (evidence?.source ?? []).map((source) => `<span class="where">${escaped(whereText(source))}</span>`)
  const plain = evidence === undefined ? changes.filter(({ diff }) => diff === undefined).map(changeText) : []
  const answer =
    waived === undefined ? '' : `waived until ${waived.expires.slice(0, 10)} by ${waived.owner}: ${waived.reason}`
  const cells = [
    ['', `<a href="#host=${encodeURIComponent(host)}">${escaped(host)}</a>`],
    ['', `<span class="v v-${verdict}">${verdict}</span>`],
    ['', escaped(labelOf(subject.task, subject.control))],
    ['expected', evidence === undefined ? '' : escaped(valuesText(evidence.expected))],
    ['found', `${evidence === undefined ? '' : escaped(valuesText(evidence.effective))}${where.join('')}`],
    ['', escaped([message, ...plain, answer].filter(Boolean).join('; '))],
  ]
  return `<tr>${cells.map(([name, inside]) => `<td data-name="${name}">${inside}</td>`).join('')}</tr>`
}
