import { blackoutAt } from './blackout.ts'
import { LATE_MS } from './due.ts'
import { durationText } from './duration.ts'
import { isThere, ownName } from './owner.ts'
import { LEASE_MS } from './run-slot.ts'
import type { Schedule, Slot, SlotStatus } from './shape.ts'
import { askToStop, endSlot, hasLater, idsIn, leaveSlot, type SlotRow, slotRow, slotsOf, takeSlot } from './slots.ts'
import type { TickParts } from './tick.ts'

/** What became of a slot that was due: it is ours to run, it waits, or it ended without a run. */
export type Taken = { readonly row: SlotRow } | 'waits' | Slot

const OPEN: readonly SlotStatus[] = ['pending', 'queued', 'retrying']

/** The slots of a schedule whose time has come, oldest first. */
export const dueRows = (key: string, schedule: Schedule, { history, clock }: TickParts): readonly SlotRow[] => {
  const now = clock().getTime()
  // a wait longer than any could be is of a clock that was set back since
  const isDue = ({ status, due_ms }: SlotRow): boolean =>
    due_ms <= now || (status === 'retrying' && due_ms > now + schedule.retry.delayMs)
  return slotsOf(history.database, key, OPEN).filter(isDue)
}

/** Takes a slot, unless something keeps it from running: all in one transaction, so that of two who try one does. */
export const take = (row: SlotRow, schedule: Schedule, { history, clock }: TickParts): Taken => {
  const { database } = history
  return database.alone((): Taken => {
    const fresh = slotRow(database, row)
    if (fresh === null || fresh.status !== row.status) return 'waits'
    const now = clock()
    const end = (one: SlotRow, status: SlotStatus, reason: string): Slot => {
      // what was to be tried again has run once
      const ran = one.is_late === 1 ? 'caught-up' : 'ran'
      const how = one.status === 'retrying' ? { status: ran, reason: `${one.reason}; ${reason}` } : { status, reason }
      return endSlot(database, one, { ...(how as { status: SlotStatus; reason: string }), runs: idsIn(one), at: now })
    }
    const against = keptFrom(fresh, schedule, now)
    if (against !== null) return end(fresh, ...against)
    if (fresh.status === 'retrying' && hasLater(database, fresh))
      return end(fresh, 'ran', 'a later slot was due before it was tried again')
    const [other] = schedule.overlap === 'allow' ? [] : slotsOf(database, fresh.schedule, ['running'])
    if (other === undefined) {
      const [leaseMs, endsMs] = [now.getTime() + LEASE_MS, now.getTime() + schedule.timeoutMs]
      const isTaken = takeSlot(database, fresh, { owner: ownName(), leaseMs, endsMs })
      return isTaken ? { row: { ...fresh, status: 'running', owner: ownName() } } : 'waits'
    }
    // what is caught up with, or tried again, has waited already
    if (fresh.is_late === 1 || fresh.status === 'retrying') return 'waits'
    if (schedule.overlap === 'skip') return end(fresh, 'skipped-overlap', `the slot of ${other.slot} was still running`)
    const newer = slotsOf(database, fresh.schedule, ['pending', 'queued']).findLast(({ slot }) => slot > fresh.slot)
    if (newer !== undefined) return end(fresh, 'skipped-overlap', `the slot of ${newer.slot} waits in its place`)
    if (schedule.overlap === 'cancel-previous') askToStop(database, other)
    else leaveSlot(database, fresh, { ...fresh, status: 'queued', reason: `the slot of ${other.slot} is running` })
    return 'waits'
  })
}

/** Why a slot must not begin now; null where nothing speaks against it. */
const keptFrom = (row: SlotRow, schedule: Schedule, now: Date): readonly [SlotStatus, string] | null => {
  if (!schedule.enabled) return ['disabled', 'the schedule is not enabled any more']
  const blackout = blackoutAt(now, schedule.blackouts, schedule.timezone)
  if (blackout !== null) return ['blackout', blackout.reason]
  if (row.status !== 'pending' || isThere(row.owner ?? '') !== false) return null
  const { policy, windowMs } = schedule.catchUp
  const lateMs = now.getTime() - row.due_ms
  if (lateMs <= (policy === 'none' ? LATE_MS : Math.max(windowMs, LATE_MS))) return null
  return ['missed', `whoever was to run it was killed, and it was found ${durationText(lateMs)} late`]
}
