import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Mistake, UserError } from '../contract/errors.ts'
import { readRecordFile, recordOf, type YamlRecord } from '../yaml/record.ts'
import { channelsIn } from './read-channels.ts'
import { KEYS, scheduleIn } from './read-schedule.ts'
import type { Schedule, ScheduleFile } from './shape.ts'

const TOP = ['schedules', 'channels', 'metrics', 'history']

/** Reads a file of schedules; throws UserError with every mistake in it. Paths in it are relative to it. */
export const readSchedules = (file: string): ScheduleFile => {
  const { root, mistakes } = readRecordFile(file, 'file of schedules')
  if (root === null)
    throw new UserError(`the file of schedules "${file}" is empty`, { hint: 'it has schedules: a list' })
  const top = recordOf(root, { keys: TOP, what: 'a file of schedules', mistakes })
  if (top === null) throw new UserError(mistakes)
  const real = realpathSync(file)
  const pathIn = (path: string): string => (isAbsolute(path) ? path : join(dirname(real), path))
  const { channels, names } = channelsIn(top.node('channels'), mistakes)
  const records = top.records('schedules', KEYS)
  if (records.length === 0 && mistakes.length === 0) top.complain('schedules', 'there is no schedule in it')
  const schedules = records.flatMap((record) => scheduleIn(record, { pathIn, channels: names }) ?? [])
  twice(records)
  const [metrics, history] = [top.text('metrics'), top.text('history')]
  if (mistakes.length > 0) throw new UserError(inOrder(mistakes))
  return {
    file: real,
    schedules,
    channels,
    metrics: metrics === undefined ? null : pathIn(metrics),
    history: history === undefined ? null : pathIn(history),
  }
}

const twice = (records: readonly YamlRecord[]): void => {
  const seen = new Map<string, number>()
  for (const record of records) {
    const node = record.node('name')
    if (node?.kind !== 'scalar') continue
    const first = seen.get(node.raw)
    if (first === undefined) seen.set(node.raw, node.at.line)
    else record.complain('name', `a second schedule is called "${node.raw}"`, `the first one is in line ${first}`)
  }
}

const inOrder = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  [...mistakes].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))

/** A schedule's timing as a text that tells different ones apart. */
export const timingKey = ({ timing, timezone }: Pick<Schedule, 'timing' | 'timezone'>): string =>
  JSON.stringify([timing.kind, timing.text, timezone, ...(timing.kind === 'every' ? [timing.ms] : [])])
