import type { Module } from '../contract/module.ts'
import { didYouMean, suggest } from '../contract/suggest.ts'
import { type Entry, entryOf, type MapNode, wordsFor, type YamlNode } from '../yaml/node.ts'
import { aboutModule, shortName } from './ansible-names.ts'
import { checkKeys, type Fields, fieldsOf, holdsTemplate } from './fields.ts'
import { type Inherited, inheritedBy } from './inherit.ts'
import { TASK } from './keywords.ts'
import type { Loading } from './loading.ts'
import { whyNoVariable } from './names.ts'
import { fieldsOfSchema } from './schema.ts'
import type { Task, Template } from './shape.ts'
import { compileTemplate } from './template.ts'

/** Shapes a task or a handler; null where it has no module that is ours. */
export const shapeTask = (
  map: MapNode,
  loading: Loading,
  inherited: Inherited,
  kind: 'task' | 'handler',
): Task | null => {
  const found = moduleIn(map, loading)
  const fields = fieldsOf(map, loading)
  const own = inheritedBy(inherited, fields, loading)
  refuseConnectionVars(fields, loading)
  const loop = loopOf(fields, loading)
  const acts = actsOf(fields, found?.module ?? null, loading)
  const params = found === null ? new Map<string, Template>() : paramsOf(found.entry, found.module, map, loading)
  const rest = {
    at: map.at,
    params,
    ...loop,
    ...acts,
    register: registerOf(fields, loading),
    notify: namesIn(fields, 'notify', loading),
    listen: listenOf(fields, kind, loading),
    delegateTo: fields.template('delegate_to'),
    name: fields.text('name'),
  }
  if (found === null) return null
  return {
    ...own,
    ...rest,
    name: rest.name ?? found.module.name,
    named: rest.name !== undefined,
    module: found.module,
    moduleAt: found.entry.at,
    flush: false,
  }
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

interface FoundModule {
  readonly entry: Entry
  readonly module: Module
}

const moduleIn = (map: MapNode, loading: Loading): FoundModule | null => {
  const ours = new Set(loading.modules.keys())
  const candidates = map.entries.filter(({ key }) => !TASK.ours.has(key) && TASK.notYet[key] === undefined)
  const known = candidates.filter(({ key }) => ours.has(key))
  const foreign = candidates.filter(({ key }) => !ours.has(key) && aboutModule(key, ours) !== null)
  const odd = candidates.filter((entry) => !known.includes(entry) && !foreign.includes(entry))
  for (const { key, at } of foreign) {
    const answer = aboutModule(key, ours)
    if (answer !== null) loading.complain({ ...answer, at })
  }
  const [first, second] = known
  const blames = known.length + foreign.length === 0 ? misspeltModule(odd, ours) : null
  checkKeys(
    map,
    TASK,
    (key) => ours.has(key) || foreign.some((entry) => entry.key === key) || key === blames?.key,
    loading.complain,
  )
  if (second !== undefined) {
    const message = `conflicting action statements: ${known.map(({ key }) => key).join(', ')}`
    loading.complain({ message, at: second.at, hint: 'a task has one module' })
  }
  if (blames !== null) {
    const message = `couldn't resolve module/action '${blames.key}'`
    loading.complain({ message, at: blames.at, ...didYouMean(shortName(blames.key), ours) })
  } else if (known.length + foreign.length === 0) {
    const block = map.entries.some(({ key }) => ['block', 'action', 'local_action'].includes(key))
    if (!block) loading.complain({ message: 'no module/action detected in task', at: map.at })
  }
  const module = first === undefined ? undefined : loading.modules.get(first.key)
  return first === undefined || module === undefined ? null : { entry: first, module }
}

/** The key that was most likely meant as the module: one near a module's name, else the only odd one with parameters. */
const misspeltModule = (odd: readonly Entry[], ours: ReadonlySet<string>): Entry | null => {
  const near = odd.find(({ key }) => didYouMean(key, ours).hint !== undefined)
  if (near !== undefined) return near
  const maps = odd.filter(({ key, value }) => value.kind === 'map' && didYouMean(key, TASK.ours).hint === undefined)
  return maps.length === 1 ? (maps[0] ?? null) : odd.length === 1 ? onlyIfStrange(odd[0]) : null
}

const onlyIfStrange = (entry: Entry | undefined): Entry | null =>
  entry !== undefined && didYouMean(entry.key, TASK.ours).hint === undefined ? entry : null

const paramsOf = (entry: Entry, module: Module, map: MapNode, loading: Loading): ReadonlyMap<string, Template> => {
  const known = Object.keys(fieldsOfSchema(module.params))
  const params = new Map<string, Template>()
  const take = (from: MapNode): void => {
    for (const { key, at, value } of from.entries) {
      if (!known.includes(key)) {
        loading.complain({ message: `${module.name} has no parameter "${key}"`, at, ...meantParam(key, module, known) })
        // what was meant is not missing besides
        const meant = suggest(key, known)
        if (meant !== null && !params.has(meant)) params.set(meant, compileTemplate(value, loading))
      } else {
        params.set(key, compileTemplate(value, loading))
      }
    }
  }
  const free = freeForm(entry, module, known, loading)
  if (free !== null) params.set(free.name, compileTemplate(free.value, loading))
  else if (entry.value.kind === 'map') take(entry.value)
  const args = entryOf(map, 'args')
  if (args?.value.kind === 'map') take(args.value)
  else if (args !== undefined)
    loading.complain({ message: `"args" is a map, not ${wordsFor(args.value)}`, at: args.value.at })
  return params
}

const meantParam = (key: string, module: Module, known: readonly string[]): { readonly hint?: string } => {
  if (TASK.ours.has(key)) return { hint: `"${key}" is a keyword of the task: indent it like "${module.name}:"` }
  const meant = didYouMean(key, known)
  return meant.hint === undefined ? { hint: `its parameters are ${known.join(', ')}` } : meant
}

/** `command: echo hi`: what stands in a map's place is the parameter `cmd`, where the module has one. */
const freeForm = (
  { key, value, at }: Entry,
  module: Module,
  known: readonly string[],
  loading: Loading,
): { readonly name: string; readonly value: YamlNode } | null => {
  if (value.kind === 'map' || (value.kind === 'scalar' && value.value === null)) return null
  if (value.kind === 'scalar' && known.includes('cmd')) return { name: 'cmd', value }
  const old = value.kind === 'scalar' && /^\s*\w+=/.test(String(value.value))
  const hint = old
    ? `write its parameters one a line, as in "${
        String(value.value)
          .trim()
          .replace('=', ': ')
          .split(/\s(?=\w+=)/)[0]
      }"`
    : undefined
  const message = `the parameters of ${module.name} are a map, not ${wordsFor(value)}`
  loading.complain({ message, at: value.kind === 'scalar' ? value.at : at, ...(hint ? { hint } : {}) })
  return key === '' ? null : null
}

const loopOf = (fields: Fields, loading: Loading): Pick<Task, 'loop' | 'loopVar' | 'indexVar' | 'loopLabel'> => {
  const entry = fields.entry('loop')
  if (entry !== undefined && entry.value.kind !== 'list' && !holdsTemplate(entry.value)) {
    const message = `Invalid data passed to 'loop', it requires a list, got this instead: ${wordsFor(entry.value)}`
    const hint =
      entry.value.kind === 'scalar' && typeof entry.value.value === 'string'
        ? `write loop: "{{ ${entry.value.value} }}"`
        : undefined
    loading.complain({ message, at: entry.value.at, ...(hint ? { hint } : {}) })
  }
  const loop = fields.template('loop')
  const control = fields.mapOf('loop_control')
  if (control === undefined) return { loop, loopVar: 'item', indexVar: null, loopLabel: null }
  const inner = fieldsOf(control, loading)
  const known = ['label', 'loop_var', 'index_var']
  for (const { key, at } of control.entries) {
    if (known.includes(key)) continue
    const message = ['pause', 'extended', 'extended_allitems', 'break_when'].includes(key)
      ? `not yet: "${key}" in loop_control`
      : `"${key}" is not a valid attribute for a LoopControl`
    loading.complain({ message, at, ...didYouMean(key, known) })
  }
  if (loop === null) loading.complain({ message: 'loop_control without a loop', at: control.at })
  return {
    loop,
    loopVar: variableName(inner, 'loop_var', loading) ?? 'item',
    indexVar: variableName(inner, 'index_var', loading),
    loopLabel: inner.template('label'),
  }
}

const variableName = (fields: Fields, key: string, loading: Loading): string | null => {
  const name = fields.text(key)
  if (name === undefined) return null
  const why = whyNoVariable(name)
  const at = fields.entry(key)?.value.at
  if (why !== null && at !== undefined) loading.complain({ message: why, at })
  return name
}

const registerOf = (fields: Fields, loading: Loading): string | null => variableName(fields, 'register', loading)

const namesIn = (fields: Fields, key: string, loading: Loading): readonly string[] => {
  const names = fields.texts(key)
  const node = fields.entry(key)?.value
  const items = node?.kind === 'list' ? node.items : node === undefined ? [] : [node]
  for (const item of items) {
    if (holdsTemplate(item)) loading.complain({ message: `not yet: a template in "${key}"`, at: item.at })
    else if (key === 'notify' && item.kind === 'scalar') loading.notified(item.raw, item.at)
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

const actsOf = (fields: Fields, module: Module | null, loading: Loading): Pick<Task, 'changedWhen' | 'failedWhen'> => {
  for (const key of ['changed_when', 'failed_when']) {
    const entry = fields.entry(key)
    if (entry === undefined || module === null || module.isAct !== undefined) continue
    const hint = 'it is changed exactly when something differs, and failed when it cannot be brought about'
    loading.complain({
      message: `"${key}" is for acts such as command; ${module.name} judges itself`,
      at: entry.at,
      hint,
    })
  }
  return {
    changedWhen: fields.has('changed_when') ? fields.conditions('changed_when') : null,
    failedWhen: fields.has('failed_when') ? fields.conditions('failed_when') : null,
  }
}
