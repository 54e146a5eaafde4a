import type { Check } from '../checks.ts'
import { linkTo, type Markup, markup } from '../markup.ts'
import { VERDICTS } from '../verdict.ts'
import { badge, minute, sources, values } from './value.ts'

const TOLD = new Set(['finding', 'failed', 'unreachable', 'waived', 'waiting'])
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none']

/** Every finding, failure and waiver as a table that needs no script: what is the same on many hosts in one row. */
export const findingsView = (checks: ReadonlyMap<string, readonly Check[]>): Markup => {
  const groups = new Map<string, Check[]>()
  for (const check of [...checks.values()].flat()) {
    if (!TOLD.has(check.verdict) || isFollowing(check)) continue
    const known = groups.get(keyOf(check)) ?? []
    known.push(check)
    groups.set(keyOf(check), known)
  }
  const rows = [...groups.values()].sort((a, b) => rankOf(a[0]) - rankOf(b[0]))
  if (rows.length === 0) return markup`<section class="findings"><h2>Findings</h2><p>None.</p></section>`
  return markup`<section class="findings"><h2>Findings</h2><table class="checks"><thead><tr><th>Control</th><th>Status</th><th>Hosts</th><th>Expected</th><th>Effective</th><th>Set at</th></tr></thead><tbody>${rows.map(rowOf)}</tbody></table></section>`
}

/** What a lost host was not asked any more is told by the row of its loss. */
const isFollowing = ({ verdict, result }: Check): boolean =>
  verdict === 'unreachable' && result.status !== 'unreachable'

const keyOf = ({ verdict, result }: Check): string => {
  const { play, task, item, control, evidence, waived, message } = result
  const told = verdict === 'finding' || verdict === 'waived' ? null : message
  return JSON.stringify([
    verdict,
    play,
    task,
    item,
    control?.ids,
    evidence?.expected,
    evidence?.effective,
    waived?.at,
    told,
  ])
}

const rankOf = (check: Check | undefined): number =>
  check === undefined
    ? 0
    : VERDICTS.indexOf(check.verdict) * 10 + SEVERITIES.indexOf(check.result.control?.severity ?? 'none')

const rowOf = (group: readonly Check[]): Markup => {
  const [first] = group
  if (first === undefined) return markup``
  const { verdict, result } = first
  const { control, evidence, waived } = result
  const since = group.flatMap(({ result: { first_seen: seen } }) => seen ?? []).sort()[0]
  const told = verdict === 'finding' || verdict === 'waived' ? '' : result.message
  return markup`<tr><th scope="row">${control?.ids.map((id) => markup`<a href="${linkTo('control', id)}">${id}</a> `) ?? markup`<a href="${linkTo('task', result.task)}">${result.task}</a>`}${
    control?.severity !== undefined && markup`<span class="severity ${control.severity}">${control.severity}</span>`
  }${control !== undefined && markup`<span class="title">${control.title ?? result.task}</span>`}${result.item !== undefined && markup`<span class="task">${result.item}</span>`}</th>
<td data-label="Status">${badge(verdict)}${waived !== undefined && markup`<span class="task">until ${minute(waived.expires)}, ${waived.owner}: ${waived.reason}${waived.ticket !== undefined && ` (${waived.ticket})`}</span>`}${since !== undefined && markup`<span class="faint">since ${minute(since)}</span>`}</td>
<td data-label="Hosts" class="hosts">${hostsOf(group)}${told !== '' && markup`<span class="message">${told}</span>`}</td>
<td data-label="Expected">${evidence !== undefined && values(evidence.expected)}</td>
<td data-label="Effective" class="effective">${evidence !== undefined && values(evidence.effective)}</td>
<td data-label="Set at">${evidence !== undefined && placesOf(group)}</td></tr>`
}

const hostsOf = (group: readonly Check[]): readonly Markup[] =>
  [...new Set(group.map(({ result }) => result.host))].map(
    (host) => markup`<a href="${linkTo('host', host)}">${host}</a> `,
  )

/** Where hosts of a row have it from, each place once, the first few of them. */
const placesOf = (group: readonly Check[]): Markup => {
  const all = group.flatMap(({ result }) => result.evidence?.source ?? [])
  const places = [...new Map(all.map(({ modified, ...rest }) => [JSON.stringify(rest), rest])).values()]
  const more = places.length - MOST_PLACES
  return markup`${sources(places.slice(0, MOST_PLACES), {})}${more > 0 && markup`<span class="faint">and ${more} more</span>`}`
}

const MOST_PLACES = 3
