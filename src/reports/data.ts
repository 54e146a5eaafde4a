import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { type Cell, type Grid, VERDICTS } from './verdict.ts'
import { valuesText, whereText } from './words.ts'

/** One cell, its texts by their numbers in {@link PageData.strings}. */
export interface CellData {
  /** host, task and verdict, by number */
  readonly h: number
  readonly t: number
  readonly v: number
  /** expected, effective, since, message, waiver, diff */
  readonly x?: number
  readonly e?: number
  readonly f?: number
  readonly m?: number
  readonly w?: number
  readonly d?: number
  /** where it is set */
  readonly s?: readonly number[]
}

/** What the page's script works on. */
export interface PageData {
  readonly hosts: readonly string[]
  readonly subjects: readonly {
    readonly key: string
    readonly label: string
    readonly severity: string
    readonly references: readonly string[]
  }[]
  readonly verdicts: readonly string[]
  readonly strings: readonly string[]
  readonly cells: readonly CellData[]
  /** by host: how to look again by hand */
  readonly commands: readonly string[]
}

const LONGEST_DIFF = 4000

/** Makes the data of a page: each text is in it once. */
export const pageData = (document: ReportDocument, { hosts, subjects, cells }: Grid): PageData => {
  const strings: string[] = []
  const known = new Map<string, number>()
  const number = (text: string): number => {
    const before = known.get(text)
    if (before !== undefined) return before
    known.set(text, strings.length)
    strings.push(text)
    return strings.length - 1
  }
  const maybe = (key: string, text: string): Readonly<Record<string, number>> =>
    text === '' ? {} : { [key]: number(text) }
  const hostNumber = new Map(hosts.map((host, index) => [host, index]))
  const subjectNumber = new Map(subjects.map(({ key }, index) => [key, index]))
  const cellData = (cell: Cell): CellData => {
    const told = tellingOf(cell)
    const sources = (told?.evidence?.source ?? []).map(cell.verdict === 'passed' ? withoutTime : whereText)
    return {
      h: hostNumber.get(cell.host) ?? 0,
      t: subjectNumber.get(cell.subject.key) ?? 0,
      v: VERDICTS.indexOf(cell.verdict),
      ...(told === undefined ? {} : textsOf(cell, told, maybe)),
      ...(sources.length === 0 ? {} : { s: sources.map(number) }),
    }
  }
  return {
    hosts,
    subjects: subjects.map(({ key, task, control }) => ({
      key,
      label: labelOf(task, control),
      severity: control?.severity ?? '',
      references: control?.references ?? [],
    })),
    verdicts: VERDICTS,
    cells: cells.map(cellData),
    strings,
    commands: hosts.map((host) => commandOf(document, host)),
  }
}

/** A task by its control, where it stands for one. */
export const labelOf = (task: string, control: ResultDocument['control']): string =>
  control === undefined ? task : `${control.ids.join(', ')} ${control.title ?? task}`

const withoutTime = (source: Parameters<typeof whereText>[0]): string => {
  const { modified: _, ...rest } = source
  return whereText(rest)
}

/** The result that a cell is told by: the worst of its items. */
const tellingOf = ({ results }: Cell): ResultDocument | undefined =>
  results.find(({ status }) => status !== 'ok' && status !== 'skipped') ?? results[0]

const textsOf = (
  { verdict, results }: Cell,
  told: ResultDocument,
  maybe: (key: string, text: string) => Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const { evidence, message, notes = [], waived, item } = told
  const items = results.length > 1 ? `${results.length} items${item === undefined ? '' : `, here ${item}`}` : ''
  const said = [items, message, ...notes.filter((note) => !message.includes(note))].filter(Boolean).join('; ')
  const diff = told.changes.map((change) => change.diff ?? '').join('')
  return {
    ...maybe('x', evidence === undefined ? afterOf(told) : valuesText(evidence.expected)),
    ...maybe('e', evidence === undefined ? beforeOf(told) : valuesText(evidence.effective)),
    ...maybe('m', verdict === 'passed' ? items : said),
    ...maybe('f', told.first_seen === undefined ? '' : sinceText(told)),
    ...maybe('w', waived === undefined ? '' : waiverText(waived)),
    ...maybe('d', diff.length > LONGEST_DIFF ? `${diff.slice(0, LONGEST_DIFF)}\n…` : diff),
  }
}

const afterOf = ({ changes }: ResultDocument): string =>
  valuesText(Object.fromEntries(changes.filter(isPlain).map(({ field, after }) => [field, after])))

const beforeOf = ({ changes }: ResultDocument): string =>
  valuesText(Object.fromEntries(changes.filter(isPlain).map(({ field, before }) => [field, before])))

const isPlain = ({ diff }: ResultDocument['changes'][number]): boolean => diff === undefined

const sinceText = ({ first_seen = '', last_changed = '' }: ResultDocument): string => {
  const day = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
  return last_changed === first_seen ? day(first_seen) : `${day(first_seen)}, changed ${day(last_changed)}`
}

const waiverText = ({ reason, owner, ticket, expires }: NonNullable<ResultDocument['waived']>): string =>
  `waived until ${expires.slice(0, 16).replace('T', ' ')} UTC by ${owner}${ticket === undefined ? '' : ` (${ticket})`}: ${reason}`

const commandOf = ({ inputs }: ReportDocument, host: string): string => {
  const playbooks = inputs?.playbooks.map(({ file }) => file).slice(0, 1) ?? ['PLAYBOOK']
  const inventory = inputs?.inventory[0]?.file ?? 'INVENTORY'
  return `keyward audit ${playbooks.join(' ')} -i ${inventory} --limit ${host}`
}
