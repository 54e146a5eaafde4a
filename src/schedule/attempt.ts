import type { ReportDocument } from '../output/report-schema.ts'
import type { Schedule, SlotStatus } from './shape.ts'

/** A keyward that was started for a slot. */
export interface Started {
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  stop(how?: 'now'): void
}

/** Starts keyward with these words behind its name. */
export type Start = (argv: readonly string[]) => Started

/** How an attempt at a slot ended. */
export interface Attempt {
  readonly status: Extract<SlotStatus, 'ran' | 'failed' | 'timed-out' | 'cancelled'>
  readonly reason: string
  readonly runs: readonly string[]
  readonly documents: readonly ReportDocument[]
  /** the worst exit code of its runs */
  readonly code: number
  readonly unreachable: readonly string[]
}

/** What an attempt is made with. */
export interface AttemptParts {
  readonly start: Start
  readonly historyFile: string
  readonly slot: string
  /** the hosts that an earlier attempt did not reach; empty: all */
  readonly limitTo: readonly string[]
  /** asked every so often; true: end it */
  readonly isCancelled: () => boolean
  readonly pulseMs: number
}

const GRACE_MS = 15_000
const DRIFT = 3

/** Runs a schedule once: an audit, a run, or an audit and, only where it found something, a run and an audit that proves it. */
export const attempt = async (schedule: Schedule, parts: AttemptParts): Promise<Attempt> => {
  const course = { left: schedule.timeoutMs, began: performance.now() }
  const done: Run[] = []
  const step = async (command: 'audit' | 'run'): Promise<Run> => {
    const left = course.left - (performance.now() - course.began)
    const run = await runOnce(command, schedule, parts, Math.max(0, left))
    done.push(run)
    return run
  }
  const first = await step(schedule.mode === 'run' ? 'run' : 'audit')
  if (schedule.mode === 'audit-then-run' && first.cut === null && first.code === DRIFT) {
    const second = await step('run')
    if (second.cut === null && second.document !== null) await step('audit')
  }
  return ending(done)
}

interface Run {
  readonly command: string
  readonly code: number
  readonly document: ReportDocument | null
  readonly said: string
  readonly cut: 'timed-out' | 'cancelled' | null
}

const runOnce = async (
  command: 'audit' | 'run',
  schedule: Schedule,
  parts: AttemptParts,
  leftMs: number,
): Promise<Run> => {
  const started = parts.start(wordsOf(command, schedule, parts))
  let cut: Run['cut'] = null
  let killing: NodeJS.Timeout | undefined
  const end = (why: NonNullable<Run['cut']>): void => {
    if (cut !== null) return
    cut = why
    started.stop()
    killing = setTimeout(() => started.stop('now'), GRACE_MS)
  }
  const limit = setTimeout(() => end('timed-out'), leftMs)
  const pulse = setInterval(() => {
    if (parts.isCancelled()) end('cancelled')
  }, parts.pulseMs)
  const { code, stdout, stderr } = await started.ended
  clearTimeout(limit)
  clearTimeout(killing)
  clearInterval(pulse)
  const document = documentIn(stdout)
  return { command, code, cut, document, said: document === null ? firstMistake(stdout, stderr) : '' }
}

const wordsOf = (command: 'audit' | 'run', schedule: Schedule, parts: AttemptParts): readonly string[] => {
  const limit = parts.limitTo.length > 0 ? parts.limitTo.join(',') : schedule.limit
  const { retain, waivers, forks } = schedule
  return [
    command,
    ...schedule.playbooks,
    ...schedule.inventory.flatMap((path) => ['-i', path]),
    ...(limit === null ? [] : ['--limit', limit]),
    ...schedule.tags.flatMap((tag) => ['--tags', tag]),
    ...schedule.skipTags.flatMap((tag) => ['--skip-tags', tag]),
    ...schedule.extraVars.flatMap((vars) => ['-e', vars]),
    ...(forks === null ? [] : ['--forks', String(forks)]),
    ...(waivers === null ? [] : ['--waivers', waivers]),
    ...(command === 'run' ? ['--history'] : []),
    ...['--history-file', parts.historyFile, '--keep-runs', String(retain.runs), '--keep-days', String(retain.days)],
    ...['--schedule', schedule.name, '--slot', parts.slot, '--output', 'json'],
  ]
}

const documentIn = (stdout: string): ReportDocument | null => {
  const document = parsed(stdout)
  return document !== null && 'results' in document ? (document as ReportDocument) : null
}

const parsed = (text: string): object | null => {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

const firstMistake = (stdout: string, stderr: string): string => {
  const { errors } = (parsed(stdout) ?? {}) as { errors?: readonly { at?: string; message: string }[] }
  const [first] = errors ?? []
  if (first !== undefined) return first.at === undefined ? first.message : `${first.at}: ${first.message}`
  return stderr.trim().split('\n').at(-1) ?? ''
}

const ending = (runs: readonly Run[]): Attempt => {
  const last = runs.at(-1)
  const documents = runs.flatMap(({ document }) => document ?? [])
  const cut = runs.find((run) => run.cut !== null)?.cut ?? null
  const broken = runs.find(({ document }) => document === null)
  const codes = runs.map(({ command, code }) => `${command} ended with ${code}`).join(', ')
  const rest = {
    runs: documents.flatMap(({ id }) => id ?? []),
    documents,
    code: last?.code ?? 1,
    unreachable: unreachableIn(documents.at(-1)),
  }
  if (cut !== null)
    return { ...rest, status: cut, reason: cut === 'cancelled' ? 'the next slot took its place' : codes }
  if (broken !== undefined) {
    const said = broken.said === '' ? '' : `: ${broken.said}`
    return { ...rest, status: 'failed', reason: `${broken.command} ended with ${broken.code}${said}` }
  }
  return { ...rest, status: 'ran', reason: rest.code === 0 && runs.length === 1 ? '' : codes }
}

const unreachableIn = (document: ReportDocument | undefined): readonly string[] =>
  Object.entries(document?.hosts ?? {}).flatMap(([host, { unreachable }]) => (unreachable > 0 ? [host] : []))
