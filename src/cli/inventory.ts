import { isColored, paints } from '../output/paint.ts'
import type { Words } from './commands.ts'
import { extraVarsOf } from './extra-vars.ts'
import type { RunFlags } from './flags.ts'
import { viewDocument, viewLines } from './inventory-view.ts'
import { chosenHosts, readInventory } from './load.ts'
import type { Surroundings } from './surroundings.ts'

type InventoryFlags = Pick<RunFlags, 'inventory' | 'limit' | 'extraVars' | 'color'> & {
  readonly output: 'text' | 'json'
}

/** Shows the hosts, their groups and variables, and where each value comes from. */
export const inventory = async ({ flags }: Words, around: Surroundings): Promise<number> => {
  const { inventory: paths, limit, extraVars, color, output } = flags as InventoryFlags
  const read = await readInventory(paths)
  const view = { inventory: read, hosts: chosenHosts(read, limit), extraVars: extraVarsOf(extraVars) }
  const paint = paints(isColored(around.stdout, around.environment, color))
  around.stdout.write(
    output === 'json' ? `${JSON.stringify(viewDocument(view), null, 2)}\n` : `${viewLines(view, paint).join('\n')}\n`,
  )
  return 0
}
