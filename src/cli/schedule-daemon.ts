import { statSync } from 'node:fs'
import { UserError } from '../contract/errors.ts'
import { readSchedules } from '../schedule/read.ts'
import type { ScheduleFile } from '../schedule/shape.ts'
import type { ScheduleFlags } from './flags.ts'
import { watchInterrupts } from './interrupt.ts'
import { nextOf, slotLine, tickOnce } from './scheduler.ts'
import type { Started, Surroundings } from './surroundings.ts'

const LONGEST_MS = 60_000

/**
 * Ticks whenever something is due, and at least once a minute, until it is asked to end: it then starts nothing new and
 * waits for what runs; the second request ends that too. A file that became wrong is told, and the one before it goes on.
 */
export const runDaemon = async (path: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  let file = readSchedules(path)
  let stamp = stampOf(path)
  const children = new Set<Started>()
  let wake = (): void => {}
  const interrupt = watchInterrupts(() => wake())
  const say = (line: string): void => around.stdout.write(`${around.clock().toISOString()}  ${line}\n`)
  const within = { ...around, start: (argv: readonly string[]) => kept(children, around.start(argv)) }
  void interrupt.now.then(() => {
    for (const child of children) child.stop()
  })
  say(`${file.schedules.length} schedules of ${file.file}`)
  try {
    while (!interrupt.requested) {
      ;[file, stamp] = reread(path, file, stamp, say)
      await tickOnce(file, flags, within, (one) => say(slotLine(one)))
      if (interrupt.requested) break
      const waitMs = waitOf(file, around.clock())
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    say('ended')
    return 0
  } finally {
    interrupt.close()
  }
}

const kept = (children: Set<Started>, child: Started): Started => {
  children.add(child)
  void child.ended.then(() => children.delete(child))
  return child
}

const stampOf = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`
}

const reread = (
  path: string,
  file: ScheduleFile,
  stamp: string,
  say: (line: string) => void,
): readonly [ScheduleFile, string] => {
  const now = stampOf(path)
  if (now === stamp) return [file, stamp]
  try {
    const read = readSchedules(path)
    say(`read again: ${read.schedules.length} schedules`)
    return [read, now]
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    for (const { at, message } of error.mistakes) say(`wrong, the one before goes on: ${at?.line ?? ''} ${message}`)
    return [file, now]
  }
}

const waitOf = ({ schedules }: ScheduleFile, now: Date): number => {
  const next = schedules.filter(({ enabled }) => enabled).flatMap((schedule) => nextOf(schedule, now)?.getTime() ?? [])
  return Math.max(0, Math.min(LONGEST_MS, ...next.map((at) => at - now.getTime())))
}
