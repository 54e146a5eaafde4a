import type { At } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { entryOf, isEmpty, itemsOf, type MapNode, wordsFor, type YamlNode } from '../yaml/node.ts'
import { becomeOf } from './become.ts'
import { checkKeys } from './check-keys.ts'
import { type Fields, fieldsOf, variablesOf } from './fields.ts'
import { FLUSH } from './flush.ts'
import { type Inherited, tagsOf } from './inherit.ts'
import { PLAY } from './keywords.ts'
import { besides, importing, type Loading, pathIn, readDocument } from './loading.ts'
import type { Play, Task, Template } from './shape.ts'
import { shapeTasks } from './task-list.ts'
import { factsIn } from './uses.ts'

/** Shapes a play; null where it has no hosts to be about. */
export const shapePlay = (map: MapNode, loading: Loading, inherited: Inherited, index: number): Play | null => {
  checkKeys(map, PLAY, loading.complain)
  const fields = fieldsOf(map, loading)
  const hosts = hostsOf(fields, map, loading)
  const own: Inherited = {
    ...inherited,
    tags: [...new Set([...inherited.tags, ...tagsOf(fields)])],
    noLog: fields.flag('no_log') ?? inherited.noLog,
    ignoreErrors: fields.flag('ignore_errors') ?? inherited.ignoreErrors,
    runOnce: fields.flag('run_once') ?? inherited.runOnce,
    checkMode: fields.flag('check_mode') ?? inherited.checkMode,
    diff: fields.flag('diff') ?? inherited.diff,
    // of the play itself: tasks see them through it
    vars: new Map(),
    become: {},
  }
  const wishes: { readonly name: string; readonly at: At; complain: Loading['complain'] }[] = []
  const within: Loading = { ...loading, notified: (name, at) => wishes.push({ name, at, complain: loading.complain }) }
  const tasks = sectionsOf(fields, within, own)
  const handlers = shapeTasks(fields.entry('handlers')?.value, within, own, 'handler')
  checkHandlers(handlers, loading)
  const names = new Set(handlers.flatMap(({ name, named, listen }) => (named ? [name, ...listen] : listen)))
  for (const { name, at, complain } of wishes) {
    if (names.has(name)) continue
    const message = `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`
    complain({ message, at, ...didYouMean(name, names) })
  }
  const play = {
    name: fields.text('name') ?? hosts?.pattern ?? 'a play',
    at: map.at,
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

const checkHandlers = (handlers: readonly Task[], loading: Loading): void => {
  const known = new Map<string, At>()
  for (const handler of handlers) {
    const before = known.get(handler.name)
    if (before !== undefined && handler.named) {
      const message = `two handlers have the name "${handler.name}": the other is in line ${before.line}`
      loading.complain({ message, at: handler.at })
    }
    known.set(handler.name, handler.at)
    if (!handler.named && handler.listen.length === 0 && handler.module.standing !== true && !handler.flush) {
      const message = 'a handler without a name is never notified'
      loading.complain({ message, at: handler.at, hint: 'give it a name:, or listen:' })
    }
  }
}

const fileVarsOf = (fields: Fields, loading: Loading): ReadonlyMap<string, Template> => {
  const node = fields.entry('vars_files')?.value
  if (node === undefined || isEmpty(node)) return new Map()
  const entries = itemsOf(node)
  return new Map(entries.flatMap((entry) => [...variablesIn(entry, loading)]))
}

/** One file, or the first that is there of a list. */
const variablesIn = (entry: YamlNode, loading: Loading): ReadonlyMap<string, Template> => {
  const names = itemsOf(entry).map((node) => pathIn(node, loading))
  const complaints: Parameters<Loading['complain']>[0][] = []
  for (const named of names) {
    if (named === null) return new Map()
    const file = besides(loading, named.text)
    let missing = false
    const outer: Loading = {
      ...loading,
      complain: (mistake) => {
        missing = true
        complaints.push(mistake)
      },
    }
    const inner = importing(loading, file, named.at)
    const root = readDocument(outer, inner, { file, named: named.at, what: 'vars file' })
    if (missing) continue
    if (root === null) return new Map()
    if (root.kind === 'map') return variablesOf(root, inner)
    inner.complain({ message: `a vars file is a map, not ${wordsFor(root)}`, at: root.at })
    return new Map()
  }
  for (const complaint of complaints) loading.complain(complaint)
  return new Map()
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
