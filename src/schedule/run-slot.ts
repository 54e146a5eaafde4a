import type { History } from '../history/shape.ts'
import { storedDocument } from '../history/stored.ts'
import type { ReportDocument } from '../output/report-schema.ts'
import { type Attempt, attempt, type Halt } from './attempt.ts'
import { ownerOf } from './owner.ts'
import type { Schedule, Slot } from './shape.ts'
import { endSlot, hasLater, idsIn, leaveSlot, nameChild, renewLease, type SlotRow, slotRow } from './slots.ts'
import type { Ended, TickParts } from './tick.ts'

/** For how long an owner answers for a slot that it runs, without saying so again. */
export const LEASE_MS = 60_000

/** More than a timer can wait */
const LONGEST_MS = 2 ** 31 - 1

/** Runs a slot that was taken, and writes down how that ended; null where it is to be tried again, or somebody held it for dead. */
export const runSlot = async (row: SlotRow, schedule: Schedule, parts: TickParts): Promise<Ended | null> => {
  const { history, clock } = parts
  const watch = watching(row, schedule, parts)
  try {
    const how = await attempt(schedule, {
      start: (argv) => {
        const started = parts.start(argv)
        if (started.pid !== null) nameChild(history.database, row, ownerOf(started.pid))
        return started
      },
      historyFile: history.file,
      slot: row.slot,
      limitTo: JSON.parse(row.limit_to) as readonly string[],
      halt: watch.halt,
      graceMs: parts.graceMs,
    })
    const slot = history.database.alone(() => settled(row, schedule, how, { history, now: clock() }))
    return slot === null ? null : endedWith(schedule, slot, [...documentsOf(history, idsIn(row)), ...how.documents])
  } finally {
    watch.close()
  }
}

/** A slot that came to its end, with all that its runs found. */
export const endedWith = (schedule: Schedule, slot: Slot, documents: readonly ReportDocument[]): Ended => ({
  schedule,
  slot,
  documents,
  code: codeOf(documents),
})

/** The documents of runs that are kept, as far as their bodies are. */
export const documentsOf = (history: History, ids: readonly string[]): readonly ReportDocument[] =>
  ids.flatMap((id) => (history.has('run', id) ? (storedDocument(history, history.run(id)) ?? []) : []))

/** Says every so often that a slot is alive, and when it is to end. */
const watching = (
  row: SlotRow,
  schedule: Schedule,
  { history, clock, pulseMs, interrupt }: TickParts,
): { readonly halt: Promise<Halt>; close(): void } => {
  const timers: NodeJS.Timeout[] = []
  let renewed = clock().getTime()
  const halt = new Promise<Halt>((resolve) => {
    const end = (status: Halt['status'], reason: string, atOnce = false): void => resolve({ status, reason, atOnce })
    void interrupt.now.then(() => end('cancelled', 'keyward was told to end at once', true))
    const limit = Math.min(schedule.timeoutMs, LONGEST_MS)
    timers.push(setTimeout(() => end('timed-out', `it took longer than ${schedule.timeoutMs / 1000} s`), limit))
    const pulse = (): void => {
      const now = clock().getTime()
      if (slotRow(history.database, row)?.stop === 1) end('cancelled', 'a later slot was due')
      if (Math.abs(now - renewed) < LEASE_MS / 3) return
      renewLease(history.database, row, now + LEASE_MS)
      renewed = now
    }
    timers.push(setInterval(() => careful(pulse), pulseMs))
  })
  return { halt, close: () => timers.forEach(clearTimeout) }
}

/** A history that is held for long keeps no run from its end: the next pulse asks again. */
const careful = (work: () => void): void => {
  try {
    work()
  } catch {}
}

/** Within a transaction: ends a slot, or leaves it for another attempt at the hosts that were not reached. */
const settled = (
  row: SlotRow,
  schedule: Schedule,
  how: Attempt,
  { history, now }: { readonly history: History; readonly now: Date },
): Slot | null => {
  const { database } = history
  const current = slotRow(database, row)
  // somebody held it for dead, and has written so
  if (current?.status !== 'running' || current.owner !== row.owner) return null
  const runs = [...idsIn(row), ...how.documents.flatMap(({ id }) => id ?? [])]
  const told = row.attempt === 0 ? how.reason : `${row.reason}; again: ${how.reason === '' ? 'as wanted' : how.reason}`
  const isAgain = how.status === 'ran' && how.unreachable.length > 0 && row.attempt < schedule.retry.attempts
  if (isAgain && !hasLater(database, row)) {
    leaveSlot(database, row, {
      status: 'retrying',
      reason: `${told}: ${how.unreachable.join(', ')}`,
      due_ms: now.getTime() + schedule.retry.delayMs,
      runs: JSON.stringify(runs),
      limit_to: JSON.stringify(how.unreachable),
      attempt: row.attempt + 1,
    })
    return null
  }
  const status = how.status === 'ran' && row.is_late === 1 ? 'caught-up' : how.status
  return endSlot(database, row, { status, reason: told, runs, at: now })
}

/** The exit code of several runs as of one: what came later counts, host by host. */
const codeOf = (documents: readonly ReportDocument[]): number => {
  const hosts = new Map(
    documents.flatMap(({ hosts, command }) =>
      Object.entries(hosts).map(([host, counts]) => [host, { counts, command }] as const),
    ),
  )
  const has = (asks: (counts: ReportDocument['hosts'][string], command: string) => boolean): boolean =>
    [...hosts.values()].some(({ counts, command }) => asks(counts, command))
  if (has(({ failed }) => failed > 0)) return 2
  if (has(({ unreachable }) => unreachable > 0)) return 4
  return has(({ drift, waiting }, command) => command !== 'run' && drift + waiting > 0) ? 3 : 0
}
