import type { Fleet, FleetHost, Subject } from '../fleet.ts'
import { type Markup, markup } from '../markup.ts'
import { VERDICTS } from '../verdict.ts'
import { checkTable, type Placed } from './checks.ts'
import { badge } from './value.ts'

/** The page of one host: every check, worst first. */
export const hostPage = (fleet: Fleet, host: FleetHost): Markup => markup`<article class="page host">
<p class="back"><a href="#">← all hosts</a></p>
<h1>${host.name}</h1>
${tallyLine(host.checks.map((check) => ({ host, check })))}
${host.trouble !== null && markup`<p class="trouble">${badge('unreachable')} ${host.trouble}</p>`}
<p class="again">Look again: <code>${fleet.again}${quoted(host.name)}</code></p>
${checkTable(fleet, worstFirst(host.checks.map((check) => ({ host, check }))), 'subject')}</article>`

/** The page of a control, or of a task that stands for none: all hosts, worst first. */
export const subjectPage = (fleet: Fleet, subject: Subject): Markup => {
  const index = fleet.subjects.indexOf(subject)
  const rows = fleet.hosts.flatMap((host) =>
    host.checks.filter(({ task }) => task.subjects.includes(index)).map((check) => ({ host, check })),
  )
  return markup`<article class="page subject">
<p class="back"><a href="#">← all hosts</a></p>
<h1>${subject.name}</h1>
${subject.title !== subject.name && markup`<p class="lead">${subject.title}</p>`}
<p>${subject.severity !== null && markup`<span class="severity ${subject.severity}">${subject.severity}</span> `}${
    subject.references.length > 0 && markup`<span class="faint">asked for by ${subject.references.join(' · ')}</span>`
  }</p>
${tallyLine(rows)}
${checkTable(fleet, worstFirst(rows), 'host')}</article>`
}

const tallyLine = (rows: readonly Placed[]): Markup => {
  const count = (verdict: string): number => rows.filter(({ check }) => check.verdict === verdict).length
  const shown = VERDICTS.filter((verdict) => count(verdict) > 0)
  return markup`<p class="tally">${shown.map((verdict) => markup`<span><b>${count(verdict)}</b> ${badge(verdict)}</span> `)}</p>`
}

const worstFirst = (rows: readonly Placed[]): readonly Placed[] =>
  [...rows].sort((a, b) => VERDICTS.indexOf(a.check.verdict) - VERDICTS.indexOf(b.check.verdict))

const quoted = (word: string): string => (/^[\w.@:%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
