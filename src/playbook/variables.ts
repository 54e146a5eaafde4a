import { resolve } from 'node:path'
import { type At, type Mistake, UserError } from '../contract/errors.ts'
import { type FileRead, type FilesRead, nothingRead } from '../contract/files-read.ts'
import { LATER } from '../contract/later.ts'
import { Secret } from '../contract/secret.ts'
import type { Host, Inventory, Variable } from '../inventory/shape.ts'
import { nodeOf } from '../yaml/node.ts'
import { fileReader, type ReadFile } from './control-file.ts'
import type { Play, Scope, Task, Template } from './shape.ts'
import { compileTemplate, HOLDS_TEMPLATE } from './template.ts'
import { textFor } from './values.ts'

/** What names mean is made from these, weak to strong: inventory, facts, play, files of the play, task, registers, item, -e. */
export interface ScopeParts {
  readonly play: Pick<Play, 'vars' | 'fileVars' | 'directory'>
  readonly task: Pick<Task, 'vars' | 'loopVar' | 'indexVar'> | null
  readonly host: string
  readonly inventory: Inventory
  readonly facts: unknown
  readonly registers: ReadonlyMap<string, unknown>
  /** what other hosts registered, for `hostvars` */
  readonly registersOf?: ((host: string) => ReadonlyMap<string, unknown> | undefined) | undefined
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly item: { readonly value: unknown; readonly index: number } | null
  /** there is no host yet: what it would say, and what nothing else defines, is LATER */
  readonly open?: boolean
  /** names that are wrong, which was complained of: what they mean is LATER */
  readonly wrong?: ReadonlySet<string>
}

/** Gives what names mean for a task on a host; a value is computed when it is asked for, once. */
export const scopeFor = (parts: ScopeParts): Scope => {
  // most scopes are asked for one name: these are made when they are needed
  let known: Map<string, unknown> | null = null
  let path: readonly string[] = []
  const scope: Scope = {
    lookup: (name) => {
      if (known?.has(name)) return known.get(name)
      const found = sourceOf(name, parts) ?? (parts.open ? valued(LATER) : undefined)
      if (found === undefined) return undefined
      if (!found.template) return found.value
      if (path.includes(name)) throw circular([...path.slice(path.indexOf(name)), name], found.template)
      const outer = path
      path = [...outer, name]
      try {
        const value = found.wrap(found.template.evaluate(scope))
        known ??= new Map()
        known.set(name, value)
        return value
      } finally {
        path = outer
      }
    },
  }
  return scope
}

/** What is wrong with variables that need one another. */
export const circular = (names: readonly string[], { at }: Template): UserError =>
  new UserError(`recursive loop detected in template: ${names.join(' needs ')}`, { at })

type Source =
  | { readonly template: Template; wrap(value: unknown): unknown }
  | { readonly template: null; readonly value: unknown }

const asIs = (value: unknown): unknown => value
const valued = (value: unknown): Source => ({ template: null, value })

/** Where a name gets its value from: the strongest source that defines it. */
const sourceOf = (name: string, parts: ScopeParts): Source | undefined => {
  const { play, task, item, registers, extraVars } = parts
  if (parts.wrong?.has(name)) return valued(LATER)
  if (Object.hasOwn(extraVars, name)) return { template: extraOf(parts, name), wrap: secretOf(name) }
  if (item !== null && name === (task?.loopVar ?? 'item')) return valued(item.value)
  if (item !== null && task !== null && name === task.indexVar) return valued(item.index)
  if (registers.has(name)) return valued(registers.get(name))
  const own = task?.vars.get(name) ?? play.fileVars.get(name) ?? play.vars.get(name)
  if (own !== undefined) return { template: own, wrap: secretOf(name) }
  if (name === 'facts') return valued(parts.facts)
  if (parts.open && name !== 'playbook_dir') return valued(LATER)
  const host = hostOf(parts.inventory, parts.host)
  const variable = host?.vars.get(name)
  if (variable !== undefined && isPlain(variable)) return valued(secretOf(name)(variable.value))
  if (variable !== undefined) return { template: compiledVariable(variable, play.directory), wrap: secretOf(name) }
  return magicOf(name, parts, host)
}

/** A host by name; `localhost` is the control node where the inventory has no such host. */
export const hostOf = (inventory: Inventory, name: string): Host | undefined =>
  inventory.hosts.get(name) ?? (name === 'localhost' ? inventory.localhost : undefined)

const magicOf = (
  name: string,
  { inventory, host: at, play, extraVars, registersOf }: ScopeParts,
  host: Host | undefined,
): Source | undefined => {
  switch (name) {
    case 'inventory_hostname':
      return valued(at)
    case 'group_names':
      return valued(host?.groups ?? [])
    case 'groups':
      return valued(groupsOf(inventory))
    case 'hostvars':
      return valued(hostVarsOf(inventory, { directory: play.directory, extraVars, registersOf }))
    case 'playbook_dir':
      return valued(resolve(play.directory))
    default:
      return undefined
  }
}

