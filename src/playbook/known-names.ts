import type { Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Inventory } from '../inventory/shape.ts'
import { aboutVariable } from './ansible-names.ts'
import { UNKNOWN } from './flush.ts'
import { ALWAYS_REGISTERED, FACTS, MAGIC } from './names.ts'
import { fieldsOfSchema } from './schema.ts'
import type { Play, Task, Use } from './shape.ts'
import { hostOf } from './variables.ts'

/** A register, and who has it. */
export interface Registered {
  readonly task: Task
  readonly hosts: ReadonlySet<string>
}

/** What names a task may mention. */
export interface Sights {
  readonly play: Play
  readonly task: Task
  readonly hosts: readonly string[]
  readonly inventory: Inventory
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly registers: ReadonlyMap<string, Registered>
  /** registers of tasks that come later or were not chosen, for the words of a mistake */
  readonly others: ReadonlyMap<string, string>
  /** names that the task's `when` asks for with `defined`: they may be undefined */
  readonly guarded: ReadonlySet<string>
}

/** What is wrong with a mention of a name; `on` are the hosts that it is wrong on, where it is not on all. */
export interface WrongUse extends Mistake {
  readonly on?: readonly string[]
}

/** Says what is wrong with one mention of a name; null where nothing is. */
export const wrongUse = (use: Use, about: Sights): WrongUse | null => {
  const { play, task, registers, extraVars } = about
  const [name = '', ...fields] = use.path
  if (name === 'facts') return wrongFact(use, play)
  if (Object.hasOwn(extraVars, name)) return null
  if (task.loop !== null && (name === task.loopVar || name === task.indexVar)) return null
  const register = registers.get(name)
  if (register !== undefined) return use.optional ? null : wrongField(use, fields, register, about)
  if (task.vars.has(name) || play.vars.has(name) || play.fileVars.has(name)) return null
  if (MAGIC.includes(name)) return wrongMagic(use, about)
  const { hosts, inventory } = about
  const lacking = hosts.filter((host) => hostOf(inventory, host)?.vars.has(name) !== true)
  if (use.optional || about.guarded.has(name)) return null
  if (hosts.length === 0 || lacking.length === 0) return null
  if (lacking.length < hosts.length) {
    const message = `'${name}' is undefined on ${listed(lacking)}`
    const hint = `define it for every host, write (default ${name} …), or when: (defined ${name})`
    return { message, at: use.at, hint, on: lacking }
  }
  return { message: `'${name}' is undefined`, at: use.at, ...hintFor(name, about) }
}

/** Names hosts in a message: all of a few, else the first three and how many more. */
export const listed = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more hosts`

const hintFor = (name: string, about: Sights): { readonly hint?: string } => {
  const { play, task, hosts, inventory, extraVars, registers, others } = about
  const other = others.get(name)
  if (other !== undefined) return { hint: other }
  if (name === 'item')
    return { hint: task.loop === null ? 'the task has no loop' : `the loop's variable is ${task.loopVar}` }
  const known = [
    ...play.vars.keys(),
    ...play.fileVars.keys(),
    ...task.vars.keys(),
    ...registers.keys(),
    ...Object.keys(extraVars),
    ...(hostOf(inventory, hosts[0] ?? '')?.vars.keys() ?? []),
    ...(task.loop === null ? [] : [task.loopVar]),
    ...MAGIC,
    'facts',
  ]
  return hintForName(name, known)
}

/** What is said to a name that nothing defines: what ours is for one of Ansible's, or which known name was meant. */
export const hintForName = (name: string, known: readonly string[]): { readonly hint?: string } => {
  const ours = aboutVariable(name)
  return ours === undefined ? didYouMean(name, known) : { hint: ours }
}

const wrongFact = (use: Use, play: Play): Mistake | null => {
  if (!play.gatherFacts) {
    return {
      message: "'facts' is undefined: the play says gather_facts: no",
      at: use.at,
      hint: 'leave gather_facts out',
    }
  }
  const wanted = use.path.slice(1).join('.')
  if (wanted === '' || FACTS.some((fact) => fact === wanted || fact.startsWith(`${wanted}.`))) return null
  const { hint } = didYouMean(wanted, FACTS)
  return { message: `there is no fact "${wanted}"`, at: use.at, hint: hint ?? `the facts are ${FACTS.join(', ')}` }
}

const wrongField = (
  use: Use,
  fields: readonly string[],
  { task, hosts }: Registered,
  about: Sights,
): Mistake | null => {
  const [name = ''] = use.path
  const lacking = about.hosts.filter((host) => !hosts.has(host))
  if (lacking.length > 0) {
    const [from = ''] = hosts
    const hint =
      hosts.size === 1 ? `write hostvars.${/^\w+$/.test(from) ? from : `[${from}]`}.${use.path.join('.')}` : undefined
    const message = `'${name}' is undefined on ${listed(lacking)}: it was registered on other hosts`
    return { message, at: use.at, ...(hint === undefined ? {} : { hint }) }
  }
  return wrongRecord(use, fields, task, name)
}

const wrongRecord = (use: Use, fields: readonly string[], task: Task, name: string): Mistake | null => {
  const own = Object.keys(fieldsOfSchema(task.module.state))
  const [field, index, inner] = fields
  if (field === undefined || task.module === UNKNOWN) return null
  if (task.loop === null) return unknownField(use, name, field, [...own, ...ALWAYS_REGISTERED], task)
  if (field === 'results') {
    return inner === undefined || !/^\d+$/.test(index ?? '')
      ? null
      : unknownField(use, `${name}.results.[${index}]`, inner, [...own, ...ALWAYS_REGISTERED, task.loopVar], task)
  }
  if (own.includes(field)) {
    const message = `'${use.path.join('.')}' is undefined: the task is a loop`
    return { message, at: use.at, hint: `write ${name}.results.[0].${field}, or loop over ${name}.results` }
  }
  return unknownField(use, name, field, ['results', ...ALWAYS_REGISTERED], task)
}

const unknownField = (use: Use, owner: string, field: string, known: readonly string[], task: Task): Mistake | null => {
  if (known.includes(field)) return null
  const { hint } = didYouMean(field, known)
  const message = `'${owner}' has no field "${field}": ${task.module.name} tells ${known.join(', ')}`
  return { message, at: use.at, ...(hint === undefined ? {} : { hint }) }
}

const wrongMagic = (use: Use, { inventory }: Sights): Mistake | null => {
  const [name, key] = use.path
  if (key === undefined || use.optional) return null
  if (name === 'groups' && !inventory.groups.has(key))
    return { message: `there is no group "${key}"`, at: use.at, ...didYouMean(key, inventory.groups.keys()) }
  if (name === 'hostvars' && hostOf(inventory, key) === undefined)
    return { message: `there is no host "${key}"`, at: use.at, ...didYouMean(key, inventory.hosts.keys()) }
  return null
}
