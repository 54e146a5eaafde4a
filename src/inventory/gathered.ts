import type { At, Mistake } from '../contract/errors.ts'
import { type FilesRead, nothingRead } from '../contract/files-read.ts'
import type { MapNode, YamlNode } from '../yaml/node.ts'
import { nodeValue } from '../yaml/node.ts'
import type { Variable } from './shape.ts'

/** A group while the sources are read. */
export interface GatheredGroup {
  readonly name: string
  readonly at: At
  readonly children: Map<string, At>
  readonly hosts: Set<string>
  readonly vars: Map<string, Variable>
}

/** A host while the sources are read. */
export interface GatheredHost {
  readonly name: string
  readonly at: At
  readonly vars: Map<string, Variable>
}

/** What the sources said so far; a later source adds to it, and its variables win. */
export interface Gathered {
  readonly hosts: Map<string, GatheredHost>
  readonly groups: Map<string, GatheredGroup>
  readonly mistakes: Mistake[]
  readonly files: FilesRead
}

/** Nothing yet. */
export const nothingGathered = (): Gathered => ({
  hosts: new Map(),
  groups: new Map(),
  mistakes: [],
  files: nothingRead(),
})

/** The group of a name, made where it is new. */
export const groupOf = ({ groups }: Gathered, name: string, at: At): GatheredGroup => {
  const known = groups.get(name) ?? { name, at, children: new Map(), hosts: new Set(), vars: new Map() }
  groups.set(name, known)
  return known
}

/** The host of a name, made where it is new. */
export const gatheredHost = ({ hosts }: Gathered, name: string, at: At): GatheredHost => {
  const known = hosts.get(name) ?? { name, at, vars: new Map() }
  hosts.set(name, known)
  return known
}

/** The variables of a map, each with its source. */
export const variablesIn = (map: MapNode, source: string): ReadonlyMap<string, Variable> =>
  new Map(map.entries.map(({ key, at, value }) => [key, variable(value, at, source)]))

/** A variable of a node. */
export const variable = (node: YamlNode, at: At, source: string): Variable => ({
  value: nodeValue(node),
  at,
  source,
  node,
})
