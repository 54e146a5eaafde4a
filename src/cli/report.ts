import { readFileSync, statSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { openKeptHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { Entry, History, RunSummary } from '../history/shape.ts'
import { storedDocument } from '../history/stored.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import { type AboutReport, type Assets, html } from '../reports/html.ts'
import { junit } from '../reports/junit.ts'
import { readDocument } from '../reports/read-document.ts'
import type { TrendPoint } from '../reports/trend.ts'
import type { Words } from './commands.ts'
import type { HistoryFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Tells a run that is kept, or the JSON document of one, as HTML, JUnit or JSON; gives 0 whatever the run found. */
export const report = async (
  { args: [name = 'latest'], flags: given }: Words,
  around: Surroundings,
): Promise<number> => {
  const flags = given as HistoryFlags
  if (flags.format === 'html' && flags.to === undefined && around.stdout.isTTY)
    throw new UserError('a page of HTML is nothing to read on a terminal', { hint: 'add --to report.html' })
  const told = isDocument(name) ? { document: documentIn(name), trend: [] } : await keptRun(name, flags, around)
  const text = textOf(told, flags.format, around)
  if (flags.to === undefined) {
    around.stdout.write(text)
    return 0
  }
  await written(flags.to, text)
  around.stderr.write(
    `keyward: the report${told.document.id === undefined ? '' : ` of ${told.document.id}`} is in ${flags.to}\n`,
  )
  return 0
}

/** A run to be reported. */
interface Reported extends Pick<AboutReport, 'trend' | 'typed'> {
  readonly document: ReportDocument
}

const textOf = ({ document, ...about }: Reported, format: HistoryFlags['format'], around: Surroundings): string => {
  switch (format) {
    case 'html':
      return html(document, { ...about, assets: assetsOf(around.home) })
    case 'junit':
      return junit(document)
    case 'json':
      return `${JSON.stringify(document, null, 2)}\n`
  }
}

const isDocument = (name: string): boolean =>
  name === '-' ||
  name.includes('/') ||
  name.endsWith('.json') ||
  (statSync(name, { throwIfNoEntry: false })?.isFile() ?? false)

const documentIn = (name: string): ReportDocument => {
  const file = name === '-' ? 'the standard input' : name
  try {
    return readDocument(readFileSync(name === '-' ? 0 : name, 'utf8'), file)
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error
    throw new UserError(`cannot read ${file}: ${error.message}`)
  }
}

const keptRun = async (name: string, flags: HistoryFlags, around: Surroundings): Promise<Reported> => {
  const history = await openKeptHistory(historyPlace(flags.historyFile, around.environment))
  try {
    const entry = history.run(name)
    const document = storedDocument(history, entry)
    if (document === null)
      throw new UserError(`the run ${entry.id} was dropped as old: only its line in keyward history is left`, {
        hint: 'choose a newer one; --keep-runs and --keep-days say how many stay',
      })
    const { playbooks, inventory } = entry.summary as RunSummary
    return { document, trend: trendOf(history, entry), typed: { playbooks, inventory } }
  } finally {
    history.close()
  }
}

/** The runs of the same command, playbooks and inventory up to this one, oldest first. */
const trendOf = (history: History, { series, seq, summary }: Entry): readonly TrendPoint[] => {
  const { command } = summary as RunSummary
  return history
    .list({ kind: 'run', series })
    .filter((entry) => entry.seq <= seq && (entry.summary as RunSummary).command === command)
    .slice(0, MOST)
    .map(pointOf)
    .reverse()
}

const MOST = 60

const pointOf = ({ id, summary }: Entry): TrendPoint => {
  const { finished, counts } = summary as RunSummary
  const { passed, findings, waived, failed, unjudged } = counts
  return { id, finished, passed, findings, waived, unjudged: failed + unjudged }
}

const assetsOf = (home: string): Assets => {
  const read = (name: string): string => readFileSync(join(home, 'dist', 'report', name), 'utf8')
  return { script: read('page.js'), style: read('page.css') }
}

/** Whoever reads the file meanwhile sees the old one or the new one, never a half. */
const written = async (file: string, text: string): Promise<void> => {
  const made = `${file}.${process.pid}.new`
  try {
    // it tells where a fleet is weak: it is for its owner, who may give it to others
    await writeFile(made, text, { mode: 0o600 })
    await rename(made, file)
  } catch (error) {
    await rm(made, { force: true })
    throw new UserError(`cannot write ${file}: ${(error as Error).message}`)
  }
}
