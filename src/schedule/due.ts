import { createHash } from 'node:crypto'
import { blackoutAt } from './blackout.ts'
import { durationText } from './duration.ts'
import type { Schedule } from './shape.ts'
import { timesOf } from './times.ts'

/** What is to become of a slot that is due. */
export interface Planned {
  /** the nominal moment, without its jitter */
  readonly slot: Date
  readonly what: 'run' | 'blackout' | 'missed' | 'disabled'
  /** found more than {@link LATE_MS} after its time */
  readonly isLate: boolean
  readonly reason: string
}

/** The slots that are due, and the moment up to which all were looked at. */
export interface Due {
  readonly slots: readonly Planned[]
  readonly considered: Date
}

/** A slot found later than this after its time is late: only the catch-up policy lets it run. */
export const LATE_MS = 5 * 60_000

/** A single look records no more slots than this; what is older is counted in one of them. */
const MOST = 5000

/** How long after its nominal moment a slot starts: the same each time it is asked, in milliseconds. */
export const jitterOf = ({ name, jitterMs }: Pick<Schedule, 'name' | 'jitterMs'>, slot: Date): number => {
  if (jitterMs === 0) return 0
  const hash = createHash('sha256').update(`${name} ${slot.toISOString()}`).digest()
  return hash.readUInt32BE(0) % jitterMs
}

/**
 * Decides about every slot after `considered` that has come by `now`. A clock that was set back finds nothing: no slot is
 * looked at twice.
 */
export const due = (schedule: Schedule, considered: Date, now: Date): Due => {
  const { slots, upTo, folded } = arrived(schedule, considered, now)
  const open = slots.filter((slot) => schedule.enabled && blackoutOf(schedule, slot) === null)
  const chosen = chosenOf(schedule, open, now)
  const planned = slots.map((slot): Planned => {
    const isLate = now.getTime() - slot.getTime() - jitterOf(schedule, slot) > LATE_MS
    if (!schedule.enabled) return { slot, what: 'disabled', isLate, reason: 'the schedule is not enabled' }
    const blackout = blackoutOf(schedule, slot)
    if (blackout !== null) return { slot, what: 'blackout', isLate, reason: blackout }
    const why = chosen.get(slot)
    return why === undefined ? { slot, what: 'run', isLate, reason: '' } : { slot, what: 'missed', isLate, reason: why }
  })
  const [first, ...rest] = planned
  const more = folded === 0 ? '' : `; ${folded} more before it were missed`
  return {
    slots: first === undefined ? [] : [{ ...first, reason: `${first.reason}${more}` }, ...rest],
    considered: upTo,
  }
}

const blackoutOf = ({ blackouts, timezone }: Schedule, slot: Date): string | null =>
  blackoutAt(slot, blackouts, timezone)?.reason ?? null

const arrived = (
  schedule: Schedule,
  considered: Date,
  now: Date,
): { readonly slots: readonly Date[]; readonly upTo: Date; readonly folded: number } => {
  const times = timesOf(schedule.timing, schedule.timezone)
  const slots: Date[] = []
  let folded = 0
  let upTo = considered
  for (let slot = times.next(considered); slot !== null && slot <= now; slot = times.next(slot)) {
    // what comes later by its jitter waits, and so does all behind it
    if (slot.getTime() + jitterOf(schedule, slot) > now.getTime()) break
    slots.push(slot)
    upTo = slot
    if (slots.length > MOST) {
      slots.shift()
      folded += 1
    }
  }
  return { slots, upTo, folded }
}

/** Why slots do not run; those that run are not in it. */
const chosenOf = (schedule: Schedule, open: readonly Date[], now: Date): ReadonlyMap<Date, string> => {
  const { policy, windowMs, most } = schedule.catchUp
  const age = (slot: Date): number => now.getTime() - slot.getTime() - jitterOf(schedule, slot)
  const limit = policy === 'none' ? LATE_MS : Math.max(windowMs, LATE_MS)
  const within = open.filter((slot) => age(slot) <= limit)
  const kept = new Set(policy === 'all' ? within.slice(-most) : within.slice(-1))
  const why = new Map<Date, string>()
  for (const slot of open) {
    if (kept.has(slot)) continue
    if (age(slot) > limit) {
      const late = `found ${durationText(age(slot))} late`
      why.set(slot, policy === 'none' ? `${late}, and nothing catches up` : `${late}, later than its window`)
    } else why.set(slot, policy === 'all' ? `more than ${most} were due` : 'a later slot was due too')
  }
  return why
}
