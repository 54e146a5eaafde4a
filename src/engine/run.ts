import type { Play } from '../playbook/shape.ts'
import { batchesOf } from './batches.ts'
import type { Event, Report } from './event.ts'
import { foldReport } from './fold.ts'
import { type HostEnd, runHost } from './host-run.ts'
import type { Kept } from './kept.ts'
import { sideBySide } from './lock.ts'
import { type Machines, machinesOf } from './machines.ts'
import type { Parts } from './parts.ts'
import { Planned } from './planned.ts'
import { runOnceOf } from './run-once.ts'
import { SeenAhead } from './seen-ahead.ts'
import { Settled } from './settled.ts'

interface Course {
  readonly parts: Parts
  readonly machines: Machines
  readonly planned: Planned | null
  readonly registers: Map<string, Map<string, unknown>>
  /** hosts that failed or were lost: they take part in nothing that follows */
  readonly out: Set<string>
}

/**
 * Takes the chosen hosts through all plays and gives the account of it. A second interrupt ends it at once, with the
 * account of what was done so far.
 */
export const runPlaybooks = async (given: Parts): Promise<Report> => {
  const events: Event[] = []
  const tell = (event: Event): void => {
    events.push(event)
    given.tell(event)
  }
  const parts: Parts = { ...given, tell }
  const plays = parts.playbooks.flatMap((playbook) => playbook.plays)
  const hosts = [...new Set(plays.flatMap((play) => parts.hostsOf(play)))]
  const started = parts.clock()
  tell({
    kind: 'run started',
    mode: parts.mode,
    at: started,
    hosts,
    playbooks: parts.playbooks.map(({ file }) => file),
  })
  const course: Course = {
    parts,
    machines: machinesOf(parts),
    planned: parts.mode === 'run' ? null : new Planned(),
    registers: new Map(),
    out: new Set(),
  }
  const cut = parts.interrupt.now.then(() => 'cut' as const)
  const how = await Promise.race([runPlays(course, plays), cut])
  if (how !== 'cut') await Promise.race([course.machines.close(), cut])
  if (parts.interrupt.requested) tell({ kind: 'interrupted' })
  const finished = parts.clock()
  const report = foldReport(events, {
    mode: parts.mode,
    started,
    finished,
    hosts,
    interrupted: parts.interrupt.requested,
  })
  const told = parts.keep === null ? report : withKept(report, await parts.keep(report))
  tell({ kind: 'run ended', at: finished, report: told })
  return told
}

/** A run that was to be kept and is not has failed, whatever became of its hosts. */
const withKept = (report: Report, kept: Kept | null): Report => {
  if (kept !== null) return { ...report, kept }
  const isFine = report.exitCode === 0 || report.exitCode === 3
  return isFine ? { ...report, exitCode: 2 } : report
}

const runPlays = async (course: Course, plays: readonly Play[]): Promise<'done'> => {
  let lost: Play | null = null
  for (const play of plays) {
    if (course.parts.interrupt.requested) break
    const hosts = course.parts.hostsOf(play).filter((host) => !course.out.has(host))
    const why = lost === null ? whyEmpty(course, play, hosts) : `the play "${lost.name}" ended early`
    if (why === null) lost = (await runPlay(course, play, hosts)) === 'goes on' ? null : play
    else course.parts.tell({ kind: 'play skipped', play: play.name, playIndex: play.index, why })
    if (lost !== null && lost !== play) stop(course, play, hosts, `the play "${lost.name}" ended early`)
  }
  return 'done'
}

const whyEmpty = (course: Course, play: Play, hosts: readonly string[]): string | null => {
  if (hosts.length > 0) return null
  return course.parts.hostsOf(play).length === 0 ? 'no host is left of its pattern' : 'all of its hosts failed before'
}

/** Takes hosts through a play, batch by batch. What comes later may rest on it: a batch that fails entirely ends the run. */
const runPlay = async (course: Course, play: Play, hosts: readonly string[]): Promise<'goes on' | 'ends the run'> => {
  const { parts } = course
  parts.tell({ kind: 'play started', play: play.name, playIndex: play.index, hosts, tasks: parts.tasksOf(play).length })
  const open = new Set(hosts)
  let end: 'goes on' | 'ends the run' = 'goes on'
  for (const batch of batchesOf(play.serial, hosts)) {
    if (parts.interrupt.requested) break
    const failed = await runBatch(course, play, batch)
    for (const host of batch) open.delete(host)
    if (failed.length < batch.length && !overLimit(play, failed.length, batch.length)) continue
    end = 'ends the run'
    const why =
      failed.length < batch.length ? 'too many hosts failed' : `every host of a batch failed: ${failed.join(', ')}`
    stop(course, play, [...open], why)
    break
  }
  parts.tell({ kind: 'play ended', playIndex: play.index })
  return end
}

/** Keeps hosts from all that follows, and says so. */
const stop = (course: Course, play: Play, hosts: readonly string[], why: string): void => {
  const left = hosts.filter((host) => !course.out.has(host))
  if (left.length === 0) return
  for (const host of left) course.out.add(host)
  course.parts.tell({ kind: 'hosts stopped', playIndex: play.index, hosts: left, why })
}

const overLimit = (play: Play, failed: number, all: number): boolean =>
  (play.anyErrorsFatal && failed > 0) ||
  (play.maxFailPercentage !== null && (failed / all) * 100 > play.maxFailPercentage)

/** Takes the hosts of one batch through the play, each at its own pace; gives those that failed or were lost. */
const runBatch = async (course: Course, play: Play, batch: readonly string[]): Promise<readonly string[]> => {
  const { parts } = course
  const failed: string[] = []
  const stopped: string[] = []
  const once = runOnceOf(batch)
  const tasks = parts.tasksOf(play)
  const goesOn = (): boolean => !overLimit(play, failed.length, batch.length)
  await sideBySide(batch, parts.forks, async (host) => {
    const registers = course.registers.get(host) ?? new Map<string, unknown>()
    course.registers.set(host, registers)
    const { machines, planned } = course
    const run = {
      parts,
      machines,
      mode: parts.mode,
      planned,
      play,
      tasks,
      host,
      registers,
      registersOf: (other: string) => course.registers.get(other),
      facts: {},
      settled: new Settled(),
      notified: new Set<never>(),
      once,
      seen: new SeenAhead(),
      goesOn,
    }
    const end: HostEnd = await runHost(run)
    if (end === 'failed' || end === 'unreachable') {
      failed.push(host)
      course.out.add(host)
    }
    if (end === 'stopped' && !parts.interrupt.requested) stopped.push(host)
  })
  stop(course, play, stopped, `stopped by the failure of ${failed.join(', ')}`)
  return failed
}
