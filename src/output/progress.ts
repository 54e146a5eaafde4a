import type { Event, Result } from '../engine/event.ts'
import type { Paint } from './paint.ts'
import type { Size } from './screen.ts'
import { visibleLine } from './visible.ts'

/** Where one host is in the play. */
export interface HostProgress {
  readonly host: string
  state: 'queued' | 'running' | 'done' | 'failed'
  /** tasks begun, handlers among them */
  begun: number
  words: string
  changed: boolean
  /** something would be changed, in a dry run */
  drifted: boolean
}

/** Where a play is; kept up to date by {@link advance}. */
export interface Progress {
  readonly play: string
  readonly tasks: number
  readonly startedMs: number
  readonly hosts: ReadonlyMap<string, HostProgress>
  /** the hosts that have a row, each keeping its own until it is done */
  rows: readonly string[]
}

/** Gives the progress of a play that begins. */
export const progressOf = (event: Event & { readonly kind: 'play started' }, startedMs: number): Progress => ({
  play: event.play,
  tasks: event.tasks,
  startedMs,
  hosts: new Map(
    event.hosts.map((host) => [host, { host, state: 'queued', begun: 0, words: '', changed: false, drifted: false }]),
  ),
  rows: [],
})

/** Takes one event into a progress. */
export const advance = (progress: Progress, event: Event): void => {
  const host = event.kind === 'task ended' ? event.result.host : 'host' in event ? event.host : null
  const one = host === null ? undefined : progress.hosts.get(host)
  if (one === undefined) return
  switch (event.kind) {
    case 'task ended':
      taskEnded(one, event.result)
      break
    case 'host connecting':
      one.state = 'running'
      one.words = 'connecting'
      break
    case 'task started':
      one.state = 'running'
      one.begun += 1
      one.words = event.task
      break
    case 'host ended':
      if (event.unreachable !== undefined) fail(one, event.unreachable.message)
      else if (one.state !== 'failed') one.state = 'done'
      break
  }
}

const taskEnded = (one: HostProgress, result: Result): void => {
  one.changed ||= result.status === 'changed'
  one.drifted ||= result.status === 'drift' && result.waived === undefined
  const failed = result.status === 'failed' || result.status === 'stuck' || result.status === 'unreachable'
  if (failed && !result.ignored && !result.rescued) fail(one, `${result.task}: ${result.message}`)
}

const fail = (one: HostProgress, why: string): void => {
  one.state = 'failed'
  one.words = why.split('\n')[0] ?? ''
}

/** What a drawing needs to know of the terminal. */
export interface Canvas {
  readonly size: Size
  readonly paint: Paint
  readonly unicode: boolean
  readonly nowMs: number
}

/** The block of a play: a head with counts, the hosts that run, the hosts that failed; never higher than the terminal. */
export const progressLines = (progress: Progress, canvas: Canvas): readonly string[] => {
  const { failed, running, width, ...counts } = countedIn(progress)
  const room = Math.max(1, canvas.size.rows - BESIDE)
  const failedRows = Math.min(failed.length, MOST_FAILED, Math.floor(room / 3))
  const runningRows = Math.min(running.length, MOST_RUNNING, room - failedRows)
  keepRows(progress, running, runningRows)
  const shown = progress.rows.flatMap((host) => progress.hosts.get(host) ?? [])
  return [
    headLine(progress, counts, { running: running.length, failed: failed.length }, canvas),
    ...shown.map((one) => runningLine(one, progress, width, canvas)),
    ...moreLine(running.length - shown.length, 'more running', canvas),
    ...failed.slice(failed.length - failedRows).map((one) => failedLine(one, width, canvas)),
    ...moreLine(failed.length - failedRows, 'more failed', canvas),
  ]
}

