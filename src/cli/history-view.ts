import type { ChangeValue } from '../contract/outcome.ts'
import type { Entry, RunSummary, Verdict } from '../history/shape.ts'
import { aligned } from '../output/aligned.ts'
import { localTime } from '../output/local-time.ts'
import type { Paint } from '../output/paint.ts'
import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { indented, visible, visibleLine } from '../output/visible.ts'
import type { Slot } from '../schedule/shape.ts'

/** An entry of a run as documents have it. */
export const entryDocument = (entry: Entry): Readonly<Record<string, unknown>> => {
  const { exitCode, ...rest } = entry.summary as RunSummary
  return {
    id: entry.id,
    entry: entry.seq,
    ...rest,
    exit_code: exitCode,
    series: entry.series,
    pruned: entry.isPruned,
    hash: entry.hash,
  }
}

/** The runs as a table, in local time. */
export const runsLines = (entries: readonly Entry[], paint: Paint): readonly string[] => {
  if (entries.length === 0) return ['no run is kept yet']
  const isScheduled = entries.some(({ summary }) => (summary as RunSummary).schedule !== null)
  const head = ['run', 'when', 'command', 'playbooks', 'hosts', ...COUNTS, 'exit', ...(isScheduled ? ['schedule'] : [])]
  const [first = '', ...rest] = aligned([[...head, ''], ...entries.map((entry) => rowOf(entry, isScheduled))])
  return [paint.strong(first), ...rest]
}

const COUNTS = ['passed', 'findings', 'waived', 'failed', 'unjudged'] as const

const rowOf = ({ id, summary, isPruned }: Entry, isScheduled: boolean): readonly string[] => {
  const run = summary as RunSummary
  return [
    id,
    localTime(run.started),
    run.command,
    run.playbooks.join(' '),
    String(run.hosts),
    ...COUNTS.map((count) => String(run.counts[count])),
    String(run.exitCode),
    ...(isScheduled ? [run.schedule ?? ''] : []),
    isPruned ? '(pruned)' : '',
  ]
}

/** The slots, each as it ended, newest first: a slot that went on has several entries, and the newest counts. */
export const slotsOf = (entries: readonly Entry[]): readonly Slot[] => {
  const newest = new Map<string, Slot>()
  for (const { summary } of [...entries].reverse()) {
    const slot = summary as Slot
    newest.set(`${slot.slot} ${slot.schedule}`, slot)
  }
  return [...newest].sort(([left], [right]) => (left < right ? 1 : -1)).map(([, slot]) => slot)
}

/** The slots as a table, in local time. */
export const slotsLines = (slots: readonly Slot[], paint: Paint): readonly string[] => {
  if (slots.length === 0) return ['no slot of a schedule is kept yet']
  const rows = slots.map(({ schedule, slot, status, runs, reason }) => [
    localTime(slot),
    schedule,
    status,
    runs.join(' '),
    reason,
  ])
  const [first = '', ...rest] = aligned([['slot', 'schedule', 'status', 'runs', 'reason'], ...rows])
  return [paint.strong(first), ...rest]
}

