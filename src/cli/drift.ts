import { UserError } from '../contract/errors.ts'
import type { Drifted } from '../engine/kept.ts'
import { driftBetween } from '../history/drift.ts'
import { openKeptHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { Entry, History, RunBody, RunSummary } from '../history/shape.ts'
import { driftDocument } from '../output/kept-documents.ts'
import { localTime } from '../output/local-time.ts'
import { isColored, type Paint, paints } from '../output/paint.ts'
import { driftLines } from '../output/since.ts'
import type { Words } from './commands.ts'
import type { HistoryFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Tells what differs between two runs that are kept; gives 0 whatever it is. */
export const drift = async ({ args, flags: given }: Words, around: Surroundings): Promise<number> => {
  const flags = given as HistoryFlags
  const [from = '', to = ''] = args
  const history = await openKeptHistory(historyPlace(flags.historyFile, around.environment))
  try {
    const told = comparison(runOf(history, from), runOf(history, to))
    const paint = paints(isColored(around.stdout, around.environment, flags.color))
    around.stdout.write(
      flags.output === 'json'
        ? `${JSON.stringify(documentOf(told), null, 2)}\n`
        : `${linesOf(told, paint).join('\n')}\n`,
    )
    return 0
  } finally {
    history.close()
  }
}

interface KeptRun {
  readonly entry: Entry
  readonly summary: RunSummary
  readonly body: RunBody
}

interface Comparison {
  readonly from: KeptRun
  readonly to: KeptRun
  readonly isSameSeries: boolean
  readonly hosts: ReadonlyMap<string, readonly Drifted[]>
}

const runOf = (history: History, name: string): KeptRun => {
  const entry = history.run(name)
  const body = history.body(entry)
  if (body !== null) return { entry, summary: entry.summary as RunSummary, body }
  throw new UserError(`the run ${entry.id} was dropped as old: only its line in keyward history is left`, {
    hint: 'choose a newer one; --keep-runs and --keep-days say how many stay',
  })
}

const comparison = (from: KeptRun, to: KeptRun): Comparison => ({
  from,
  to,
  isSameSeries: from.entry.series === to.entry.series,
  hosts: driftBetween(from.body.memory, to.body.memory, hostsOf(to)),
})

/** In inventory order, as each task has them. */
const hostsOf = ({ body }: KeptRun): readonly string[] => [...new Set(body.document.results.map(({ host }) => host))]

const documentOf = ({ from, to, isSameSeries, hosts }: Comparison): unknown => ({
  version: 1,
  command: 'drift',
  exit_code: 0,
  from: runDocument(from),
  to: runDocument(to),
  same_series: isSameSeries,
  ...driftDocument({ since: { id: from.entry.id, finished: from.summary.finished }, hosts }),
})

const runDocument = ({ entry, summary: { command, started, finished } }: KeptRun): unknown => ({
  id: entry.id,
  command,
  started,
  finished,
})

const linesOf = ({ from, to, isSameSeries, hosts }: Comparison, paint: Paint): readonly string[] => [
  paint.strong(`from ${named(from)}`),
  paint.strong(`to   ${named(to)}:`),
  ...(isSameSeries
    ? []
    : [`  note: they are of different playbooks or inventories, and compared by the names of hosts and tasks`]),
  ...driftLines(hosts, { paint }),
]

const named = ({ entry, summary }: KeptRun): string =>
  `${entry.id}, ${summary.command} of ${localTime(summary.finished)}`
