import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

// Who works on a slot is written down as `host:pid:start:space`: a number alone is given to another process sooner or
// later, and another container counts its own.

/** Names a process of this host so that no other one is ever taken for it. */
export const ownerOf = (pid: number): string => [hostname(), pid, startOf(pid), space()].join(':')

/** Names this process. */
export const ownName = (): string => ownerOf(process.pid)

/** Whether the named process is there: null where this is not the host to say so. */
export const isThere = (owner: string): boolean | null => {
  const [host, pid = '', start, where] = owner.split(':')
  if (host !== hostname() || where !== space()) return null
  return isRunning(Number(pid)) && startOf(Number(pid)) === start
}

/** The number of a named process. */
export const pidOf = (owner: string): number => Number(owner.split(':')[1])

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in the kernel's ticks; empty where the kernel does not say, and of one that is over and unburied. */
const startOf = (pid: number): string => {
  const told = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  // its name stands in parentheses, and may hold anything
  const fields = told.slice(told.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? '' : (fields[START] ?? '')
}

/** proc(5): the 22nd field, of which the first two are cut off */
const START = 19

const space = (): string => /[0-9]+/.exec(read(() => readlinkSync('/proc/self/ns/pid')))?.[0] ?? ''

const read = (work: () => string): string => {
  try {
    return work()
  } catch {
    return ''
  }
}
