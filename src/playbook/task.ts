import { itemsOf, type MapNode } from '../yaml/node.ts'
import { judgementsOf } from './acts.ts'
import { controlOf } from './control.ts'
import { type Fields, fieldsOf, variableName } from './fields.ts'
import { UNKNOWN } from './flush.ts'
import { type Inherited, inheritedBy } from './inherit.ts'
import { importsOf, type Loading } from './loading.ts'
import { holdsTemplate } from './read-field.ts'
import type { Task, Template } from './shape.ts'
import { loopOf } from './task-loop.ts'
import { moduleIn } from './task-module.ts'
import { paramsOf } from './task-params.ts'

/** Shapes a task or a handler. */
export const shapeTask = (map: MapNode, loading: Loading, inherited: Inherited, kind: 'task' | 'handler'): Task => {
  const found = moduleIn(map, loading)
  const fields = fieldsOf(map, loading)
  const own = inheritedBy(inherited, fields, loading)
  refuseConnectionVars(fields, loading)
  let sound = found !== null
  const broken = (): void => {
    sound = false
  }
  const loop = loopOf(fields, loading)
  const judgements = judgementsOf(fields, found?.module ?? null, loading)
  const params = found === null ? new Map<string, Template>() : paramsOf(found, map, loading, broken)
  const rest = {
    at: map.at,
    params,
    ...loop,
    ...judgements,
    register: variableName(fields, 'register', loading),
    notify: namesIn(fields, 'notify', loading),
    listen: listenOf(fields, kind, loading),
    delegateTo: fields.template('delegate_to'),
    name: fields.text('name'),
    control: controlOf(fields, loading),
  }
  const module = found?.module ?? UNKNOWN
  return {
    ...own,
    ...rest,
    name: rest.name ?? module.name,
    named: rest.name !== undefined,
    title: titleOf(fields),
    module,
    sound,
    moduleAt: found?.entry.at ?? map.at,
    importedAt: importsOf(loading),
    flush: false,
  }
}

const titleOf = (fields: Fields): Template | null => {
  const node = fields.entry('name')?.value
  return node !== undefined && holdsTemplate(node) ? fields.template('name') : null
}

const CONNECTION = /^ansible_(?:host|port|user|connection|ssh_.*|password|become.*|private_key_file)$/

// a host is connected once for all tasks of a play
const refuseConnectionVars = (fields: Fields, loading: Loading): void => {
  const vars = fields.entry('vars')?.value
  if (vars?.kind !== 'map') return
  for (const { key, at } of vars.entries) {
    if (!CONNECTION.test(key)) continue
    loading.complain({
      message: `not yet: "${key}" for one task`,
      at,
      hint: 'write it in the play, or in the inventory',
    })
  }
}

const namesIn = (fields: Fields, key: string, loading: Loading): readonly string[] => {
  const names = fields.texts(key)
  const node = fields.entry(key)?.value
  for (const item of node === undefined ? [] : itemsOf(node)) {
    if (holdsTemplate(item)) loading.complain({ message: `not yet: a template in "${key}"`, at: item.at })
    else if (key === 'notify' && item.kind === 'scalar')
      loading.notified({ name: item.raw, at: item.at, complain: loading.complain })
  }
  return names
}

const listenOf = (fields: Fields, kind: 'task' | 'handler', loading: Loading): readonly string[] => {
  const entry = fields.entry('listen')
  if (entry !== undefined && kind === 'task') {
    const hint = 'listen belongs to a handler; a task has notify'
    loading.complain({ message: '"listen" is not a valid attribute for a Task', at: entry.at, hint })
  }
  return namesIn(fields, 'listen', loading)
}
