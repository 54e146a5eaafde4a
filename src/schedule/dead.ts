import { setTimeout as pause } from 'node:timers/promises'
import type { History, RunSummary } from '../history/shape.ts'
import { isThere, pidOf } from './owner.ts'
import type { Slot } from './shape.ts'
import { endSlot, idsIn, nameIn, type SlotRow, slotRow, slotsOf } from './slots.ts'

/** What dead slots are looked for with. */
export interface DeadParts {
  readonly history: History
  readonly clock: () => Date
  readonly pulseMs: number
}

const GRACE_MS = 15_000

/**
 * Ends the running slots of a schedule whose owner is gone: it was killed, or its machine fell. Where the run that it
 * started goes on by itself, the slot is running until that ends, or is over its time and is ended here.
 */
export const endDead = async (key: string, parts: DeadParts): Promise<readonly Slot[]> => {
  const { database } = parts.history
  const ended: Slot[] = []
  for (const row of slotsOf(database, key, ['running'])) {
    const why = await whyDead(row, parts)
    if (why === null) continue
    const slot = database.alone(() => {
      const now = slotRow(database, row)
      if (now?.status !== 'running' || now.owner !== row.owner) return null
      return endSlot(database, row, {
        status: 'killed',
        reason: why,
        runs: [...new Set([...idsIn(now), ...runsFor(parts.history, row)])],
        at: parts.clock(),
      })
    })
    if (slot !== null) ended.push(slot)
  }
  return ended
}

const whyDead = async (row: SlotRow, { history, clock, pulseMs }: DeadParts): Promise<string | null> => {
  const there = isThere(row.owner ?? '')
  const isLapsed = (now: SlotRow | null): boolean => (now?.lease_ms ?? 0) < clock().getTime()
  if (there === false) return goesOn(row, clock()) ? null : `keyward was killed while it ran (${said(row)})`
  if (!isLapsed(row)) return null
  // after a sleep of the machine its owner needs a moment to say that it is awake
  if (there === true) await pause(2 * pulseMs)
  return isLapsed(slotRow(history.database, row)) ? `keyward did not say any more that it ran (${said(row)})` : null
}

const said = ({ owner }: SlotRow): string => (owner ?? '').split(':').slice(0, 2).join(':')

/** Whether the run goes on without its owner; one that is over its time is ended. */
const goesOn = ({ child, ends_ms }: SlotRow, now: Date): boolean => {
  if (child === null || isThere(child) !== true) return false
  const over = now.getTime() - (ends_ms ?? 0)
  if (over > 0) signal(pidOf(child), over > GRACE_MS ? 'SIGKILL' : 'SIGINT')
  return true
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // it ended just now
  }
}

/** The runs that are kept of a slot, oldest first, also those of which nobody heard. */
const runsFor = (history: History, { schedule, slot }: SlotRow): readonly string[] =>
  history
    .list({ kind: 'run', atMost: 1000 })
    .filter(({ summary }) => (summary as RunSummary).slot === slot)
    .filter(({ summary }) => (summary as RunSummary).schedule === nameIn(schedule))
    .map(({ id }) => id)
    .reverse()
