import { entryOf, itemsOf, type MapNode, wordsFor, type YamlNode } from '../yaml/node.ts'
import { becomeOf } from './become.ts'
import { checkKeys } from './check-keys.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { FLUSH } from './flush.ts'
import { checkHandlers } from './handlers.ts'
import { type Inherited, marksOf } from './inherit.ts'
import { PLAY } from './keywords.ts'
import { importsOf, type Loading, pathIn, type Wish } from './loading.ts'
import type { Play, Task } from './shape.ts'
import { shapeTasks } from './task-list.ts'
import { factsIn } from './uses.ts'
import { fileVarsOf } from './vars-files.ts'

/** Shapes a play; null where it has no hosts to be about. */
export const shapePlay = (map: MapNode, loading: Loading, inherited: Inherited, index: number): Play | null => {
  checkKeys(map, PLAY, loading.complain)
  const fields = fieldsOf(map, loading)
  const hosts = hostsOf(fields, map, loading)
  // variables and become are the play's own: tasks see them through it
  const own: Inherited = { ...inherited, ...marksOf(inherited, fields), vars: new Map(), become: {} }
  const wishes: Wish[] = []
  const within: Loading = { ...loading, notified: (wish) => wishes.push(wish) }
  const tasks = sectionsOf(fields, within, own)
  const handlers = shapeTasks(fields.entry('handlers')?.value, within, own, 'handler')
  checkHandlers(handlers, wishes, loading.complain)
  const play = {
    name: fields.text('name') ?? hosts?.pattern ?? 'a play',
    at: map.at,
    importedAt: importsOf(loading),
    index,
    vars: new Map([...inherited.vars, ...fields.variables('vars')]),
    fileVars: fileVarsOf(fields, loading),
    become: { ...inherited.become, ...becomeOf(fields, loading) },
    gatherFacts: fields.flag('gather_facts') ?? true,
    serial: serialOf(fields, loading),
    anyErrorsFatal: fields.flag('any_errors_fatal') ?? false,
    maxFailPercentage: fields.number('max_fail_percentage') ?? null,
    connection: connectionOf(fields, loading),
    remoteUser: fields.text('remote_user') ?? null,
    tasks,
    handlers,
    directory: loading.directory,
  }
  if (hosts === null) return null
  return { ...play, hosts, mentionedFacts: factsIn({ ...play, hosts, mentionedFacts: [] }) }
}

const hostsOf = (fields: Fields, map: MapNode, loading: Loading): Play['hosts'] | null => {
  const entry = fields.entry('hosts')
  if (entry === undefined) {
    loading.complain({ message: "the field 'hosts' is required but was not set", at: map.at })
    return null
  }
  const nodes: readonly YamlNode[] = itemsOf(entry.value)
  const parts = nodes.map((node) => pathIn(node, loading)?.text.trim() ?? null)
  if (parts.includes(null)) return null
  const pattern = parts.join(',')
  if (pattern === '') {
    loading.complain({ message: "Hosts list cannot be empty: the field 'hosts' names nothing", at: entry.value.at })
    return null
  }
  return { pattern, at: entry.value.at }
}

/** Handlers run after each section that is there, as in Ansible; after the last one the engine runs them anyway. */
const sectionsOf = (fields: Fields, loading: Loading, own: Inherited): readonly Task[] => {
  const sections = ['pre_tasks', 'tasks', 'post_tasks']
    .map((key) => shapeTasks(fields.entry(key)?.value, loading, own, 'task'))
    .filter((tasks) => tasks.length > 0)
  return sections.flatMap((tasks, index) => {
    const at = sections[index + 1]?.[0]?.at
    return at === undefined ? tasks : [...tasks, { ...FLUSH, at, moduleAt: at }]
  })
}

const serialOf = (fields: Fields, loading: Loading): readonly (number | string)[] => {
  const node = fields.entry('serial')?.value
  if (node === undefined) return []
  return itemsOf(node).flatMap((item): readonly (number | string)[] => {
    const text = item.kind === 'scalar' ? String(item.value) : ''
    if (/^[1-9]\d*$/.test(text)) return [Number(text)]
    if (/^(?:100|[1-9]\d?)%$/.test(text)) return [text]
    loading.complain({ message: `"serial" is a number of hosts or a percentage, not ${wordsFor(item)}`, at: item.at })
    return []
  })
}

const CONNECTIONS = new Map<string, 'ssh' | 'local'>([
  ['ssh', 'ssh'],
  ['smart', 'ssh'],
  ['local', 'local'],
])

const connectionOf = (fields: Fields, loading: Loading): 'ssh' | 'local' | null => {
  const text = fields.text('connection')
  if (text === undefined) return null
  const known = CONNECTIONS.get(text.replace(/^ansible\.builtin\./, ''))
  if (known !== undefined) return known
  const at = entryOf(fields.map, 'connection')?.value.at
  loading.complain({ message: `"connection" is ssh or local, not "${text}"`, ...(at ? { at } : {}) })
  return null
}
