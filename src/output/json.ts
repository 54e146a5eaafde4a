import { type Mistake, place } from '../contract/errors.ts'
import type { Change } from '../contract/outcome.ts'
import type { Counts, InputReport, Report, Result } from '../engine/event.ts'
import type { Kept, Seen } from '../engine/kept.ts'
import { controlDocument, driftDocument, evidenceDocument, waivedDocument } from './kept-documents.ts'
import type { Output, Write } from './output.ts'
import type { ErrorDocument, ReportDocument, ResultDocument } from './report-schema.ts'

/** The JSON document of a run: the contract for every tool built on it, described by report.schema.json. */
export const reportDocument = (report: Report): ReportDocument => ({
  ...bareDocument(report, report.kept?.seen),
  ...(report.kept === undefined ? {} : keptDocument(report.kept)),
})

/** The same without what the history says of it: what the history itself holds. */
export const bareDocument = (report: Report, seen?: ReadonlyMap<Result, Seen>): ReportDocument => ({
  version: 1,
  command: report.mode,
  started: report.started.toISOString(),
  finished: report.finished.toISOString(),
  exit_code: report.exitCode,
  hosts: Object.fromEntries([...report.hosts].map(([host, counts]) => [host, countsDocument(counts)])),
  results: report.results.map((result) => ({ ...resultDocument(result), ...seenDocument(seen?.get(result)) })),
  ...(report.interrupted ? { interrupted: true as const } : {}),
  ...(report.notes.length === 0 ? {} : { notes: report.notes }),
})

const keptDocument = ({ id, head, inputs, drift }: Kept): Partial<ReportDocument> => ({
  id,
  head,
  inputs,
  ...(drift === null ? {} : { drift: driftDocument(drift) }),
})

const countsDocument = ({ waived, ...counts }: Counts): ReportDocument['hosts'][string] =>
  waived === 0 ? counts : { ...counts, waived }

const seenDocument = (seen: Seen | undefined): Partial<ResultDocument> =>
  seen === undefined ? {} : { first_seen: seen.firstSeen, last_changed: seen.lastChanged }

/** Tells a run by one document at its end; what a second interrupt cut off is named in its notes. */
export const jsonOutput = (write: Write): Output => {
  const begun = new Map<string, string>()
  return {
    tell: (event) => {
      if (event.kind === 'task started') begun.set(event.host, event.task)
      else if (event.kind === 'task ended') begun.delete(event.result.host)
      else if (event.kind === 'run ended')
        write(`${JSON.stringify(reportDocument(withNotes(event.report, begun)), null, 2)}\n`)
    },
    aside: (work) => work(),
    close: async () => {},
  }
}

const withNotes = (report: Report, begun: ReadonlyMap<string, string>): Report => {
  if (!report.interrupted) return report
  const left = [...begun].map(([host, task]) => `left in the middle on ${host}, and may be done or not: ${task}`)
  return { ...report, notes: [...report.notes, ...left] }
}

/** The JSON document of wrong input, or of input that was looked at and is right. */
export const errorDocument = ({ command, mistakes }: InputReport): ErrorDocument => ({
  version: 1,
  command,
  exit_code: mistakes.length === 0 ? 0 : 1,
  errors: mistakes.map(mistakeDocument),
})

/** One result as the document holds it: optional members only where they apply. */
export const resultDocument = (result: Result): ResultDocument => ({
  host: result.host,
  play: result.play,
  play_index: result.playIndex,
  task: result.task,
  task_index: result.taskIndex,
  module: result.module,
  status: result.status,
  changes: result.changes.map((change) => changeDocument(change, result.hidden === true)),
  message: result.message,
  at: place(result.at),
  duration_ms: result.durationMs,
  tags: result.tags,
  ...(result.item === undefined ? {} : { item: result.item }),
  ...(result.handler ? { handler: true as const } : {}),
  ...(result.machine === undefined ? {} : { machine: result.machine }),
  ...(result.ignored ? { ignored: true as const } : {}),
  ...(result.rescued ? { rescued: true as const } : {}),
  ...(result.notes.length === 0 ? {} : { notes: result.notes }),
  ...(result.control === undefined ? {} : { control: controlDocument(result.control) }),
  ...(result.evidence === undefined ? {} : { evidence: evidenceDocument(result.evidence) }),
  ...(result.statement === undefined ? {} : { statement: result.statement }),
  ...(result.waived === undefined ? {} : { waived: waivedDocument(result.waived) }),
})

const changeDocument = (change: Change, hidden: boolean): ResultDocument['changes'][number] => {
  const { field, path, before, after, diff, later } = change
  return {
    field,
    ...(path === undefined ? {} : { path }),
    before,
    after,
    ...(diff === undefined || hidden ? {} : { diff }),
    ...(later ? { later: true as const } : {}),
  }
}

const mistakeDocument = ({ at, message, hint }: Mistake): ErrorDocument['errors'][number] => ({
  ...(at === undefined ? {} : { at: place(at) }),
  message,
  ...(hint === undefined ? {} : { hint }),
})
