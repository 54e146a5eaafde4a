import type { Mistake } from '../contract/errors.ts'
import type { Gathered, GatheredGroup } from './gathered.ts'

/** The groups as a tree below `all`. */
export interface GroupTree {
  /** group names, from parent to child, then by priority and name: variables of later ones win */
  readonly order: readonly string[]
  /** the groups that a group is in, itself included, `all` left out */
  ancestors(group: string): ReadonlySet<string>
}

/** Puts the groups into a tree; one that is its own ancestor is a mistake. */
export const groupTree = ({ groups, mistakes }: Gathered): GroupTree => {
  const parents = new Map<string, string[]>()
  for (const group of groups.values())
    for (const child of group.children.keys()) parents.set(child, [...(parents.get(child) ?? []), group.name])
  reportCircles(groups, mistakes)
  const depths = new Map<string, number>()
  const depthOf = (name: string, path: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    if (name === 'all' || path.includes(name)) return 0
    const above = parents.get(name) ?? []
    const depth = 1 + Math.max(0, ...above.map((parent) => depthOf(parent, [...path, name])))
    depths.set(name, depth)
    return depth
  }
  const priorities = new Map([...groups.values()].map((group) => [group.name, priorityOf(group, mistakes)]))
  const order = [...groups.keys()].sort(
    (left, right) =>
      depthOf(left, []) - depthOf(right, []) ||
      (priorities.get(left) ?? 1) - (priorities.get(right) ?? 1) ||
      (left < right ? -1 : 1),
  )
  const known = new Map<string, ReadonlySet<string>>()
  const ancestors = (name: string, path: readonly string[] = []): ReadonlySet<string> => {
    const before = known.get(name)
    if (before !== undefined) return before
    const own = new Set(name === 'all' ? [] : [name])
    if (!path.includes(name))
      for (const parent of parents.get(name) ?? []) for (const one of ancestors(parent, [...path, name])) own.add(one)
    if (path.length === 0) known.set(name, own)
    return own
  }
  return { order, ancestors }
}

const priorityOf = (group: GatheredGroup, mistakes: Mistake[]): number => {
  const variable = group.vars.get('ansible_group_priority')
  if (variable === undefined) return 1
  const priority = Number(variable.value)
  if (Number.isInteger(priority)) return priority
  mistakes.push({ message: 'ansible_group_priority is a whole number', at: variable.at })
  return 1
}

const reportCircles = (groups: ReadonlyMap<string, GatheredGroup>, mistakes: Mistake[]): void => {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return
    for (const [child, at] of groups.get(name)?.children ?? []) {
      const start = [...path, name].indexOf(child)
      if (start === -1) visit(child, [...path, name])
      else
        mistakes.push({
          message: `the group "${child}" is its own ancestor: ${[...path, name].slice(start).join(' > ')} > ${child}`,
          at,
        })
    }
    done.add(name)
  }
  for (const name of groups.keys()) visit(name, [])
}
