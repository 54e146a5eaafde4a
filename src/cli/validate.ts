import { errorDocument } from '../output/json.ts'
import type { Words } from './commands.ts'
import type { RunFlags } from './flags.ts'
import { loadAll } from './load.ts'
import type { Surroundings } from './surroundings.ts'

type ValidateFlags = Pick<RunFlags, 'inventory' | 'limit' | 'tags' | 'skipTags' | 'extraVars'> & {
  readonly output: 'text' | 'json'
}

/** Looks for every mistake that can be found without a connection. */
export const validate = async ({ args, flags }: Words, around: Surroundings): Promise<number> => {
  const given = flags as ValidateFlags
  const { playbooks } = await loadAll(args, given, { withHosts: given.inventory.length > 0 })
  const plays = playbooks.flatMap((playbook) => playbook.plays)
  const tasks = plays.reduce((sum, play) => sum + play.tasks.length + play.handlers.length, 0)
  around.stdout.write(
    given.output === 'json'
      ? `${JSON.stringify(errorDocument({ command: 'validate', mistakes: [] }), null, 2)}\n`
      : `${args.join(', ')}: no mistakes in ${counted(plays.length, 'play')} and ${counted(tasks, 'task')}${checkedWith(given.inventory)}\n`,
  )
  return 0
}

const checkedWith = (inventory: readonly string[]): string =>
  inventory.length === 0 ? '; without an inventory, names of hosts were not looked at' : ''

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
