import { UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { holdsPrivateKey, Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { Spelled } from '../yaml/node.ts'
import { needlessJudgements } from './acts.ts'
import { type BoundParams, checkParams, type GivenParams } from './params.ts'
import type { Condition, Scope, Task, Template } from './shape.ts'
import { contains, isLater, shown, wordsFor } from './values.ts'

export type { BoundParams } from './params.ts'

/**
 * Binds a task's parameters to a host: what its module's probe and plan are given. Throws UserError, with the place of
 * each parameter that does not fit, and Waiting where one is known after the run only.
 */
export const bindParams = (task: Task, scope: Scope): BoundParams => {
  const last = lastBound.get(task)
  const values = new Map<string, unknown>()
  for (const [name, template] of task.params) {
    const value = template.evaluate(scope)
    const isKnown = last !== undefined && Object.is(last.values.get(name), value)
    if (!isKnown && contains(value, isLater)) throw new Waiting(`a part of "${name}" is known after the run`)
    values.set(name, value)
  }
  // most parameters are the same for every host: what was found of them is, too
  if (last !== undefined && isSame(last.values, values)) return last.params
  const checked = checkParams(task.module, givenOf(task, values, new Set()), { looped: loopedParams(task) })
  const mistakes = [...checked.mistakes, ...needlessJudgements(task, checked)]
  if (mistakes.length > 0) throw new UserError(mistakes)
  lastBound.set(task, { values, params: checked.params })
  return checked.params
}

// binding is a pure function of the task and the values: keeping the last is remembering, not state
const lastBound = new WeakMap<Task, { readonly values: ReadonlyMap<string, unknown>; readonly params: BoundParams }>()

const isSame = (some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): boolean =>
  some.size === others.size && [...some].every(([name, value]) => Object.is(value, others.get(name)))

/** The values of a task's parameters with the places to point at. */
export const givenOf = (task: Task, values: ReadonlyMap<string, unknown>, open: ReadonlySet<string>): GivenParams => ({
  values,
  open,
  at: task.moduleAt,
  placeOf: (param, path = []) => task.params.get(param)?.placeOf(path) ?? task.moduleAt,
})

/** The parameters whose value comes from the task's loop, also by way of the task's own variables. */
export const loopedParams = (task: Task): ReadonlySet<string> => {
  if (task.loop === null) return new Set()
  const sources = new Set([task.loopVar, ...(task.indexVar === null ? [] : [task.indexVar])])
  const comesFrom = ({ uses }: Template): boolean => uses.some(({ path }) => sources.has(path[0] ?? ''))
  for (const [name, template] of task.vars) if (comesFrom(template)) sources.add(name)
  return new Set([...task.params].filter(([, template]) => comesFrom(template)).map(([name]) => name))
}

/** Says whether all conditions hold; later ones are not asked where an earlier one does not. */
export const evaluateConditions = (conditions: readonly Condition[], scope: Scope): boolean =>
  conditions.every((condition) => condition.evaluate(scope) === true)

/** The items of a task's loop. */
export const loopItems = (task: Task, scope: Scope): readonly unknown[] => {
  if (task.loop === null) return []
  const value = task.loop.evaluate(scope)
  if (Array.isArray(value)) return value
  if (value === LATER) throw new Waiting('the list of its loop is known after the run')
  throw new UserError(`Invalid data passed to 'loop', it requires a list, got this instead: ${wordsFor(value)}`, {
    at: task.loop.at,
  })
}

const LONGEST_LABEL = 100

/** What an item of a loop is called on the screen: its label, else the item itself, cut where it is long. */
export const itemLabel = (task: Task, scope: Scope): string => {
  const value = task.loopLabel === null ? scope.lookup(task.loopVar) : task.loopLabel.evaluate(scope)
  const plain = value !== LATER && value !== null && typeof value !== 'object'
  const text = plain && !holdsPrivateKey(String(value)) ? String(value) : wordsOfItem(value)
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text
}

const wordsOfItem = (value: unknown): string => {
  if (value === LATER) return '(known after the run)'
  return value instanceof Spelled || value instanceof Secret ? String(value) : shown(value)
}
