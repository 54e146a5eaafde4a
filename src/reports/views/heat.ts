import type { Fleet, FleetHost, Subject } from '../fleet.ts'
import { linkTo, type Markup, markup } from '../markup.ts'
import { VERDICT_SIGNS, VERDICT_WORDS, VERDICTS, type Verdict, worstOf } from '../verdict.ts'

/** What of the heat map is shown. */
export interface Sieve {
  /** in lower case */
  readonly text: string
  /** only hosts and controls with one of these; empty: all */
  readonly verdicts: ReadonlySet<Verdict>
}

/** The worst verdict of a host by subject; null where it has none. */
export const cellsOf = (fleet: Fleet, host: FleetHost): readonly (Verdict | null)[] => {
  const bySubject = fleet.subjects.map((): Verdict[] => [])
  for (const { task, verdict } of host.checks) for (const index of task.subjects) bySubject[index]?.push(verdict)
  return bySubject.map(worstOf)
}

/** The table of hosts and controls, with what the sieve lets through. */
export const heatMap = (fleet: Fleet, sieve: Sieve): Markup => {
  const { hosts, columns } = sifted(fleet, sieve)
  if (hosts.length === 0 || columns.length === 0) return markup`<p class="empty" role="status">Nothing matches.</p>`
  return markup`<table class="heat" role="grid" aria-label="hosts and controls"><thead><tr><th class="corner" scope="col">${
    hosts.length
  } of ${fleet.hosts.length} hosts, ${columns.length} of ${fleet.subjects.length} controls</th>${columns.map((index) =>
    columnHead(fleet.subjects[index] as Subject),
  )}</tr></thead><tbody>${hosts.map(({ host, cells }) => hostRow(fleet, host, columns, cells, sieve))}</tbody></table>`
}

const sifted = (fleet: Fleet, { text, verdicts }: Sieve) => {
  const all = fleet.hosts.map((host) => ({ host, cells: cellsOf(fleet, host) }))
  const named = all.filter(({ host }) => host.name.toLowerCase().includes(text))
  const titled = fleet.subjects
    .map((_, index) => index)
    .filter((index) => wordsOf(fleet.subjects[index]).includes(text))
  // a text that names hosts keeps their controls, one that names controls their hosts
  const isNobody = text !== '' && named.length + titled.length === 0
  const rows = isNobody ? [] : named.length === 0 ? all : named
  const columns = titled.length === 0 ? fleet.subjects.map((_, index) => index) : titled
  if (verdicts.size === 0) return { hosts: rows, columns }
  const has = (verdict: Verdict | null | undefined): boolean => verdict != null && verdicts.has(verdict)
  const hosts = rows.filter(({ cells }) => columns.some((index) => has(cells[index])))
  return { hosts, columns: columns.filter((index) => hosts.some(({ cells }) => has(cells[index]))) }
}

const wordsOf = (subject: Subject | undefined): string =>
  `${subject?.name} ${subject?.title} ${subject?.severity} ${subject?.references.join(' ')}`.toLowerCase()

const columnHead = ({ kind, name, title, severity }: Subject): Markup =>
  markup`<th scope="col"><a href="${linkTo(kind, name)}" title="${title}${severity === null ? '' : ` (${severity})`}" tabindex="-1"><span>${name.length > 26 ? `${name.slice(0, 25)}…` : name}</span></a></th>`

const hostRow = (
  fleet: Fleet,
  host: FleetHost,
  columns: readonly number[],
  cells: readonly (Verdict | null)[],
  { verdicts }: Sieve,
): Markup =>
  markup`<tr><th scope="row"><a href="${linkTo('host', host.name)}" tabindex="-1">${host.name}</a></th>${columns.map(
    (index) => {
      const verdict = cells[index] ?? null
      const name = fleet.subjects[index]?.name ?? ''
      if (verdict === null)
        return markup`<td class="none" tabindex="-1" data-subject="${index}" aria-label="${name} on ${host.name}: not asked"></td>`
      const dim = verdicts.size > 0 && !verdicts.has(verdict) ? ' dim' : ''
      return markup`<td class="${verdict}${dim}" tabindex="-1" data-subject="${index}" aria-label="${name} on ${host.name}: ${VERDICT_WORDS[verdict]}" title="${host.name} · ${name} · ${VERDICT_WORDS[verdict]}">${VERDICT_SIGNS[verdict]}</td>`
    },
  )}</tr>`

/** The buttons that let single verdicts through, with how many cells have each. */
export const verdictButtons = (fleet: Fleet): Markup => {
  const cells = fleet.hosts.flatMap((host) => cellsOf(fleet, host))
  return markup`${VERDICTS.map((verdict) => {
    const count = cells.filter((one) => one === verdict).length
    return (
      count > 0 &&
      markup`<button type="button" class="badge ${verdict}" aria-pressed="false" data-verdict="${verdict}"><i aria-hidden="true">${VERDICT_SIGNS[verdict]}</i>${VERDICT_WORDS[verdict]} <b>${count}</b></button> `
    )
  })}`
}
