import { UserError } from '../contract/errors.ts'
import { preview } from '../schedule/preview.ts'
import { readSchedules } from '../schedule/read.ts'
import { aligned } from './columns.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Prints the next slots of all schedules of a file, those that are left out with the reason. */
export const previewSchedules = async (file: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const { schedules } = readSchedules(file)
  const from = flags.from === undefined ? around.clock() : momentOf(flags.from)
  const rows = preview(schedules, from, flags.next)
  if (flags.output === 'json') {
    around.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return 0
  }
  const table = rows.map(({ local, slot, schedule, status, reason, starts }) => [
    `${local.slice(0, 19).replace('T', ' ')} ${local.slice(19)}`,
    slot,
    schedule,
    status,
    [reason, ...(starts === undefined ? [] : [`starts ${starts}`])].filter(Boolean).join('; '),
  ])
  const head = ['local', 'UTC', 'schedule', 'status', '']
  around.stdout.write(rows.length === 0 ? 'nothing is to come\n' : `${aligned([head, ...table]).join('\n')}\n`)
  return 0
}

const momentOf = (text: string): Date => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const isTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/.test(text)
  const moment = new Date(isDay ? `${text}T00:00:00` : text.replace(' ', 'T'))
  if ((!isDay && !isTime) || Number.isNaN(moment.getTime()))
    throw new UserError(`--from: "${text}" is no moment`, { hint: 'as in 2026-03-28T00:00:00Z, or 2026-03-28' })
  return moment
}
