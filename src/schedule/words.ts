import { dirname, resolve } from 'node:path'
import type { Schedule } from './shape.ts'

/** The words behind keyward's name that run a schedule for a slot: what one would type. */
export const wordsOf = (
  command: 'audit' | 'run',
  schedule: Schedule,
  about: { readonly historyFile: string; readonly slot: string; readonly limitTo: readonly string[] },
): readonly string[] => {
  const limit = about.limitTo.length > 0 ? about.limitTo.join(',') : schedule.limit
  const { retain, waivers, forks } = schedule
  const flag = (name: string, value: string | number | null): readonly string[] =>
    value === null ? [] : [name, String(value)]
  return [
    command,
    ...schedule.playbooks,
    ...schedule.inventory.flatMap((path) => flag('-i', path)),
    ...flag('--limit', limit),
    ...schedule.tags.flatMap((tag) => flag('--tags', tag)),
    ...schedule.skipTags.flatMap((tag) => flag('--skip-tags', tag)),
    ...schedule.extraVars.flatMap((vars) => flag('-e', placed(vars, schedule))),
    ...flag('--forks', forks),
    ...flag('--waivers', waivers),
    ...(command === 'run' ? ['--history'] : []),
    ...flag('--history-file', about.historyFile),
    ...flag('--keep-runs', retain.runs),
    ...flag('--keep-days', retain.days),
    ...flag('--schedule', schedule.name),
    ...flag('--slot', about.slot),
    ...flag('--output', 'json'),
  ]
}

/** A file of variables is relative to the file of schedules, wherever keyward is started. */
const placed = (vars: string, { at }: Schedule): string =>
  vars.startsWith('@') ? `@${resolve(dirname(at.file), vars.slice(1))}` : vars
