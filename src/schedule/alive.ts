import { hostname } from 'node:os'
import type { SlotRow } from './slots.ts'

/** Who this process is, as slots name their owner. */
export const ownName = (): string => `${hostname()}:${process.pid}`

/** Whether the owner of a running slot is believed to be alive: its lease holds, and on this machine its process is there. */
export const isAlive = ({ owner, lease_ms }: SlotRow, now: Date): boolean => {
  if (owner === null || lease_ms === null || lease_ms < now.getTime()) return false
  const [host, pid] = [owner.slice(0, owner.lastIndexOf(':')), Number(owner.slice(owner.lastIndexOf(':') + 1))]
  return host !== hostname() || isProcess(pid)
}

const isProcess = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
