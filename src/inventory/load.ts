import type { At, Mistake } from '../contract/errors.ts'
import type { FileRead } from '../contract/files-read.ts'
import { type Gathered, type GatheredHost, nothingGathered } from './gathered.ts'
import type { Host, Inventory, Variable } from './shape.ts'
import { gatherSource } from './source.ts'
import { type GroupTree, groupTree } from './tree.ts'
import { type VarsDir, varsDir } from './vars-dir.ts'

/** What came of loading an inventory. */
export interface ReadInventory {
  readonly inventory: Inventory
  readonly mistakes: readonly Mistake[]
  /** the files that were read for it; a list of hosts that was typed is named as such */
  readonly files: readonly FileRead[]
}

/**
 * Loads the inventory of all `-i`, with the `group_vars` and `host_vars` beside it and beside the playbooks. A later
 * source adds to the earlier ones, and its variables win.
 */
export const loadInventory = async (
  sources: readonly string[],
  about: { readonly playbookDirectories?: readonly string[] } = {},
): Promise<ReadInventory> => {
  const gathered = nothingGathered()
  const beside = new Set<string>()
  for (const source of sources) {
    const directory = gatherSource(source, gathered)
    if (directory !== null) beside.add(directory)
  }
  const tree = groupTree(gathered)
  const besidePlaybooks = [...new Set(about.playbookDirectories ?? [])].filter((directory) => !beside.has(directory))
  const layers = layersOf(gathered, tree, [...beside], besidePlaybooks)
  const inventory = inventoryOf(sources, gathered, tree, layers)
  return { inventory, mistakes: gathered.mistakes, files: gathered.files.all() }
}

/** The variables of groups and hosts, by source. */
interface Layers {
  /** what a host has by its groups, `all` included: shared by all hosts of the same groups */
  ofGroups(names: readonly string[]): ReadonlyMap<string, Variable>
  ofHost(host: GatheredHost): ReadonlyMap<string, Variable>
}

const layersOf = (
  gathered: Gathered,
  tree: GroupTree,
  beside: readonly string[],
  besidePlaybooks: readonly string[],
): Layers => {
  const open = (bases: readonly string[], kind: 'group_vars' | 'host_vars'): VarsDir[] =>
    bases.map((base) => remembered(varsDir(base, kind, gathered)))
  const groupDirs = [open(beside, 'group_vars'), open(besidePlaybooks, 'group_vars')]
  const hostDirs = [...open(beside, 'host_vars'), ...open(besidePlaybooks, 'host_vars')]
  const rank = new Map(tree.order.map((name, index) => [name, index]))
  const known = new Map<string, ReadonlyMap<string, Variable>>()
  return {
    ofGroups: (names) => {
      const key = names.join(' ')
      const before = known.get(key)
      if (before !== undefined) return before
      const ordered = [...names].sort((left, right) => (rank.get(left) ?? 0) - (rank.get(right) ?? 0))
      const merged = new Map<string, Variable>()
      const add = (vars: ReadonlyMap<string, Variable> | undefined): void => {
        for (const [name, variable] of vars ?? []) merged.set(name, variable)
      }
      for (const name of ['all', ...ordered]) add(gathered.groups.get(name)?.vars)
      for (const dirs of groupDirs) for (const dir of dirs) add(dir('all'))
      for (const dirs of groupDirs) for (const name of ordered) for (const dir of dirs) add(dir(name))
      known.set(key, merged)
      return merged
    },
    ofHost: ({ name, vars }) => {
      const files = hostDirs.map((dir) => dir(name)).filter((found) => found.size > 0)
      return files.length === 0 ? vars : new Map([...vars, ...files.flatMap((file) => [...file])])
    },
  }
}

const remembered = (dir: VarsDir): VarsDir => {
  const known = new Map<string, ReadonlyMap<string, Variable>>()
  return (name) => {
    const vars = known.get(name) ?? dir(name)
    known.set(name, vars)
    return vars
  }
}

const inventoryOf = (sources: readonly string[], gathered: Gathered, tree: GroupTree, layers: Layers): Inventory => {
  const direct = new Map<string, string[]>()
  for (const group of gathered.groups.values())
    for (const host of group.hosts) direct.set(host, [...(direct.get(host) ?? []), group.name])
  const groups = new Map<string, string[]>([['all', []]])
  for (const name of gathered.groups.keys()) groups.set(name, [])
  groups.set('ungrouped', [])
  const hosts = new Map<string, Host>()
  const groupSets = new Map<string, readonly string[]>()
  for (const gatheredHost of gathered.hosts.values()) {
    const names = groupsOf(direct.get(gatheredHost.name) ?? [], tree, groupSets)
    for (const name of ['all', ...names]) groups.get(name)?.push(gatheredHost.name)
    hosts.set(gatheredHost.name, hostOf(gatheredHost, names, layers))
  }
  const at: At = { file: 'localhost', line: 1, column: 1 }
  const localhost = hostOf({ name: 'localhost', at, vars: new Map() }, [], layers)
  return { files: sources, hosts, groups, localhost }
}

const groupsOf = (
  direct: readonly string[],
  tree: GroupTree,
  known: Map<string, readonly string[]>,
): readonly string[] => {
  const key = direct.join(' ')
  const before = known.get(key)
  if (before !== undefined) return before
  const all = new Set(direct.flatMap((name) => [...tree.ancestors(name)]))
  const names = all.size === 0 ? ['ungrouped'] : [...all].sort()
  known.set(key, names)
  return names
}

const hostOf = ({ name, at, vars }: GatheredHost, groups: readonly string[], layers: Layers): Host => {
  const shared = layers.ofGroups(groups)
  const own = layers.ofHost({ name, at, vars })
  return { name, at, groups, vars: own.size === 0 ? shared : new Map([...shared, ...own]) }
}