/** Everything that a drawing tells of the hosts, in one walk: it is made ten times a second, of thousands of hosts. */
const countedIn = ({ hosts }: Progress) => {
  const failed: HostProgress[] = []
  const running: HostProgress[] = []
  let [width, done, changed, drifted, queued] = [0, 0, 0, 0, 0]
  for (const one of hosts.values()) {
    width = Math.max(width, one.host.length)
    if (one.state === 'failed') failed.push(one)
    if (one.state === 'running') running.push(one)
    if (one.state === 'queued') queued += 1
    if (one.state === 'done' || one.state === 'failed') done += 1
    if (one.changed) changed += 1
    if (one.drifted) drifted += 1
  }
  return { failed, running, width, all: hosts.size, done, changed, drifted, queued }
}

type Counted = Omit<ReturnType<typeof countedIn>, 'failed' | 'running' | 'width'>

const MOST_RUNNING = 12
const MOST_FAILED = 8
/** the head, two lines of "more", and one for the cursor */
const BESIDE = 4

const keepRows = (progress: Progress, running: readonly HostProgress[], count: number): void => {
  const active = new Set(running.map(({ host }) => host))
  const kept = new Set(progress.rows.filter((host) => active.has(host)).slice(0, count))
  // no more than may be shown are looked for
  const others: string[] = []
  for (const { host } of running) {
    if (others.length === count) break
    if (!kept.has(host)) others.push(host)
  }
  // a host that ended leaves its row to the next one, so that the others stay where they are
  let next = 0
  const filled = progress.rows.flatMap((host) => (active.has(host) ? [host] : (others[next++] ?? [])))
  progress.rows = [...filled, ...others.slice(next)].slice(0, count)
}

const headLine = (
  progress: Progress,
  { all, done, changed, drifted, queued }: Counted,
  { running, failed }: { readonly running: number; readonly failed: number },
  canvas: Canvas,
): string => {
  const { paint, nowMs, size } = canvas
  const counts = [
    `${done}/${all} hosts`,
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(drifted > 0 ? [`${drifted} to change`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${running} running`,
    ...(queued > 0 ? [`${queued} queued`] : []),
    clock(nowMs - progress.startedMs),
  ].join(canvas.unicode ? ' · ' : ', ')
  const bar = barOf(done / Math.max(1, all), canvas.unicode)
  const head = cut(`${bar} ${counts}`, size.columns - 1, canvas.unicode)
  const room = size.columns - head.length - 3
  return room < SHORTEST_NAME ? head : `${head}  ${paint.strong(cut(visibleLine(progress.play), room, canvas.unicode))}`
}

const SHORTEST_NAME = 9

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const BAR = 20

const barOf = (share: number, unicode: boolean): string => {
  const full = Math.floor(share * BAR)
  return unicode ? '█'.repeat(full) + '░'.repeat(BAR - full) : `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`
}

const runningLine = (
  one: HostProgress,
  progress: Progress,
  width: number,
  { paint, size, unicode }: Canvas,
): string => {
  const total = String(Math.max(progress.tasks, one.begun))
  const position =
    one.begun === 0 ? ''.padEnd(total.length * 2 + 1) : `${String(one.begun).padStart(total.length)}/${total}`
  const head = `  ${visibleLine(one.host).padEnd(width)}  `
  const rest = cut(`${position}  ${visibleLine(one.words)}`, size.columns - head.length - 1, unicode)
  return `${head}${paint.faint(rest)}`
}

const failedLine = (one: HostProgress, width: number, { paint, size, unicode }: Canvas): string => {
  const text = `${unicode ? '✗' : 'x'} ${visibleLine(one.host).padEnd(width)}  ${visibleLine(one.words)}`
  return paint.status('failed', cut(text, size.columns - 1, unicode))
}

const moreLine = (count: number, words: string, { paint, unicode }: Canvas): readonly string[] =>
  count > 0 ? [paint.faint(`  ${unicode ? '…' : '...'} ${count} ${words}`)] : []

const cut = (text: string, width: number, unicode: boolean): string => {
  const characters = [...text]
  if (characters.length <= width) return text
  const end = unicode ? '…' : '...'
  return `${characters.slice(0, Math.max(0, width - end.length)).join('')}${end}`
}
