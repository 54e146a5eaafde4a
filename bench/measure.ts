import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What one command cost: CPU in seconds, its own and that of the hosts; the most memory it held, in MiB. */
export interface Cost {
  readonly clientCpu: number
  readonly hostCpu: number
  readonly wall: number
  readonly peakMiB: number
}

/** A command that has ended. */
export interface Measured {
  readonly cost: Cost
  readonly code: number
  readonly said: string
}

/** What a command is given, and the one that ends what it leaves standing; both are counted. */
export interface Setting {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly after?: readonly string[]
}

const TOP = '/sys/fs/cgroup'
/** Every group of the second kind of hierarchy counts CPU, also where the controllers are with the first kind. */
const UNIFIED = [TOP, join(TOP, 'unified')].find((folder) => existsSync(join(folder, 'cgroup.controllers')))
const MEMORY = join(TOP, 'memory')
const SAMPLE_MS = 50
const SETTLE_MS = 10_000

type Group = 'hosts' | 'client'

/** The folders of a group of this process: another benchmark may run beside it. The first one counts CPU, the last one memory. */
const foldersOf = (group: Group): readonly string[] => {
  if (UNIFIED === undefined) throw new Error('the benchmark needs cgroup2 mounted, to count CPU')
  const tops = group === 'client' && existsSync(MEMORY) ? [UNIFIED, MEMORY] : [UNIFIED]
  return tops.map((top) => join(top, `keyward-bench-${process.pid}-${group}`))
}

const makeGroup = (group: Group): void => {
  for (const folder of foldersOf(group)) mkdirSync(folder, { recursive: true })
}

const cpuOf = (group: Group): number => {
  const stat = readFileSync(join(foldersOf(group)[0] ?? '', 'cpu.stat'), 'utf8')
  return Number(/^usage_usec (\d+)/m.exec(stat)?.[1] ?? 0) / 1e6
}

const pidsOf = (group: Group): readonly string[] => pidsIn(foldersOf(group)[0] ?? '')

const pidsIn = (folder: string): readonly string[] => {
  const file = join(folder, 'cgroup.procs')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
}

/** Puts all processes of hosts, and so all that they start, into a group of their own; a host is known by its UTS namespace. */
export const groupHosts = (namespaces: ReadonlySet<string>): void => {
  makeGroup('hosts')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    ignoringEnded(() => {
      if (!namespaces.has(readlinkSync(`/proc/${pid}/ns/uts`))) return
      for (const folder of foldersOf('hosts')) writeFileSync(join(folder, 'cgroup.procs'), pid)
    })
  }
}

/** Takes the groups away, also in the middle of a measurement: ends what is measured, and gives the rest to the root group. */
export const dropGroups = (): void => {
  for (const pid of pidsOf('client')) ignoringEnded(() => process.kill(Number(pid), 'SIGKILL'))
  for (const folder of [...foldersOf('hosts'), ...foldersOf('client')])
    for (let attempt = 0; existsSync(folder) && attempt < 100; attempt += 1) {
      for (const pid of pidsIn(folder)) ignoringEnded(() => writeFileSync(join(folder, '..', 'cgroup.procs'), pid))
      // busy while a process that was there is on its way out
      ignoringEnded(() => rmdirSync(folder))
      if (existsSync(folder)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
}

const ignoringEnded = (action: () => void): void => {
  try {
    action()
  } catch {
    // the process has ended meanwhile
  }
}

/** Runs a command to its end and tells what it cost, with all that it left behind on either side. */
export const measure = async (argv: readonly string[], setting: Setting): Promise<Measured> => {
  makeGroup('client')
  makeGroup('hosts')
  const [before, hostsBefore, idle] = [cpuOf('client'), cpuOf('hosts'), pidsOf('hosts').length]
  const began = performance.now()
  let peak = 0
  const sampling = setInterval(() => {
    peak = Math.max(peak, memoryOfClient())
  }, SAMPLE_MS)
  const { code, said } = await runInGroup(argv, setting)
  clearInterval(sampling)
  const wall = (performance.now() - began) / 1000
  if (setting.after !== undefined) await runInGroup(setting.after, setting)
  // masters that close, and sessions that end on the hosts, are part of the price
  await settled(() => pidsOf('client').length === 0 && pidsOf('hosts').length <= idle)
  const cost = { clientCpu: cpuOf('client') - before, hostCpu: cpuOf('hosts') - hostsBefore, wall, peakMiB: peak }
  return { cost, code, said }
}

const settled = async (isQuiet: () => boolean): Promise<void> => {
  const end = Date.now() + SETTLE_MS
  while (!isQuiet() && Date.now() < end) await sleep(10)
  if (!isQuiet()) process.stderr.write('something of it still runs: what that costs is not counted\n')
}

const runInGroup = async (argv: readonly string[], { env, cwd }: Setting): Promise<{ code: number; said: string }> => {
  const enter = foldersOf('client')
    .map((folder) => `echo $$ > ${join(folder, 'cgroup.procs')}`)
    .join(' && ')
  // into a file: what it leaves running would hold a pipe open; one without a name, which is gone when we are
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-said-'))
  const output = openSync(join(folder, 'output'), 'w')
  rmSync(folder, { recursive: true })
  try {
    const child = spawn('sh', ['-c', `${enter} && exec "$@"`, 'sh', ...argv], {
      env,
      cwd,
      stdio: ['ignore', output, output],
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return { code: code ?? 1, said: readFileSync(`/proc/self/fd/${output}`, 'utf8') }
  } finally {
    closeSync(output)
  }
}

/** What the client's processes hold together, in MiB: what they made once, however many forks share it, and each program's text once. */
const memoryOfClient = (): number => {
  let made = 0
  const mapped = new Map<string, number>()
  for (const pid of pidsOf('client'))
    ignoringEnded(() => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
      const program = readlinkSync(`/proc/${pid}/exe`)
      made += kib('RssAnon')
      mapped.set(program, Math.max(mapped.get(program) ?? 0, kib('RssFile')))
    })
  return ((chargedKiB() ?? made) + [...mapped.values()].reduce((sum, one) => sum + one, 0)) / 1024
}

/** Pages without a file behind them, each counted once; null where the kernel does not count them by group. */
const chargedKiB = (): number | null => {
  const file = join(foldersOf('client').at(-1) ?? '', 'memory.stat')
  if (!existsSync(file)) return null
  const bytes = /^(?:rss|anon) (\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]
  return bytes === undefined ? null : Number(bytes) / 1024
}
