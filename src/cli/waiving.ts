import type { Finding, Waived } from '../contract/control.ts'
import type { Report, Result } from '../engine/event.ts'
import type { Memory } from '../history/memory.ts'
import type { Looked, Playbooks } from '../waivers/notes.ts'
import { readWaivers } from '../waivers/read.ts'
import type { Waiver } from '../waivers/shape.ts'
import { useWaivers, type Waiving } from '../waivers/use.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import type { Surroundings } from './surroundings.ts'

/** The waivers that the flags name, as they were read. */
export interface ReadWaivers {
  readonly waivers: readonly Waiver[]
  readonly playbooks: Playbooks
}

/** Reads the waivers that the flags name; null where they name none. Throws every mistake in them. */
export const waiversOf = ({ waivers: file }: RunFlags, loaded: Loaded, around: Surroundings): ReadWaivers | null => {
  if (file === undefined) return null
  const playbooks = holdings(loaded)
  return { playbooks, waivers: readWaivers(file, { inventory: loaded.inventory, playbooks, now: around.clock() }) }
}

/** Lets them answer for findings, as they did in earlier runs; null where there are none. */
export const openWaiving = (
  read: ReadWaivers | null,
  { around, previous }: { readonly around: Surroundings; readonly previous: Memory | null },
): Waiving | null =>
  read === null
    ? null
    : useWaivers(read.waivers, { clock: around.clock, before: earlierUses(previous), playbooks: read.playbooks })

/** A report with what is worth saying of the waivers. */
export const withWaiverNotes = (report: Report, waiving: Waiving | null, flags: RunFlags): Report =>
  waiving === null ? report : { ...report, notes: [...report.notes, ...waiverNotes(report, waiving, flags)] }

/** What is worth saying of the waivers at the end of a run. */
export const waiverNotes = (report: Report, waiving: Waiving | null, flags: RunFlags): readonly string[] =>
  waiving?.notes(lookedAt(report, flags)) ?? []

const holdings = ({ playbooks }: Loaded): Playbooks => {
  const tasks = playbooks.flatMap(({ plays }) => plays.flatMap((play) => [...play.tasks, ...play.handlers]))
  return {
    controls: new Set(tasks.flatMap(({ control }) => control?.ids ?? [])),
    tasks: new Set(tasks.map(({ name }) => name)),
  }
}

const earlierUses = (previous: Memory | null): ((finding: Finding) => readonly Waived[]) => {
  const byTask = new Map<string, Waived[]>()
  for (const { answered, ...one } of Object.values(previous ?? {})) {
    if (answered === undefined) continue
    const key = taskKey(one)
    byTask.set(key, [...(byTask.get(key) ?? []), answered])
  }
  return (finding) => byTask.get(taskKey(finding)) ?? []
}

const taskKey = ({ host, task, item }: Pick<Finding, 'host' | 'task' | 'item'>): string =>
  JSON.stringify([host, task, item])

const lookedAt = (report: Report, { tags, skipTags, startAtTask, step, limit }: RunFlags): Looked => {
  const isPart = tags.length + skipTags.length > 0 || startAtTask !== undefined || step || limit !== undefined
  const isUnsure = (host: string): boolean => {
    const counts = report.hosts.get(host)
    return report.stopped.includes(host) || counts === undefined || counts.unreachable + counts.failed > 0
  }
  const hosts = [...report.hosts.keys()]
  return {
    subjects: report.results.map(subjectOf),
    unsure: new Set(isPart || report.interrupted ? hosts : hosts.filter(isUnsure)),
  }
}

const subjectOf = ({ host, task, control, status }: Result): Looked['subjects'][number] => ({
  host,
  task,
  control: control ?? null,
  isAsWanted: status === 'ok' || status === 'changed',
})
