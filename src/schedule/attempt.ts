import type { ReportDocument } from '../output/report-schema.ts'
import type { Schedule, SlotStatus } from './shape.ts'
import type { Started } from './started.ts'
import { wordsOf } from './words.ts'

/** Starts keyward with these words behind its name. */
export type Start = (argv: readonly string[]) => Started

/** Why an attempt is to end before its time. */
export interface Halt {
  readonly status: Extract<SlotStatus, 'timed-out' | 'cancelled'>
  readonly reason: string
  /** without a moment to finish what was begun */
  readonly atOnce: boolean
}

/** How an attempt at a slot ended. */
export interface Attempt {
  readonly status: Extract<SlotStatus, 'ran' | 'failed' | 'timed-out' | 'cancelled' | 'killed'>
  readonly reason: string
  readonly documents: readonly ReportDocument[]
  /** the hosts that were not reached in the end */
  readonly unreachable: readonly string[]
}

/** What an attempt is made with. */
export interface AttemptParts {
  readonly start: Start
  readonly historyFile: string
  readonly slot: string
  /** the hosts that an earlier attempt did not reach; empty: all */
  readonly limitTo: readonly string[]
  /** comes when the attempt is to end */
  readonly halt: Promise<Halt>
  /** how long a run that was asked to end may take for it */
  readonly graceMs: number
}

/** Runs a schedule once: an audit, a run, or an audit and, only where it found drift that nobody answers for, a run and an audit that proves it. */
export const attempt = async (schedule: Schedule, parts: AttemptParts): Promise<Attempt> => {
  const steps: Step[] = []
  let halt: Halt | null = null
  void parts.halt.then((why) => {
    halt = why
  })
  const step = async (command: 'audit' | 'run'): Promise<boolean> => {
    const argv = wordsOf(command, schedule, parts)
    const made = await stepOf(command, parts.start(argv), parts)
    steps.push(made)
    return halt === null && made.document !== null && ENDS.has(made.code)
  }
  const isRight = await step(schedule.mode === 'run' ? 'run' : 'audit')
  if (isRight && schedule.mode === 'audit-then-run' && hasDrift(steps[0]?.document) && (await step('run')))
    await step('audit')
  return endingOf(steps, halt)
}

/** How a run that came to its end may have ended. */
const ENDS: ReadonlySet<number> = new Set([0, 2, 3, 4])

interface Step {
  readonly command: 'audit' | 'run'
  readonly code: number
  readonly document: ReportDocument | null
  /** what it said where there is no document */
  readonly said: string
}

const stepOf = async (command: Step['command'], started: Started, { halt, graceMs }: AttemptParts): Promise<Step> => {
  let isOver = false
  let killing: NodeJS.Timeout | undefined
  void halt.then(({ atOnce }) => {
    if (isOver) return
    started.stop(...(atOnce ? (['now'] as const) : []))
    killing = setTimeout(() => started.stop('now'), graceMs)
  })
  const { code, stdout, stderr } = await started.ended
  isOver = true
  clearTimeout(killing)
  const document = documentIn(stdout)
  return { command, code, document, said: document === null ? firstMistake(stdout, stderr) : '' }
}

const hasDrift = (document: ReportDocument | null | undefined): boolean =>
  document?.results.some(({ status, waived }) => status === 'drift' && waived === undefined) ?? false

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

const KILLED = 137
const INTERRUPTED = 130

const endingOf = (steps: readonly Step[], halt: Halt | null): Attempt => {
  const documents = steps.flatMap(({ document }) => document ?? [])
  const rest = { documents, unreachable: unreachableIn(documents.at(-1)) }
  const all = steps.map(({ command, code }) => `${command} ended with ${code}${wordsFor(code)}`).join(', ')
  if (halt !== null) return { ...rest, status: halt.status, reason: halt.reason }
  const broken = steps.find(({ document, code }) => document === null || !ENDS.has(code))
  if (broken !== undefined) {
    const said = broken.said === '' ? '' : `: ${broken.said}`
    return { ...rest, status: brokenStatus(broken.code), reason: `${all}${said}` }
  }
  return { ...rest, status: 'ran', reason: steps.length === 1 && steps[0]?.code === 0 ? '' : all }
}

const brokenStatus = (code: number): Attempt['status'] => {
  if (code === KILLED) return 'killed'
  return code === INTERRUPTED ? 'cancelled' : 'failed'
}

const wordsFor = (code: number): string => (WORDS[code] === undefined ? '' : ` (${WORDS[code]})`)

const WORDS: Readonly<Record<number, string>> = {
  0: 'as wanted',
  1: 'wrong input',
  2: 'a host failed',
  3: 'drift',
  4: 'a host was not reached',
  127: 'it could not be started',
  [INTERRUPTED]: 'interrupted',
  [KILLED]: 'it was killed',
}

const unreachableIn = (document: ReportDocument | undefined): readonly string[] =>
  Object.entries(document?.hosts ?? {}).flatMap(([host, { unreachable }]) => (unreachable > 0 ? [host] : []))
