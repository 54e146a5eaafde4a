import { type At, UserError } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { isEmpty, nodeOf, wordsFor, type YamlNode } from '../yaml/node.ts'
import { type Gathered, type GatheredGroup, gatheredHost, groupOf, variable, variablesIn } from './gathered.ts'
import { hostNames } from './host-names.ts'

/** Takes what a YAML document of an inventory says: groups with `hosts`, `children` and `vars`. */
export const gatherYaml = (root: YamlNode, gathered: Gathered): void => {
  if (root.kind !== 'map') {
    const message = `an inventory is a map of groups, not ${wordsFor(root)}`
    gathered.mistakes.push({ message, at: root.at, hint: 'write all: with hosts: below it' })
    return
  }
  const plugin = root.entries.find(({ key }) => key === 'plugin')
  if (plugin !== undefined) {
    gathered.mistakes.push({ message: 'not yet: inventory plugins', at: plugin.at })
    return
  }
  const bare = root.entries.find(({ key }) => key === 'hosts' || key === 'children')
  if (bare !== undefined && !root.entries.some(({ key }) => key === 'all')) {
    const message = `"${bare.key}" stands outside of a group`
    gathered.mistakes.push({ message, at: bare.at, hint: `write all: and indent "${bare.key}:" below it` })
    return
  }
  for (const { key, at, value } of root.entries) gatherGroup(key, at, value, gathered)
}

const KEYS = ['hosts', 'children', 'vars']

const gatherGroup = (name: string, at: At, node: YamlNode, gathered: Gathered): void => {
  const group = groupOf(gathered, name, at)
  if (isEmpty(node)) return
  if (node.kind !== 'map') {
    const message = `the group "${name}" is a map with hosts, children and vars, not ${wordsFor(node)}`
    gathered.mistakes.push({ message, at: node.at })
    return
  }
  for (const entry of node.entries) {
    if (entry.key === 'hosts') gatherHosts(group, entry.value, gathered)
    else if (entry.key === 'children') gatherChildren(group, entry.value, gathered)
    else if (entry.key === 'vars') gatherVars(group, entry.value, gathered)
    else {
      const message = `unexpected key "${entry.key}" in the group "${name}"`
      const hint =
        didYouMean(entry.key, KEYS).hint ??
        'a group has hosts, children and vars; a group below it stands in its children'
      gathered.mistakes.push({ message, at: entry.at, hint })
    }
  }
}

const gatherHosts = (group: GatheredGroup, node: YamlNode, gathered: Gathered): void => {
  if (isEmpty(node)) return
  if (node.kind !== 'map') {
    const first = node.kind === 'list' ? node.items[0] : node
    const hint =
      first?.kind === 'scalar' ? `write "${String(first.value)}:", a host a line` : 'write "name:", a host a line'
    const message = `Invalid "hosts" entry for "${group.name}" group: it is a map of hosts, not ${wordsFor(node)}`
    gathered.mistakes.push({ message, at: node.at, hint })
    return
  }
  for (const { key, at, value } of node.entries) {
    const own = isEmpty(value) ? null : value
    if (own !== null && own.kind !== 'map') {
      const message = `the host "${key}" has a map of variables, not ${wordsFor(own)}`
      gathered.mistakes.push({ message, at: own.at, hint: 'as in "ansible_host: 192.0.2.1", below it' })
      continue
    }
    addHosts(group, { key, at, vars: own === null ? new Map() : variablesIn(own, 'host') }, gathered)
  }
}

/** Adds the hosts that one name stands for. */
export const addHosts = (
  group: GatheredGroup,
  { key, at, vars }: { readonly key: string; readonly at: At; readonly vars: ReturnType<typeof variablesIn> },
  gathered: Gathered,
): void => {
  try {
    const { names, port } = hostNames(key)
    const own = port === null ? vars : new Map([['ansible_port', variable(nodeOf(port, at), at, 'host')], ...vars])
    for (const name of names) {
      const host = gatheredHost(gathered, name, at)
      for (const [variableName, value] of own) host.vars.set(variableName, value)
      group.hosts.add(name)
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    gathered.mistakes.push(...error.mistakes.map((mistake) => ({ ...mistake, at })))
  }
}

const gatherChildren = (group: GatheredGroup, node: YamlNode, gathered: Gathered): void => {
  if (isEmpty(node)) return
  if (node.kind !== 'map') {
    const message = `Invalid "children" entry for "${group.name}" group: it is a map of groups, not ${wordsFor(node)}`
    gathered.mistakes.push({ message, at: node.at, hint: 'write "name:", a group a line' })
    return
  }
  for (const { key, at, value } of node.entries) {
    group.children.set(key, at)
    gatherGroup(key, at, value, gathered)
  }
}

const gatherVars = (group: GatheredGroup, node: YamlNode, gathered: Gathered): void => {
  if (isEmpty(node)) return
  if (node.kind !== 'map') {
    const message = `Invalid "vars" entry for "${group.name}" group: it is a map, not ${wordsFor(node)}`
    gathered.mistakes.push({ message, at: node.at })
    return
  }
  for (const [name, value] of variablesIn(node, `group ${group.name}`)) group.vars.set(name, value)
}
