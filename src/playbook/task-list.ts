import type { Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { entryOf, isEmpty, type MapNode, wordsFor, type YamlNode } from '../yaml/node.ts'
import { shortName } from './ansible-names.ts'
import { fieldsOf } from './fields.ts'
import { FLUSH } from './flush.ts'
import { type Inherited, inheritedBy } from './inherit.ts'
import { META_NOT_YET } from './keywords.ts'
import { besides, importing, type Loading, pathIn, readDocument } from './loading.ts'
import type { Task } from './shape.ts'
import { shapeTask } from './task.ts'

/** Shapes a list of tasks or handlers, with what they import. */
export const shapeTasks = (
  node: YamlNode | undefined,
  loading: Loading,
  inherited: Inherited,
  kind: 'task' | 'handler',
): readonly Task[] => {
  if (node === undefined || isEmpty(node)) return []
  if (node.kind !== 'list') {
    loading.complain({
      message: `A malformed block was encountered: ${kind}s are a list, not ${wordsFor(node)}`,
      at: node.at,
    })
    return []
  }
  return node.items.flatMap((item): readonly Task[] => {
    if (item.kind !== 'map') {
      loading.complain({ message: `a ${kind} is a map, not ${wordsFor(item)}`, at: item.at })
      return []
    }
    const directive = item.entries.find(({ key }) => ['meta', 'import_tasks'].includes(shortName(key)))
    if (directive === undefined) {
      return [shapeTask(item, loading, inherited, kind)]
    }
    if (shortName(directive.key) === 'meta') return metaOf(item, directive.value, loading, directive.key, inherited)
    return importedTasks(item, directive.key, loading, inherited, kind)
  })
}

const metaOf = (
  map: MapNode,
  value: YamlNode,
  loading: Loading,
  key: string,
  inherited: Inherited,
): readonly Task[] => {
  refuseOthers(map, [key, 'name', 'tags', 'when'], 'a Task', loading.complain)
  const word = value.kind === 'scalar' ? String(value.value) : ''
  const { at } = map
  const fields = fieldsOf(map, loading)
  if (word === 'flush_handlers') {
    const { when } = inheritedBy(inherited, fields, loading)
    const condition = entryOf(map, 'when')
    if (condition !== undefined)
      loading.complain({ message: 'not yet: "when" for meta: flush_handlers', at: condition.at })
    return [{ ...FLUSH, at, moduleAt: at, when }]
  }
  const message = META_NOT_YET.has(word) ? `not yet: meta: ${word}` : `invalid meta action requested: ${word}`
  const hint = META_NOT_YET.has(word) ? {} : didYouMean(word, ['flush_handlers'])
  loading.complain({ message, at: value.at, ...hint })
  return []
}

const IMPORT_KEYS = [
  'name',
  'when',
  'tags',
  'vars',
  'become',
  'become_user',
  'become_method',
  'no_log',
  'ignore_errors',
  'run_once',
  'check_mode',
  'diff',
]

const importedTasks = (
  map: MapNode,
  key: string,
  loading: Loading,
  inherited: Inherited,
  kind: 'task' | 'handler',
): readonly Task[] => {
  refuseOthers(map, [...IMPORT_KEYS, key], 'a TaskInclude', loading.complain)
  const value = entryOf(map, key)?.value
  const named = value?.kind === 'map' ? entryOf(value, 'file')?.value : value
  const path = pathIn(named ?? value, loading)
  if (path === null) return []
  const file = besides(loading, path.text)
  if (loading.trail.some((step) => step.file === file)) {
    loading.complain({ message: `the tasks file "${file}" imports itself`, at: path.at })
    return []
  }
  const inner = importing(loading, file, path.at)
  const root = readDocument(loading, inner, { file, named: path.at, what: 'tasks file' })
  if (root === null) return []
  return shapeTasks(root, inner, inheritedBy(inherited, fieldsOf(map, loading), loading), kind)
}

const refuseOthers = (
  map: MapNode,
  keys: readonly string[],
  of: string,
  complain: (mistake: Mistake) => void,
): void => {
  for (const { key, at } of map.entries) {
    if (keys.includes(key)) continue
    complain({ message: `"${key}" is not a valid attribute for ${of}`, at, ...didYouMean(key, keys) })
  }
}