/** Whether the chain holds, and what is wrong. */
export const verdictLines = (verdict: Verdict, file: string, paint: Paint): readonly string[] => {
  const { entries, pruned, head, faults } = verdict
  const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}${pruned === 0 ? '' : `, ${pruned} of them pruned`}`
  const lines = [...(head === null ? [] : [`head ${head}`])]
  if (faults.length === 0) return [`the history "${file}" holds: ${count}`, ...lines]
  return [
    paint.removed(`the history "${file}" does not hold: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`),
    ...faults.map((fault) => `  ${visibleLine(fault)}`),
    ...lines,
  ]
}

/** One run as it is shown. */
export interface ShownRun {
  readonly entry: Entry
  /** null where it was pruned */
  readonly document: ReportDocument | null
  /** the hash of the newest entry */
  readonly head: string | null
}

/** One run: what it was, what it was made of, and per host what was not as wanted. */
export const runLines = ({ entry, document, head }: ShownRun, paint: Paint): readonly string[] => {
  const run = entry.summary as RunSummary
  const scheduled =
    run.schedule === null ? [] : [['schedule', run.schedule, run.slot === null ? '' : `, slot ${localTime(run.slot)}`]]
  return [
    paint.strong(`${entry.id}: ${run.command}, exit code ${run.exitCode}`),
    ...aligned([
      ['when', `${localTime(run.started)} to ${localTime(run.finished)}`],
      ['playbooks', run.playbooks.join(' ')],
      ['inventory', run.inventory.join(' ')],
      ...scheduled.map(([name = '', ...words]) => [name, words.join('')]),
      ['hosts', String(run.hosts)],
      ['tasks', COUNTS.map((count) => counted(run.counts[count], count)).join(', ')],
    ]),
    ...(document === null
      ? ['', 'what it found was pruned; the chain holds its hash']
      : [...inputLines(document, paint), ...hostsLines(document, paint)]),
    '',
    paint.strong('chain'),
    ...aligned([
      ['entry', String(entry.seq)],
      ['hash', entry.hash],
      ['after', entry.previous],
      ['head', head ?? ''],
    ]),
  ]
}

const counted = (count: number, words: string): string => `${count} ${count === 1 ? words.replace(/s$/, '') : words}`

const inputLines = ({ inputs }: ReportDocument, paint: Paint): readonly string[] => {
  if (inputs === undefined) return []
  return [
    '',
    paint.strong(`made of, by keyward ${inputs.version}`),
    ...aligned([
      ...inputs.playbooks.map(({ file, sha256 }) => ['playbooks', sha256, file]),
      ...inputs.inventory.map(({ file, sha256 }) => ['inventory', sha256, file]),
    ]),
  ]
}

const hostsLines = ({ hosts, results }: ReportDocument, paint: Paint): readonly string[] =>
  Object.keys(hosts).flatMap((host) => {
    const told = results.filter((result) => result.host === host && !SILENT.has(result.status))
    const lines = told.length === 0 ? ['  as wanted'] : told.flatMap((result) => resultLines(result, paint))
    return ['', paint.strong(visibleLine(host)), ...lines]
  })

const SILENT: ReadonlySet<ResultDocument['status']> = new Set(['ok', 'skipped'])

const resultLines = (result: ResultDocument, paint: Paint): readonly string[] => {
  const { control, item, message, waived, evidence } = result
  const about = [...(control?.ids ?? []), ...(control?.severity === undefined ? [] : [control.severity])].join(', ')
  const head = `${result.task}${item === undefined ? '' : ` (${item})`}${about === '' ? '' : ` [${about}]`}`
  const word = waived === undefined ? paint.status(result.status, result.status) : 'waived'
  const details: (readonly string[])[] = [
    ...(result.first_seen === undefined ? [] : [['since', localTime(result.first_seen)]]),
    ...(evidence === undefined ? changeRows(result) : evidenceRows(evidence, result)),
    ...(waived === undefined
      ? []
      : [['waived', `until ${localTime(waived.expires)} by ${waived.owner}: ${waived.reason}`]]),
  ]
  const said = message === '' ? '' : `: ${visible(message).split('\n')[0] ?? ''}`
  return [
    `  ${word}  ${visibleLine(head)}${visibleLine(said)}`,
    ...aligned(details).map((line) => `  ${line}`),
    ...diffsOf(result).flatMap(({ diff = '' }) => indented(visible(diff.trimEnd()), '    ')),
  ]
}

const diffsOf = ({ changes }: ResultDocument): ResultDocument['changes'] =>
  changes.filter(({ diff }) => diff !== undefined)

const evidenceRows = (
  { expected, effective, source }: NonNullable<ResultDocument['evidence']>,
  result: ResultDocument,
): readonly string[][] => [
  ...Object.entries(expected)
    .filter(([field, wanted]) => JSON.stringify(wanted) !== JSON.stringify(effective[field]))
    // a hash tells less than the diff below
    .filter(([field]) => !diffsOf(result).some(({ path }) => field === `text of ${path}`))
    .flatMap(([field, wanted]) => [
      ['expected', `${field}: ${valueText(wanted)}`],
      ['found', `${field}: ${valueText(effective[field] ?? null)}`],
    ]),
  ...source.map(({ file, line, text }) => [
    'where',
    `${file}${line === undefined ? '' : `:${line}`}${text === undefined ? '' : `  ${text.trim()}`}`,
  ]),
]

const changeRows = ({ changes }: ResultDocument): readonly string[][] =>
  changes
    .filter(({ diff }) => diff === undefined)
    .map(({ field, path, before, after, later }) => [
      path === undefined ? field : `${field} of ${path}`,
      `${valueText(before)} -> ${later ? 'known after the run' : valueText(after)}`,
    ])

const valueText = (value: ChangeValue): string =>
  value === null ? 'nothing' : Array.isArray(value) ? value.join(', ') || 'none' : String(value)
