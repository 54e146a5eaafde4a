import { existsSync } from 'node:fs'
import { openKeptHistory } from '../history/open.ts'
import { aligned } from '../output/aligned.ts'
import { readSchedules } from '../schedule/read.ts'
import type { Schedule, Slot } from '../schedule/shape.ts'
import { keyOf, makeSlotTables, type SlotRow } from '../schedule/slots.ts'
import { localText } from '../schedule/times.ts'
import type { ScheduleFlags } from './flags.ts'
import { historyOf, nextOf } from './scheduler.ts'
import type { Surroundings } from './surroundings.ts'

const LAST = 5

/** Prints each schedule of a file: when it is due next, and what became of its last slots. */
export const listSchedules = async (path: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const file = readSchedules(path)
  const place = historyOf(file, flags, around)
  const history = existsSync(place) ? await openKeptHistory(place) : null
  try {
    if (history !== null) makeSlotTables(history.database)
    const lastOf = (name: string): readonly Slot[] =>
      history?.database
        .all<SlotRow>(`SELECT * FROM slot WHERE schedule = ? ORDER BY slot DESC LIMIT ${LAST}`, keyOf(file.file, name))
        .map(slotOf(name)) ?? []
    const rows = file.schedules.map((schedule) => ({ schedule, last: lastOf(schedule.name) }))
    const now = around.clock()
    around.stdout.write(
      flags.output === 'json'
        ? `${JSON.stringify(
            rows.map((row) => document(row, now)),
            null,
            2,
          )}\n`
        : `${rows.map((row) => text(row, now)).join('\n\n')}\n`,
    )
    return 0
  } finally {
    history?.close()
  }
}

interface Row {
  readonly schedule: Schedule
  readonly last: readonly Slot[]
}

const slotOf =
  (schedule: string) =>
  ({ slot, status, reason, runs }: SlotRow): Slot => ({
    schedule,
    slot,
    status,
    reason,
    runs: JSON.parse(runs) as readonly string[],
  })

const document = ({ schedule, last }: Row, now: Date): unknown => {
  const next = schedule.enabled ? nextOf(schedule, now) : null
  return {
    name: schedule.name,
    mode: schedule.mode,
    enabled: schedule.enabled,
    when: `${schedule.timing.kind} ${schedule.timing.text}`,
    timezone: schedule.timezone,
    next: next?.toISOString() ?? null,
    next_local: next === null ? null : localText(next, schedule.timezone),
    slots: last,
  }
}

const text = ({ schedule, last }: Row, now: Date): string => {
  const next = schedule.enabled ? nextOf(schedule, now) : null
  const when = next === null ? 'never' : `${localText(next, schedule.timezone)} (${next.toISOString()})`
  const head = `${schedule.name}: ${schedule.mode}, ${schedule.timing.kind} ${schedule.timing.text}, ${schedule.timezone}`
  const slots = aligned(last.map(({ slot, status, reason, runs }) => [slot, status, reason, runs.join(', ')]))
  return [
    head,
    `  next   ${schedule.enabled ? when : 'not enabled'}`,
    ...(last.length === 0 ? ['  slots  none yet'] : ['  slots', ...slots]),
  ].join('\n')
}
