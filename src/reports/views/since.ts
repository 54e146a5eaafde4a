import { said } from '../../output/changes.ts'
import type { DriftDocument, DriftedDocument } from '../../output/report-schema.ts'
import { linkTo, type Markup, markup } from '../markup.ts'
import { CAUSES } from './checks.ts'
import { time } from './value.ts'

const HOW = ['new', 'changed', 'fixed', 'persists', 'unjudged'] as const
const WORDS = {
  new: 'new',
  changed: 'changed',
  fixed: 'fixed',
  persists: 'still there',
  unjudged: 'not judged this time',
}

/** What changed since the last audit, the first of it one by one. */
export const sinceView = (drift: DriftDocument | undefined): Markup | null => {
  if (drift === undefined) return null
  if (drift.since === undefined)
    return markup`<section class="since"><h2>Since the last audit</h2><p class="faint">This is the first audit of these playbooks and this inventory.</p></section>`
  const all = Object.entries(drift.hosts).flatMap(([host, list]) => list.map((one) => ({ host, one })))
  const count = (how: string): number => all.filter(({ one }) => one.how === how).length
  const told = HOW.slice(0, 3).flatMap((how) => all.filter(({ one }) => one.how === how))
  return markup`<section class="since"><h2>Since the last audit <span class="faint">${time(drift.since.finished)} UTC, ${drift.since.id}</span></h2>
<p class="key">${HOW.map((how) => markup`<span class="${how}"><b>${count(how)}</b> ${WORDS[how]}</span> `)}</p>
${told.length > 0 && markup`<ul class="news">${told.slice(0, MOST).map(({ host, one }) => newsItem(host, one))}</ul>`}
${told.length > MOST && markup`<p class="faint">and ${told.length - MOST} more, told on the pages of the hosts</p>`}</section>`
}

const MOST = 12

const newsItem = (host: string, one: DriftedDocument): Markup => {
  const [source] = one.source
  const fields = [...new Set([...Object.keys(one.before ?? {}), ...Object.keys(one.now ?? {})])]
  const differ = fields.filter((name) => JSON.stringify(one.before?.[name]) !== JSON.stringify(one.now?.[name]))
  return markup`<li><span class="how ${one.how}">${WORDS[one.how]}</span> <a href="${linkTo('host', host)}">${host}</a> <b>${one.control?.ids.join(', ') ?? one.task}</b> ${differ
    .slice(0, 2)
    .map(
      (name) =>
        markup`<span class="differ">${name}: <code>${said(one.before?.[name] ?? null)}</code> → <code>${said(one.now?.[name] ?? null)}</code></span> `,
    )}<span class="faint">${one.cause !== undefined && CAUSES[one.cause]}${
    source !== undefined && markup` at <code>${source.file}${source.line === undefined ? '' : `:${source.line}`}</code>`
  }${source?.modified !== undefined && markup`, modified ${time(source.modified)}`}</span></li>`
}
