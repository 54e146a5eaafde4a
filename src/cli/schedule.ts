import { UserError } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Words } from './commands.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

type Action = (file: string, flags: ScheduleFlags, around: Surroundings) => Promise<number>

const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  tick: async () => (await import('./schedule-tick.ts')).tickSchedules,
  daemon: async () => (await import('./schedule-daemon.ts')).runDaemon,
  preview: async () => (await import('./schedule-preview.ts')).previewSchedules,
  list: async () => (await import('./schedule-list.ts')).listSchedules,
  install: async () => (await import('./schedule-install.ts')).installTimer,
}

/** Does one of the actions on a file of schedules. */
export const schedule = async (words: Words, around: Surroundings): Promise<number> => {
  const [action = '', file = ''] = words.args
  const names = Object.keys(ACTIONS)
  const open = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (open === undefined)
    throw new UserError(`keyward schedule has no "${action}"`, {
      hint: didYouMean(action, names).hint ?? `it has ${names.join(', ')}: keyward schedule preview schedule.yml`,
    })
  return await (await open())(file, words.flags as ScheduleFlags, around)
}
