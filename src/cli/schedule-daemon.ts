import { statSync } from 'node:fs'
import { UserError } from '../contract/errors.ts'
import { readSchedules } from '../schedule/read.ts'
import type { ScheduleFile } from '../schedule/shape.ts'
import type { ScheduleFlags } from './flags.ts'
import { watchInterrupts } from './interrupt.ts'
import { nextOf, slotLine, tickOnce } from './scheduler.ts'
import type { Surroundings } from './surroundings.ts'

const LONGEST_MS = 60_000

/**
 * Ticks whenever something is due, and at least once a minute, until it is asked to end: it then starts nothing new and
 * waits for what runs; the second request ends that too. A file that became wrong is told, and the one before it goes on.
 */
export const runDaemon = async (path: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const say = (line: string): void => around.stdout.write(`${around.clock().toISOString()}  ${line}\n`)
  const reading = readingOf(path, say)
  const rest = resting()
  const interrupt = watchInterrupts(() => {
    say('asked to end: nothing new is begun, and what runs comes to its end')
    rest.end()
  })
  const ticks = tickingWith((error) => {
    if (!(error instanceof UserError)) return rest.fail(error)
    say(error.message)
  })
  say(`${counted(reading.file())} of ${reading.file().file}`)
  try {
    while (!interrupt.requested) {
      reading.again()
      const file = reading.file()
      // a run may take long, and other schedules do not wait for it
      ticks.begin(() => tickOnce(file, flags, around, { interrupt, told: (slot) => say(slotLine(slot)) }))
      await rest.for(waitOf(file, around.clock()))
    }
    await ticks.all()
    say('ended')
    return 0
  } finally {
    interrupt.close()
  }
}

const counted = ({ schedules: { length } }: ScheduleFile): string =>
  length === 1 ? '1 schedule' : `${length} schedules`

/** Pauses that can be cut short. */
const resting = (): { for(ms: number): Promise<void>; end(): void; fail(error: unknown): void } => {
  let wake = (): void => {}
  let isOver = false
  let failure: { readonly error: unknown } | null = null
  const end = (): void => {
    isOver = true
    wake()
  }
  return {
    for: async (ms) => {
      if (!isOver)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      if (failure !== null) throw failure.error
    },
    end,
    fail: (error) => {
      failure = { error }
      end()
    },
  }
}

/** Ticks that go on side by side. */
const tickingWith = (
  failed: (error: unknown) => void,
): { begin(work: () => Promise<unknown>): void; all(): Promise<unknown> } => {
  const running = new Set<Promise<unknown>>()
  return {
    begin: (work) => {
      const one: Promise<unknown> = work()
        .catch(failed)
        .finally(() => running.delete(one))
      running.add(one)
    },
    all: () => Promise.all(running),
  }
}

/** The file of schedules as it was last right. */
const readingOf = (path: string, say: (line: string) => void): { file(): ScheduleFile; again(): void } => {
  let file = readSchedules(path)
  let stamp = stampOf(path)
  return {
    file: () => file,
    again: () => {
      const now = stampOf(path)
      if (now === stamp) return
      stamp = now
      try {
        file = readSchedules(path)
        say(`the file was changed, and read again: ${counted(file)}`)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        say('the file was changed and is wrong: the one before goes on')
        for (const { at, message } of error.mistakes)
          say(`  ${at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `}${message}`)
      }
    },
  }
}

const stampOf = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`
}

const waitOf = ({ schedules }: ScheduleFile, now: Date): number => {
  const next = schedules.filter(({ enabled }) => enabled).flatMap((schedule) => nextOf(schedule, now)?.getTime() ?? [])
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, ...next.map((at) => at - now.getTime())))
}

/** A timer may wake a moment too early. */
const SHORTEST_MS = 20
