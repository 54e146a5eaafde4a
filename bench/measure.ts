import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What one command cost: CPU in seconds, its own and that of the hosts; the most memory it held, in MiB. */
export interface Cost {
  readonly clientCpu: number
  readonly hostCpu: number
  readonly wall: number
  readonly peakMiB: number
  readonly code: number
}

const TOP = '/sys/fs/cgroup'
const isUnified = existsSync(join(TOP, 'cgroup.controllers'))
const groupOf = (name: string, controller: string): string =>
  isUnified ? join(TOP, `keyward-bench-${name}`) : join(TOP, controller, `keyward-bench-${name}`)

const makeGroup = (name: string): void => {
  for (const controller of ['cpuacct', 'memory']) mkdirSync(groupOf(name, controller), { recursive: true })
}

const cpuOf = (name: string): number => {
  const group = groupOf(name, 'cpuacct')
  if (!isUnified) return Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e9
  return Number(/^usage_usec (\d+)/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1] ?? 0) / 1e6
}

/** Puts all processes of the lab's hosts, and so all that they start, into a group of their own. */
export const groupHosts = (): void => {
  makeGroup('hosts')
  const own = readlinkSync('/proc/self/ns/uts')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/uts`) === own) continue
      for (const controller of isUnified ? ['cpuacct'] : ['cpuacct', 'memory'])
        writeFileSync(join(groupOf('hosts', controller), 'cgroup.procs'), pid)
    } catch {
      // it has ended
    }
  }
}

/** Takes the groups away; what is still in them goes to the root group first. */
export const dropGroups = (): void => {
  for (const name of ['hosts', 'client'])
    for (const controller of isUnified ? ['cpuacct'] : ['cpuacct', 'memory']) {
      const group = groupOf(name, controller)
      if (!existsSync(group)) continue
      for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
        try {
          writeFileSync(join(group, '..', 'cgroup.procs'), pid)
        } catch {
          // it has ended
        }
      rmdirSync(group)
    }
}

/** Runs a command to its end and tells what it cost; what it leaves running is counted as its own. */
export const measure = async (
  argv: readonly string[],
  setting: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<Cost> => {
  makeGroup('client')
  const [before, hostsBefore] = [cpuOf('client'), cpuOf('hosts')]
  const began = performance.now()
  const enter = (isUnified ? ['cpuacct'] : ['cpuacct', 'memory'])
    .map((controller) => `echo $$ > ${join(groupOf('client', controller), 'cgroup.procs')}`)
    .join(' && ')
  const child = spawn('sh', ['-c', `${enter} && exec "$@"`, 'sh', ...argv], {
    ...setting,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let peak = 0
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentKiB(groupOf('client', 'cpuacct')))
  }, 50)
  let said = ''
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-2000)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const code = await new Promise<number>((resolve) => {
    child.on('exit', (ended) => resolve(ended ?? 1))
  })
  clearInterval(sampling)
  const wall = (performance.now() - began) / 1000
  if (code !== 0) process.stderr.write(`${argv.slice(0, 3).join(' ')} ended with ${code}: ${said}\n`)
  return {
    clientCpu: cpuOf('client') - before,
    hostCpu: cpuOf('hosts') - hostsBefore,
    wall,
    peakMiB: peak / 1024,
    code,
  }
}

/** What the processes of a group hold in memory together, in KiB. */
const residentKiB = (group: string): number => {
  let all = 0
  for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
    try {
      all += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    } catch {
      // it has ended
    }
  return all
}
