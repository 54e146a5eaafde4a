import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { type LoadTime, parseClocks, processStart } from './load-time.ts'

/** A daemon as its pid file and /proc tell of it, where no init system does. */
export interface Daemon {
  readonly pid: number
  readonly load: LoadTime | null
}

/** Finds a running daemon by its pid file, whose time is when it last read its files, else by its process; null where none runs. */
export const findDaemon = async (on: Look, program: string): Promise<Daemon | null> => {
  const files = await Promise.all(pidFiles(program).map((path) => on.file(path)))
  for (const file of files) {
    const pid = typeof file?.text === 'string' ? Number(/^\s*(\d+)\s*$/.exec(file.text)?.[1] ?? 0) : 0
    if (file !== null && pid > 0 && (await isAlive(on, pid))) {
      return { pid, load: { ms: file.modifiedMs, isExact: true } }
    }
  }
  return await findProcess(on, program)
}

/** Where a program keeps its process number. */
export const pidFiles = (program: string): readonly string[] => [
  `/run/${program}.pid`,
  `/var/run/${program}.pid`,
  `/run/${program}/${program}.pid`,
]

const isAlive = async (on: Look, pid: number): Promise<boolean> =>
  (await on.file(`/proc/${pid}`, { text: false })) !== null

const findProcess = async (on: Look, program: string): Promise<Daemon | null> => {
  const [found, clocks] = await Promise.all([on.ask(questions.oldestProcess(program)), on.ask(questions.clocks())])
  const pid = Number(found.stdout.trim())
  if (found.code !== 0 || !(pid > 0)) return null
  const times = await on.ask(questions.processTimes(pid))
  const now = parseClocks(clocks.stdout)
  return { pid, load: times.code === 0 && now !== null ? processStart(times.stdout, now) : null }
}
