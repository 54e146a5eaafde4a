import type { Status } from '../contract/outcome.ts'
import type { Counts, Event, Mode, Report, Result } from './event.ts'
import { worst } from './task.ts'

/** What a report says beside its events. */
export interface AboutRun {
  readonly mode: Mode
  readonly started: Date
  readonly finished: Date
  /** in inventory order */
  readonly hosts: readonly string[]
  readonly interrupted: boolean
}

/** Reads the account of a run from its events. */
export const foldReport = (events: readonly Event[], about: AboutRun): Report => {
  const order = new Map(about.hosts.map((host, index) => [host, index]))
  const results = events
    .flatMap((event) => (event.kind === 'task ended' ? [event.result] : []))
    .sort(
      (a, b) =>
        a.playIndex - b.playIndex ||
        a.taskIndex - b.taskIndex ||
        (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0) ||
        (a.itemIndex ?? 0) - (b.itemIndex ?? 0),
    )
  const byHost = new Map(about.hosts.map((host): [string, Result[]] => [host, []]))
  for (const result of results) byHost.get(result.host)?.push(result)
  const hosts = new Map(about.hosts.map((host) => [host, countsOf(byHost.get(host) ?? [])]))
  const notes = events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
  const left = new Set(events.flatMap((event) => (event.kind === 'hosts stopped' ? event.hosts : [])))
  const stopped = about.hosts.filter((host) => left.has(host))
  const { mode, started, finished, interrupted } = about
  return {
    mode,
    started,
    finished,
    interrupted,
    exitCode: exitCodeOf(mode, results, interrupted),
    hosts,
    results,
    notes,
    stopped,
  }
}

const countsOf = (results: readonly Result[]): Counts => {
  const counts = {
    ok: 0,
    changed: 0,
    drift: 0,
    failed: 0,
    unreachable: 0,
    skipped: 0,
    waiting: 0,
    rescued: 0,
    ignored: 0,
    waived: 0,
  }
  for (const group of tasksOf(results)) {
    const status = worst(group.map(statusOf))
    const first = group.find((result) => statusOf(result) === status)
    if (status === 'ok' || status === 'changed') counts.ok += 1
    if (status !== 'ok' && status !== 'failed' && status !== 'stuck') counts[status] += 1
    if (status === 'failed' || status === 'stuck') {
      if (first?.rescued) counts.rescued += 1
      else if (first?.ignored) {
        counts.ok += 1
        counts.ignored += 1
      } else counts.failed += 1
    }
  }
  return counts
}

/** How a result counts: a finding that somebody answers for is counted apart. */
const statusOf = (result: Result): Status | 'waived' => (result.waived === undefined ? result.status : 'waived')

/** The results of one host, task by task: the items of a loop count once; a handler's every flush counts. */
const tasksOf = (results: readonly Result[]): readonly (readonly Result[])[] => {
  const groups: Result[][] = []
  for (const result of results) {
    const last = groups.at(-1)
    const before = last?.[0]
    const sameLoop =
      before !== undefined &&
      before.playIndex === result.playIndex &&
      before.taskIndex === result.taskIndex &&
      before.item !== undefined &&
      result.item !== undefined
    if (sameLoop) last?.push(result)
    else groups.push([result])
  }
  return groups
}

const exitCodeOf = (mode: Mode, results: readonly Result[], interrupted: boolean): number => {
  const some = (...statuses: readonly Status[]): boolean =>
    results.some((result) => statuses.includes(result.status) && !result.ignored && !result.rescued && !result.waived)
  if (interrupted) return 130
  if (some('failed', 'stuck')) return 2
  if (some('unreachable')) return 4
  return mode !== 'run' && some('drift', 'waiting') ? 3 : 0
}
