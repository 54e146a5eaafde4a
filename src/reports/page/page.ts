/// <reference lib="dom" />
// What the page of a report does in a browser: the map of hosts and controls, a page of a host, a page of a control. Data
// is in the page itself; texts are set as texts, never as HTML.

import type { CellData, PageData } from '../data.ts'

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const text = (index: number | undefined): string => (index === undefined ? '' : (data.strings[index] ?? ''))
const LETTERS: Readonly<Record<string, string>> = {
  passed: '',
  finding: '!',
  failed: '×',
  waived: 'w',
  unjudged: '?',
  unreachable: '∅',
  skipped: '·',
}

const make = (
  name: string,
  about: Readonly<Record<string, string>>,
  ...inside: readonly (Node | string)[]
): HTMLElement => {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(about)) element.setAttribute(key, value)
  element.append(...inside)
  return element
}

const verdictOf = (cell: CellData): string => data.verdicts[cell.v] ?? ''
const hashOf = (kind: string, name: string): string => `#${kind}=${encodeURIComponent(name)}`
const labelOf = (subject: number): string => data.subjects[subject]?.label ?? ''

const verdictMark = (cell: CellData): HTMLElement =>
  make('span', { class: `v v-${verdictOf(cell)}` }, `${LETTERS[verdictOf(cell)] || '✓'} ${verdictOf(cell)}`)

const row = (cell: CellData, first: HTMLElement): HTMLElement => {
  const named = (name: string, ...inside: readonly (Node | string)[]): HTMLElement =>
    make('td', { 'data-name': name }, ...inside)
  const found = named('found', text(cell.e))
  for (const where of cell.s ?? []) found.append(make('span', { class: 'where' }, text(where)))
  const more = named('')
  if (cell.m !== undefined) more.append(make('div', {}, text(cell.m)))
  if (cell.w !== undefined) more.append(make('div', { class: 'v-waived' }, text(cell.w)))
  if (cell.d !== undefined)
    more.append(make('details', {}, make('summary', {}, 'what would repair it'), make('pre', {}, text(cell.d))))
  return make(
    'tr',
    {},
    make('td', {}, first),
    named('', verdictMark(cell)),
    named('expected', text(cell.x)),
    found,
    named('since', text(cell.f)),
    more,
  )
}

const list = (first: string, rows: readonly HTMLElement[]): HTMLElement => {
  const heads = [first, '', 'expected', 'found, and where it is set', 'since', ''].map((name) => make('th', {}, name))
  return make('table', { class: 'list' }, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows))
}

const link = (kind: string, name: string, label: string): HTMLElement => make('a', { href: hashOf(kind, name) }, label)

const byWorst = (one: CellData, other: CellData): number => one.v - other.v

const hostPage = (host: string): readonly Node[] => {
  const index = data.hosts.indexOf(host)
  const cells = data.cells.filter((cell) => cell.h === index).sort(byWorst)
  return [
    make('h2', {}, host),
    list(
      'control',
      cells.map((cell) => row(cell, link('control', data.subjects[cell.t]?.key ?? '', labelOf(cell.t)))),
    ),
    make('h3', {}, 'look again'),
    make('pre', { class: 'command' }, data.commands[index] ?? ''),
  ]
}

const controlPage = (key: string): readonly Node[] => {
  const index = data.subjects.findIndex((subject) => subject.key === key)
  const subject = data.subjects[index]
  const cells = data.cells.filter((cell) => cell.t === index).sort(byWorst)
  const about = [subject?.severity, ...(subject?.references ?? [])].filter(Boolean).join(' · ')
  return [
    make('h2', {}, subject?.label ?? key),
    make('p', { class: 'sub' }, about),
    list(
      'host',
      cells.map((cell) => row(cell, link('host', data.hosts[cell.h] ?? '', data.hosts[cell.h] ?? ''))),
    ),
  ]
}

const drawMap = (): void => {
  const filter = (document.getElementById('filter') as HTMLInputElement).value.toLowerCase()
  const wanted = (document.getElementById('verdict') as HTMLSelectElement).value
  const rows = new Map<number, CellData[]>()
  for (const cell of data.cells) {
    const names = `${data.hosts[cell.h]} ${labelOf(cell.t)}`.toLowerCase()
    if (!names.includes(filter) || (wanted !== '' && verdictOf(cell) !== wanted)) continue
    rows.set(cell.h, [...(rows.get(cell.h) ?? []), cell])
  }
  const columns = [...new Set([...rows.values()].flat().map((cell) => cell.t))].sort((a, b) => a - b)
  const worst = (cells: readonly CellData[]): number =>
    cells.reduce((all, cell) => all + 10 ** (3 - Math.min(3, cell.v)), 0)
  const sorted = [...rows].sort(([, one], [, other]) => worst(other) - worst(one))
  const head = make('tr', {}, make('th', {}, `${sorted.length} hosts`))
  for (const column of columns)
    head.append(
      make('th', { title: labelOf(column) }, link('control', data.subjects[column]?.key ?? '', labelOf(column))),
    )
  const body = sorted.map(([host, cells]) => {
    const name = data.hosts[host] ?? ''
    const line = make('tr', {}, make('th', {}, link('host', name, name)))
    for (const column of columns) {
      const cell = cells.find((one) => one.t === column)
      const title = cell === undefined ? '' : `${name}: ${labelOf(column)}: ${verdictOf(cell)}`
      line.append(
        cell === undefined
          ? make('td', {})
          : make(
              'td',
              {},
              make(
                'a',
                { href: hashOf('host', name), class: `c-${verdictOf(cell)}`, title, 'aria-label': title },
                LETTERS[verdictOf(cell)] ?? '',
              ),
            ),
      )
    }
    return line
  })
  document
    .getElementById('map')
    ?.replaceChildren(make('table', {}, make('thead', {}, head), make('tbody', {}, ...body)))
}

const show = (): void => {
  const [, kind, name] = /^#(host|control)=(.*)$/.exec(location.hash) ?? []
  const detail = document.getElementById('detail') as HTMLElement
  const fleet = document.getElementById('fleet') as HTMLElement
  fleet.hidden = kind !== undefined
  detail.hidden = kind === undefined
  if (kind === undefined || name === undefined) return
  const inside = kind === 'host' ? hostPage(decodeURIComponent(name)) : controlPage(decodeURIComponent(name))
  detail.replaceChildren(make('p', {}, make('a', { href: '#' }, '← all hosts')), ...inside)
  scrollTo(0, 0)
}

for (const element of document.querySelectorAll<HTMLElement>('.needs-script')) element.hidden = false
document.getElementById('filter')?.addEventListener('input', drawMap)
document.getElementById('verdict')?.addEventListener('change', drawMap)
addEventListener('hashchange', show)
drawMap()
show()
