/// <reference lib="dom" />
import type { Fleet } from '../fleet.ts'
import { linkTo, type Markup } from '../markup.ts'
import { type Packed, unpack } from '../pack.ts'
import type { Verdict } from '../verdict.ts'
import { heatMap, verdictButtons } from '../views/heat.ts'
import { hostPage, subjectPage } from '../views/pages.ts'

// What the report does where scripts run: without them its summary and its findings are there all the same.

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement

const fleet = unpack(JSON.parse(byId('data').textContent ?? '') as Packed) as Fleet
const [page, overview, printed] = [byId('page'), byId('overview'), byId('printed')]
const [map, buttons] = [byId('map'), byId('verdicts')]
const field = byId('filter') as HTMLInputElement
const chosen = new Set<Verdict>()
const pages = new Map<string, () => Markup>([
  ...fleet.hosts.map((host) => [linkTo('host', host.name), () => hostPage(fleet, host)] as const),
  ...fleet.subjects.map((one) => [linkTo(one.kind, one.name), () => subjectPage(fleet, one)] as const),
])
const title = document.title
let place = 0

const fill = (element: HTMLElement, { markup }: Markup): void => {
  element.innerHTML = markup
}

const drawMap = (): void => {
  fill(map, heatMap(fleet, { text: field.value.trim().toLowerCase(), verdicts: chosen }))
  const first = map.querySelector<HTMLElement>('td')
  if (first !== null) first.tabIndex = 0
}

/** Shows what the address names: `#host=web1`, `#host=web1&at=3` at its third control, `#control=…`. */
const route = (): void => {
  const [name = '', at] = location.hash.split('&at=')
  const made = pages.get(name)
  const wasOverview = !overview.hidden
  if (wasOverview && made !== undefined) place = scrollY
  overview.hidden = made !== undefined
  page.hidden = made === undefined
  fill(page, made?.() ?? { markup: '' })
  const heading = page.querySelector('h1')
  document.title = heading === null ? title : `${heading.textContent} · ${title}`
  if (made === undefined) {
    if (!wasOverview) scrollTo(0, place)
    return
  }
  scrollTo(0, 0)
  const row = at === undefined ? null : page.querySelector<HTMLElement>(`tbody[data-subjects~="${Number(at)}"]`)
  if (row === null) return
  for (const fix of row.querySelectorAll('details')) fix.open = true
  row.classList.add('meant')
  row.focus({ preventScroll: true })
  row.scrollIntoView({ block: 'center' })
}

const open = (cell: HTMLElement): void => {
  const host = cell.parentElement?.querySelector('th a')?.getAttribute('href') ?? '#'
  location.hash = `${host}&at=${cell.dataset.subject}`
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
}

const walk = (event: KeyboardEvent): void => {
  const cell = (event.target as HTMLElement).closest('td')
  if (cell === null) return
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault()
    open(cell)
    return
  }
  const step = STEPS[event.key]
  if (step === undefined) return
  event.preventDefault()
  const row = cell.parentElement as HTMLTableRowElement
  const rows = [...map.querySelectorAll('tbody tr')] as HTMLTableRowElement[]
  const target = rows[rows.indexOf(row) + step[0]] ?? row
  const column = Math.min(Math.max(cell.cellIndex + step[1], 1), target.cells.length - 1)
  const next = target.cells[column] as HTMLElement
  cell.tabIndex = -1
  next.tabIndex = 0
  next.focus()
}

fill(buttons, verdictButtons(fleet))
byId('tools').hidden = false
drawMap()
field.addEventListener('input', drawMap)
buttons.addEventListener('click', (event) => {
  const button = (event.target as HTMLElement).closest('button')
  if (button === null) return
  const verdict = button.dataset.verdict as Verdict
  if (!chosen.delete(verdict)) chosen.add(verdict)
  button.setAttribute('aria-pressed', String(chosen.has(verdict)))
  drawMap()
})
map.addEventListener('click', (event) => {
  const cell = (event.target as HTMLElement).closest('td')
  if (cell !== null) open(cell)
})
map.addEventListener('keydown', walk)
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== field && !overview.hidden) {
    event.preventDefault()
    field.focus()
  } else if (event.key === 'Escape') {
    if (!page.hidden) location.hash = ''
    else {
      field.value = ''
      drawMap()
    }
  }
})
addEventListener('hashchange', route)

// paper has no links: every host with something to tell follows the overview
addEventListener('beforeprint', () => {
  const told = fleet.hosts.flatMap((host) => {
    const checks = host.checks.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped')
    return checks.length === 0 ? [] : [hostPage(fleet, { ...host, checks })]
  })
  if (page.hidden) fill(printed, { markup: told.map(({ markup }) => markup).join('') })
  for (const fix of document.querySelectorAll<HTMLDetailsElement>('#page details, #printed details')) fix.open = true
})
addEventListener('afterprint', () => fill(printed, { markup: '' }))
route()
