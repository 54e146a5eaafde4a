import { createHash } from 'node:crypto'
import type { ReportDocument } from '../output/report-schema.ts'
import { checksOf } from './checks.ts'
import { fleetOf } from './fleet.ts'
import { type Markup, markup, ours } from './markup.ts'
import { pack } from './pack.ts'
import { type TrendPoint, trendView } from './trend.ts'
import { findingsView } from './views/findings.ts'
import { sinceView } from './views/since.ts'
import { severityView, summaryView } from './views/summary.ts'
import { time } from './views/value.ts'

/** The page's own script and style. */
export interface Assets {
  readonly script: string
  readonly style: string
}

/** What a report says beside the document of its run. */
export interface AboutReport {
  /** the series' runs, oldest first, this one last */
  readonly trend: readonly TrendPoint[]
  readonly assets: Assets
  /** what was typed to run it, where it is known */
  readonly typed?: { readonly playbooks: readonly string[]; readonly inventory: readonly string[] }
}

/** A run as one HTML page that asks for nothing else, and runs nothing but its own script. */
export const html = (document: ReportDocument, { trend, assets, typed }: AboutReport): string => {
  const checks = checksOf(document)
  const data = JSON.stringify(pack(fleetOf(document, againOf(document, typed))))
  const policy = `default-src 'none'; script-src '${hashOf(assets.script)}'; style-src '${hashOf(assets.style)}'; img-src data:; base-uri 'none'; form-action 'none'`
  const name = `keyward ${document.command}, ${document.finished.slice(0, 10)}`
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${name}</title><link rel="icon" href="data:,"><style>${ours(assets.style)}</style></head>
<body><main>
<div id="overview">${headerView(document)}
${summaryView(document, checks)}
<div class="beside-each-other">${severityView(checks)}${trendView(trend)}</div>
${sinceView(document.drift)}
<section id="tools" hidden><h2>Hosts and controls</h2>
<div class="sieve"><input id="filter" type="search" placeholder="filter hosts and controls  ( / )" aria-label="filter hosts and controls" autocomplete="off" spellcheck="false"><div id="verdicts" role="group" aria-label="only these"></div></div>
<div id="map"></div></section>
${findingsView(checks)}
${provenanceView(document)}</div>
<div id="page" hidden></div><div id="printed"></div>
</main><script type="application/json" id="data">${ours(inScript(data))}</script><script>${ours(assets.script)}</script></body></html>
`
  return page.markup
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** JSON that ends no script element, opens no comment in one, and turns no text around. */
const inScript = (json: string): string =>
  json.replace(
    /[<>&\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const headerView = ({ command, started, finished, inputs, id }: ReportDocument): Markup =>
  markup`<header><p class="mark"><b>keyward</b> ${command} report</p><h1>${inputs?.playbooks[0] === undefined ? `${command} report` : fileName(inputs.playbooks[0].file)}</h1>
<p class="lead">${time(started)} UTC, took ${seconds(started, finished)}${id !== undefined && markup` · run <code>${id}</code>`}${inputs !== undefined && ` · keyward ${inputs.version}`}</p></header>`

const seconds = (started: string, finished: string): string =>
  `${Math.round((Date.parse(finished) - Date.parse(started)) / 100) / 10} s`

const fileName = (path: string): string => path.split('/').at(-1) ?? path

const provenanceView = ({ inputs, id, head, command, exit_code: code }: ReportDocument): Markup =>
  markup`<section class="provenance"><h2>What this rests on</h2><dl>
<dt>Command</dt><dd>keyward ${command}, exit code ${code}${inputs !== undefined && `, version ${inputs.version}`}</dd>
${id !== undefined && markup`<dt>Run</dt><dd><code>${id}</code></dd>`}
${head !== undefined && markup`<dt>Chain head</dt><dd><code>${head}</code><span class="faint">keyward history verify --head ${head.slice(0, 16)} tells whether the history was altered or cut since</span></dd>`}
${inputs !== undefined && markup`<dt>Playbooks</dt><dd>${inputs.playbooks.map(fileView)}</dd><dt>Inventory</dt><dd>${inputs.inventory.map(fileView)}</dd>`}
${inputs === undefined && markup`<dt>Inputs</dt><dd class="faint">this run was not kept: the hashes of its playbooks and inventory are not known</dd>`}</dl></section>`

const fileView = ({ file, sha256 }: { readonly file: string; readonly sha256: string }): Markup =>
  markup`<p><code>${file}</code> <code class="hash">sha256 ${sha256}</code></p>`

const againOf = ({ command, inputs }: ReportDocument, typed: AboutReport['typed']): string => {
  const playbooks = typed?.playbooks ?? inputs?.playbooks.slice(0, 1).map(({ file }) => file) ?? ['PLAYBOOK']
  const inventory = typed?.inventory ?? inputs?.inventory.slice(0, 1).map(({ file }) => file) ?? ['INVENTORY']
  const words = [...playbooks, ...inventory.flatMap((one) => ['-i', one])]
  return `keyward ${command === 'run' ? 'check' : command} ${words.map(quoted).join(' ')} --limit `
}

const quoted = (word: string): string => (/^[\w.,/@:%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
