import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { openKeptHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { Entry, History, RunSummary } from '../history/shape.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import type { TrendPoint } from '../reports/trend.ts'
import type { Words } from './commands.ts'
import type { HistoryFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

const MOST_RUNS = 60

interface Material {
  readonly document: ReportDocument
  readonly trend: readonly TrendPoint[]
}

/** Writes a report of a run that is kept, or of a JSON document. */
export const report = async (words: Words, around: Surroundings): Promise<number> => {
  const flags = words.flags as HistoryFlags
  const name = words.args[0] ?? 'latest'
  if (flags.format === 'html' && flags.to === undefined && around.stdout.isTTY)
    throw new UserError('a page of HTML is nothing for a terminal', { hint: '--to report.html' })
  const material = isFile(name) ? { document: documentIn(name), trend: [] } : await fromHistory(name, flags, around)
  const text = await textOf(material, flags.format, around)
  if (flags.to === undefined) around.stdout.write(text)
  else {
    write(flags.to, text)
    around.stderr.write(`written: ${flags.to}\n`)
  }
  return 0
}

const isFile = (name: string): boolean => name === '-' || name.endsWith('.json') || name.includes('/')

const documentIn = (name: string): ReportDocument => {
  if (name !== '-' && !existsSync(name)) throw new UserError(`the document "${name}" could not be found`)
  let value: unknown
  try {
    value = JSON.parse(readFileSync(name === '-' ? 0 : name, 'utf8'))
  } catch (error) {
    throw new UserError(`"${name}" is no JSON: ${(error as Error).message}`)
  }
  const document = value as Partial<ReportDocument> | null
  const isReport = document?.version === 1 && Array.isArray(document.results) && typeof document.hosts === 'object'
  if (!isReport)
    throw new UserError(`"${name}" is no document of a run`, { hint: 'keyward audit --output json prints one' })
  return document as ReportDocument
}

const fromHistory = async (name: string, flags: HistoryFlags, around: Surroundings): Promise<Material> => {
  const history = await openKeptHistory(historyPlace(flags.historyFile, around.environment))
  try {
    const entry = history.run(name)
    const body = history.body(entry)
    if (body === null) throw new UserError(`the run ${entry.id} was dropped: only its entry is left`)
    const [newest] = history.list({ atMost: 1 })
    return { document: { ...body.document, head: newest?.hash ?? entry.hash }, trend: trendOf(history, entry) }
  } finally {
    history.close()
  }
}

/** The runs of the same playbooks and inventory up to this one, oldest first. */
const trendOf = (history: History, entry: Entry): readonly TrendPoint[] => {
  const { command } = entry.summary as RunSummary
  return history
    .list({ kind: 'run', series: entry.series })
    .filter(({ seq, summary }) => seq <= entry.seq && (summary as RunSummary).command === command)
    .slice(0, MOST_RUNS)
    .reverse()
    .map(({ summary }) => {
      const { started, counts } = summary as RunSummary
      const { passed, findings, waived, failed, unjudged } = counts
      return { at: started, passed, findings, waived, unjudged: failed + unjudged }
    })
}

const textOf = async (
  { document, trend }: Material,
  format: HistoryFlags['format'],
  { home }: Surroundings,
): Promise<string> => {
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`
  if (format === 'junit') return (await import('../reports/junit.ts')).junit(document)
  const { html } = await import('../reports/html.ts')
  const asset = (file: string): string => readFileSync(join(home, 'dist', 'report', file), 'utf8')
  return html(document, { trend, assets: { style: asset('page.css'), script: asset('page.js') } })
}

const write = (file: string, text: string): void => {
  const made = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(made, text)
    renameSync(made, file)
  } catch (error) {
    throw new UserError(`cannot write "${file}": ${(error as Error).message}`)
  }
}