const SECRETS = new Set([
  'ansible_password',
  'ansible_ssh_pass',
  'ansible_become_password',
  'ansible_become_pass',
  'ansible_sudo_pass',
])

const secretOf = (name: string): ((value: unknown) => unknown) =>
  SECRETS.has(name)
    ? (value) => (value instanceof Secret || value === null ? value : new Secret(String(textFor(value, NOWHERE))))
    : asIs

const NOWHERE: At = { file: '-e', line: 1, column: 1 }

// What follows remembers pure functions of immutable values by their identity: an inventory's variables are compiled once
// for all hosts and tasks that see them.
const compiled = new Map<string, WeakMap<Variable, Template>>()
const extras = new WeakMap<object, Map<string, Template>>()
const readers = new Map<string, { readonly read: ReadFile; readonly files: FilesRead }>()
const groups = new WeakMap<Inventory, Readonly<Record<string, readonly string[]>>>()

const readerOf = (directory: string): ReadFile => {
  const files = readers.get(directory)?.files ?? nothingRead()
  const reader = readers.get(directory) ?? { read: fileReader(directory, files), files }
  readers.set(directory, reader)
  return reader.read
}

/** The files of the control node that variables of the inventory and of `-e` read so far, for playbooks of a directory. */
export const readByVariables = (directory: string): readonly FileRead[] => readers.get(directory)?.files.all() ?? []

/** Says whether a variable holds no template, nor anything that may: it is what it is, and need not be compiled. */
export const isPlain = ({ value }: Variable): boolean =>
  typeof value === 'string' ? !HOLDS_TEMPLATE.test(value) : value === null || typeof value !== 'object'

/** The template of an inventory's variable, compiled once per playbook directory; throws where it is none. */
export const compiledVariable = (variable: Variable, directory: string): Template => {
  const ofDirectory = compiled.get(directory) ?? new WeakMap<Variable, Template>()
  compiled.set(directory, ofDirectory)
  const known = ofDirectory.get(variable) ?? compile(variable.node, directory)
  ofDirectory.set(variable, known)
  return known
}

const compile = (node: Variable['node'], directory: string): Template => {
  const mistakes: Mistake[] = []
  const template = compileTemplate(node, {
    readFile: readerOf(directory),
    complain: (mistake) => mistakes.push(mistake),
  })
  if (mistakes.length > 0) throw new UserError(mistakes)
  return template
}

const extraOf = ({ extraVars, play }: ScopeParts, name: string): Template =>
  compiledExtra(extraVars, name, play.directory)

/** The template of a variable given with -e, compiled once. */
export const compiledExtra = (
  extraVars: Readonly<Record<string, unknown>>,
  name: string,
  directory: string,
): Template => {
  const byName = extras.get(extraVars) ?? new Map<string, Template>()
  extras.set(extraVars, byName)
  const known = byName.get(name) ?? compile(nodeOf(extraVars[name], NOWHERE), directory)
  byName.set(name, known)
  return known
}

const groupsOf = (inventory: Inventory): Readonly<Record<string, readonly string[]>> => {
  const known = groups.get(inventory) ?? Object.fromEntries(inventory.groups)
  groups.set(inventory, known)
  return known
}

/** What is used of another host: its inventory's variables and its registers, each computed when it is asked for. */
interface Elsewhere {
  readonly directory: string
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly registersOf?: ScopeParts['registersOf']
}

const hostVarsOf = (inventory: Inventory, about: Elsewhere): Readonly<Record<string, unknown>> => {
  const all: Record<string, unknown> = {}
  const names = inventory.hosts.has('localhost') ? inventory.hosts.keys() : [...inventory.hosts.keys(), 'localhost']
  for (const name of names)
    Object.defineProperty(all, name, { enumerable: true, get: () => varsOf(name, inventory, about) })
  return all
}

const varsOf = (name: string, inventory: Inventory, about: Elsewhere): Readonly<Record<string, unknown>> => {
  const scope = inventoryScope(inventory, name, about)
  const vars: Record<string, unknown> = {}
  const names = new Set([
    ...(hostOf(inventory, name)?.vars.keys() ?? []),
    ...(about.registersOf?.(name)?.keys() ?? []),
    'inventory_hostname',
    'group_names',
  ])
  for (const variable of names)
    Object.defineProperty(vars, variable, { enumerable: true, get: () => scope.lookup(variable) })
  return vars
}

/** What names mean for a host where no play is: its inventory variables and what is given with -e. */
export const inventoryScope = (inventory: Inventory, host: string, about: Elsewhere): Scope =>
  scopeFor({
    play: { vars: new Map(), fileVars: new Map(), directory: about.directory },
    task: null,
    host,
    inventory,
    facts: {},
    registers: about.registersOf?.(host) ?? new Map(),
    extraVars: about.extraVars,
    item: null,
  })
