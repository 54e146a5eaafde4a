import type { Report, Result } from '../engine/event.ts'
import type { Drift, Inputs, Kept, Seen } from '../engine/kept.ts'
import { bareDocument } from '../output/json.ts'
import { driftDocument } from '../output/kept-documents.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import { driftBetween } from './drift.ts'
import { type Memory, remember } from './memory.ts'
import { runId } from './run-id.ts'
import type { History, HistoryView, RunBody, RunSummary } from './shape.ts'
import { summaryOf } from './summary.ts'

/** What is known of a run besides its report. */
export interface AboutKept {
  readonly series: string
  readonly summary: Pick<RunSummary, 'playbooks' | 'inventory' | 'schedule' | 'slot'>
  readonly inputs: Inputs
  /** whether every task of the playbooks was to have its turn: no tags, no start in the middle */
  readonly isWhole: boolean
  readonly now: Date
}

/** Keeps a run: compares it with the last one of its series, and appends it. */
export const keepRun = (history: History, report: Report, about: AboutKept): Kept => {
  let made: Made | null = null
  const entry = history.append((view) => {
    made = madeOf(view, report, about)
    return {
      kind: 'run',
      id: made.id,
      at: about.now.toISOString(),
      series: about.series,
      summary: summaryOf(report, about.summary),
      body: { document: documentOf(report, about.inputs, made), memory: made.memory } satisfies RunBody,
    }
  })
  const { id, seen, drift } = made as unknown as Made
  return { id, head: entry.hash, file: history.file, inputs: about.inputs, seen, drift }
}

/** What the history adds to a run. */
interface Made {
  readonly id: string
  readonly memory: Memory
  readonly seen: ReadonlyMap<Result, Seen>
  readonly drift: Drift | null
}

const madeOf = (view: HistoryView, report: Report, { series, inputs, isWhole }: AboutKept): Made => {
  const id = runId(report.started, (one) => view.has('run', one))
  const previous = view.last(series)?.body.memory ?? null
  const about = {
    run: id,
    command: report.mode,
    at: report.finished.toISOString(),
    version: inputs.version,
    whole: new Set(isWhole && !report.interrupted ? wholeHosts(report) : []),
  }
  const { memory, seen } = remember(previous, report.results, about)
  return { id, memory, seen, drift: report.mode === 'audit' ? driftOf(view, { series, memory, report }) : null }
}

const wholeHosts = ({ hosts, stopped }: Report): readonly string[] =>
  [...hosts.keys()].filter((host) => !stopped.includes(host))

/** How an audit differs from the last one of its series, on the hosts that it was about. */
const driftOf = (
  view: HistoryView,
  { series, memory, report }: { readonly series: string; readonly memory: Memory; readonly report: Report },
): Drift => {
  const last = view.last(series, 'audit')
  if (last === null) return { since: null, hosts: new Map() }
  const hosts = driftBetween(last.body.memory, memory, [...report.hosts.keys()])
  return {
    since: { id: last.entry.id, finished: (last.entry.summary as RunSummary).finished },
    hosts: new Map([...hosts].filter(([host]) => report.hosts.has(host))),
  }
}

const documentOf = (report: Report, inputs: Inputs, { id, seen, drift }: Made): ReportDocument => ({
  ...bareDocument(report, seen),
  id,
  inputs,
  ...(drift === null ? {} : { drift: driftDocument(drift) }),
})
