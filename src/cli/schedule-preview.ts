import { UserError } from '../contract/errors.ts'
import { aligned } from '../output/aligned.ts'
import { type Previewed, preview } from '../schedule/preview.ts'
import { readSchedules } from '../schedule/read.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Prints the next slots of all schedules of a file, those that are left out with the reason. */
export const previewSchedules = async (file: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const { schedules } = readSchedules(file)
  const from = flags.from === undefined ? around.clock() : momentOf(flags.from)
  const rows = preview(schedules, from, flags.next)
  around.stdout.write(
    flags.output === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : `${previewLines(rows).join('\n')}\n`,
  )
  return 0
}

const previewLines = (rows: readonly Previewed[]): readonly string[] => {
  if (rows.length === 0) return ['nothing is to come']
  const table = rows.map(({ local, timezone, slot, schedule, status, reason, starts }) => [
    `${local.slice(0, 19).replace('T', ' ')} ${local.slice(19)} ${timezone}`,
    slot,
    schedule,
    status,
    [reason, starts === undefined ? '' : `starts ${starts}`].filter(Boolean).join('; '),
  ])
  return aligned([['local', 'UTC', 'schedule', 'status', 'reason'], ...table]).map((line) => line.slice(INDENT))
}

/** of the rows that {@link aligned} gives: these stand under nothing */
const INDENT = 2

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/** A moment with Z or an offset; without one, or a day alone, in the time zone of this machine. */
const momentOf = (text: string): Date => {
  const [, day = '', time = '00:00', offset = ''] = MOMENT.exec(text.trim()) ?? []
  const start = Date.parse(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(start) && new Date(start).toISOString().startsWith(day)
  const moment = new Date(`${day}T${time}${offset.replace(/(\d{2})(\d{2})$/, '$1:$2')}`)
  if (!isDay || Number.isNaN(moment.getTime()))
    throw new UserError(`--from: "${text}" is no moment`, {
      hint: 'as in 2026-03-28T00:00:00Z, 2026-03-28T01:00:00+01:00, 2026-03-28 or "2026-03-28 01:00"',
    })
  return moment
}
