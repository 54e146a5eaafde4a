import type { Mistake } from '../contract/errors.ts'
import type { Inventory, Variable } from '../inventory/shape.ts'
import { Spelled } from '../yaml/node.ts'
import type { Play, Task, Template, Use } from './shape.ts'
import { mistakesOf } from './template.ts'
import { compiledExtra, compiledVariable, isPlain } from './variables.ts'

/** The different variables of an inventory, by name and by what they say: one of each. */
export type Variables = ReadonlyMap<string, ReadonlyMap<string, Variable>>

// a pure function of an immutable inventory, whose hosts may be many: keeping it is remembering, not state
const collected = new WeakMap<Inventory, Variables>()

/** Collects the different variables of an inventory, once. */
export const variablesOfInventory = (inventory: Inventory): Variables => {
  const known = collected.get(inventory) ?? collect(inventory)
  collected.set(inventory, known)
  return known
}

const collect = ({ hosts, localhost }: Inventory): Variables => {
  const all = new Map<string, Map<string, Variable>>()
  const seen = new Set<ReadonlyMap<string, Variable>>()
  for (const { vars } of [...hosts.values(), localhost]) {
    if (seen.has(vars)) continue
    seen.add(vars)
    for (const [name, variable] of vars) {
      const known = all.get(name) ?? new Map<string, Variable>()
      if (known.size === 0) all.set(name, known)
      const said = saying(variable)
      if (!known.has(said)) known.set(said, variable)
    }
  }
  return all
}

/** What a variable says, as a text that tells different values apart. */
export const saying = ({ value }: Variable): string =>
  typeof value === 'string' ? `"${value}` : value instanceof Spelled ? value.raw : JSON.stringify(value)

/** Where names of a task's templates are defined, beside registers, items and magic names. */
export interface Definitions {
  readonly play: Play
  readonly task: Pick<Task, 'vars'> | null
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly variables: Variables
}

/** Is told what is wrong with the template of a variable. */
export type TellBroken = (mistakes: readonly Mistake[]) => void

/** Everything that a name may stand for: the templates of the strongest source; of the inventory, those of all hosts that are not plain. */
const templatesFor = (name: string, about: Definitions, tell: TellBroken): readonly Template[] => {
  const { play, task, extraVars, variables } = about
  const compiled = (compile: () => Template): readonly Template[] => {
    try {
      return [compile()]
    } catch (error) {
      tell(mistakesOf(error))
      return []
    }
  }
  if (Object.hasOwn(extraVars, name)) return compiled(() => compiledExtra(extraVars, name, play.directory))
  const own = task?.vars.get(name) ?? play.fileVars.get(name) ?? play.vars.get(name)
  if (own !== undefined) return [own]
  const all = [...(variables.get(name)?.values() ?? [])].filter((variable) => !isPlain(variable))
  return all.flatMap((variable) => compiled(() => compiledVariable(variable, play.directory)))
}

/** Every mention of a name that templates lead to, by way of the variables that they mention. */
export const allUses = (templates: readonly Template[], about: Definitions, tell: TellBroken): readonly Use[] => {
  const uses: Use[] = []
  const seen = new Set<string>()
  const follow = (template: Template, optional: boolean): void => {
    for (const use of template.uses) {
      uses.push(optional ? { ...use, optional } : use)
      const [name = ''] = use.path
      if (seen.has(name)) continue
      seen.add(name)
      for (const inner of templatesFor(name, about, tell)) follow(inner, false)
    }
  }
  for (const template of templates) follow(template, false)
  return uses
}
