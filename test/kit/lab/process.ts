import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process told apart from a later one with the same number by its start time. */
export interface Life {
  readonly pid: number
  readonly born: string
}

/** This process. */
export function ownLife(): Life {
  return lifeOf(readFileSync('/proc/self/stat', 'utf8'))
}

/** The process that a line of /proc/PID/stat speaks of. */
export function lifeOf(stat: string): Life {
  // the program's name in parentheses may hold anything; the start time is the 22nd field, the 20th after the name
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid: Number.parseInt(stat, 10), born: after[19] ?? '' }
}

/** True while that very process is there and not a zombie. */
export function isAlive(life: Life): boolean {
  const stat = readOr(`/proc/${life.pid}/stat`, '')
  return stat !== '' && lifeOf(stat).born === life.born && !stat.includes(') Z ')
}

/** Ends the process, and when it is pid 1 of a namespace all that is in it, and waits until it is gone. */
export async function killAndWait(life: Life): Promise<void> {
  if (!isAlive(life)) return
  process.kill(life.pid, 'SIGKILL')
  while (isAlive(life)) await sleep(5)
}

/** The text of a file, or the fallback when there is none. */
export function readOr(file: string, fallback: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return fallback
  }
}
