import { said } from '../../output/changes.ts'
import type { Fleet, FleetCheck, FleetHost } from '../fleet.ts'
import { linkTo, type Markup, markup } from '../markup.ts'
import { badge, diffOf, minute, sources, time, values } from './value.ts'

/** A check on a host. */
export interface Placed {
  readonly host: FleetHost
  readonly check: FleetCheck
}

/** The table of checks: of one host, or of one control on all hosts. */
export const checkTable = (fleet: Fleet, rows: readonly Placed[], first: 'host' | 'subject'): Markup => {
  // a name that is the same in every row need not stand there
  const names = new Set(rows.map(({ check }) => check.task.name))
  const told = names.size === 1 ? [...names][0] : undefined
  const cellOf = ({ host, check }: Placed): Markup =>
    first === 'host' ? hostCell(host, check, told) : subjectCell(fleet, check)
  return markup`<table class="checks"><thead><tr><th>${first === 'host' ? 'Host' : 'Control'}</th><th>Status</th><th>Expected</th><th>Effective</th><th>Set at</th><th>Since</th></tr></thead>
${rows.map((row) => checkRows(row, cellOf(row)))}</table>`
}

const checkRows = ({ host, check }: Placed, head: Markup): Markup => {
  const { evidence, first_seen: since, last_changed: changed } = check.result
  const more = moreOf(check)
  return markup`<tbody class="check" data-verdict="${check.verdict}" data-subjects="${check.task.subjects.join(' ')}" tabindex="-1"><tr>
<th scope="row">${head}</th>
<td data-label="Status">${badge(check.verdict)}</td>
<td data-label="Expected">${evidence === undefined ? none() : values(evidence.expected)}</td>
<td data-label="Effective" class="effective">${evidence === undefined ? none() : values(evidence.effective)}</td>
<td data-label="Set at">${evidence === undefined ? none() : sources(evidence.source, host.modified)}</td>
<td data-label="Since">${since === undefined ? none() : markup`${time(since)}${changed !== undefined && changed !== since && markup`<span class="faint">value since ${time(changed)}</span>`}`}</td>
</tr>${more.length > 0 && markup`<tr class="more"><td colspan="6">${more}</td></tr>`}</tbody>`
}

const none = (): Markup => markup`<span class="faint" aria-label="nothing">·</span>`

const hostCell = ({ name }: FleetHost, check: FleetCheck, told: string | undefined): Markup =>
  markup`<a href="${linkTo('host', name)}">${name}</a>${taskLine(check, told)}`

const subjectCell = ({ subjects }: Fleet, check: FleetCheck): Markup => {
  const all = check.task.subjects.flatMap((index) => subjects[index] ?? [])
  const [first] = all
  return markup`${all.map(
    ({ kind, name, severity }) =>
      markup`<a href="${linkTo(kind, name)}">${name}</a> ${severity !== null && markup`<span class="severity ${severity}">${severity}</span>`}`,
  )}${first?.kind === 'control' && markup`<span class="title">${first.title}</span>`}${taskLine(check, first?.title)}`
}

/** What else names the task: where its name is not told by what stands above. */
const taskLine = ({ task, result }: FleetCheck, told?: string): Markup => {
  const words = [
    ...(task.name === told ? [] : [task.name]),
    ...(result.item === undefined ? [] : [`item ${result.item.replace(/^\((.*)\)$/s, '$1')}`]),
    ...(result.machine === undefined ? [] : [`on ${result.machine}`]),
  ]
  return words.length === 0 ? markup`` : markup`<span class="task">${words.join(', ')}</span>`
}

/** What stands below a row: news, the message or witness, the waiver, and the diff that would fix it. */
const moreOf = (check: FleetCheck): readonly Markup[] => {
  const { message, notes = [], waived, changes } = check.result
  return [
    ...(check.news === undefined ? [] : [markup`<p class="news">${newsOf(check.news)}</p>`]),
    ...(message === '' || message === notes.join('; ') ? [] : [markup`<p class="message">${message}</p>`]),
    ...notes.map((note) => markup`<p class="message">${note}</p>`),
    ...(waived === undefined
      ? []
      : [
          markup`<p class="waiver"><b>Waived until ${minute(waived.expires)} UTC</b> by ${waived.owner}: ${waived.reason}${
            waived.ticket !== undefined && ` (${waived.ticket})`
          }${waived.value !== null && markup`, for the value <code>${said(waived.value)}</code>`} <span class="faint">${waived.at}</span></p>`,
        ]),
    ...(changes.length === 0 ? [] : [fixOf(check)]),
  ]
}

const fixOf = ({ result, verdict, task }: FleetCheck): Markup => {
  const diffs = result.changes.flatMap(({ diff }) => diff ?? [])
  const others = result.changes.filter(({ diff }) => diff === undefined)
  const did = verdict === 'passed' ? 'what was changed' : 'what would fix it'
  return markup`<details class="fix"><summary>${did} <span class="faint">${task.module}, ${task.at}</span></summary>${diffs.map(diffOf)}${
    others.length > 0 &&
    markup`<ul class="changes">${others.map(
      ({ field, path, before, after, later }) =>
        markup`<li>${path !== undefined && markup`<code>${path}</code> `}${field}: <code>${said(before)}</code> → ${later ? 'known after the run' : markup`<code>${said(after)}</code>`}</li>`,
    )}</ul>`
  }</details>`
}

/** What happened since the last audit, in words. */
export const newsOf = ({ how, cause, before }: NonNullable<FleetCheck['news']>): string => {
  const was = Object.entries(before ?? {}).map(([name, value]) => `${name} was ${said(value)}`)
  const words = [...(cause === undefined ? [] : [CAUSES[cause]]), ...was.slice(0, 3)]
  return `${HOW[how]} since the last audit${words.length === 0 ? '' : `: ${words.join('; ')}`}`
}

const HOW = { new: 'new', changed: 'changed', persists: 'still there', fixed: 'fixed', unjudged: 'not judged' } as const

/** Who brought a change about. */
export const CAUSES = {
  host: 'changed on the host',
  playbook: 'the playbook changed',
  both: 'the host and the playbook changed',
  keyward: 'by keyward run',
} as const
