import { join } from 'node:path'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/shape.ts'
import { folder } from '../kit/story.ts'
import { screenOf } from '../playbook/written.ts'

/** An inventory that was written and loaded. */
export interface WrittenInventory {
  readonly inventory: Inventory
  /** all that is said about it; places are relative to its folder */
  readonly screen: string
}

/** Writes the files and loads the inventory of these sources among them, by default `hosts.yml`. */
export const writtenInventory = async (
  given: Readonly<Record<string, string>> | string,
  about: { readonly sources?: readonly string[]; readonly playbooks?: readonly string[] } = {},
): Promise<WrittenInventory> => {
  const root = folder(typeof given === 'string' ? { 'hosts.yml': given } : given)
  const inRoot = (path: string): string => (path.includes(',') ? path : join(root, path))
  const { inventory, mistakes } = await loadInventory((about.sources ?? ['hosts.yml']).map(inRoot), {
    playbookDirectories: (about.playbooks ?? []).map(inRoot),
  })
  return { inventory, screen: screenOf(mistakes, root) }
}

/** The values of a host's variables. */
export const varsOf = (inventory: Inventory, host: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...(inventory.hosts.get(host)?.vars ?? [])].map(([name, { value }]) => [name, value]))
