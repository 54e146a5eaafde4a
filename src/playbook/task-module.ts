import type { Module } from '../contract/module.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Entry, MapNode } from '../yaml/node.ts'
import { aboutModule, shortName } from './ansible-names.ts'
import { checkKeys } from './check-keys.ts'
import { TASK } from './keywords.ts'
import type { Loading } from './loading.ts'
import { fieldsOfSchema } from './schema.ts'

/** The module of a task, with the key that names it. */
export interface FoundModule {
  readonly entry: Entry
  readonly module: Module
}

/** Finds the module of a task, and complains of every key that is neither a module nor a keyword. */
export const moduleIn = (map: MapNode, loading: Loading): FoundModule | null => {
  const ours = new Set(loading.modules.keys())
  const candidates = map.entries.filter(({ key }) => !TASK.ours.has(key) && !TASK.notYet.has(key))
  const known = candidates.filter(({ key }) => ours.has(key))
  const [first, second] = known
  const module = first === undefined ? undefined : loading.modules.get(first.key)
  const params = module === undefined ? {} : fieldsOfSchema(module.params)
  const foreign = candidates.filter(
    ({ key }) => !ours.has(key) && !Object.hasOwn(params, key) && aboutModule(key, ours) !== null,
  )
  const odd = candidates.filter((entry) => !known.includes(entry) && !foreign.includes(entry))
  for (const { key, at } of foreign) {
    const answer = aboutModule(key, ours)
    if (answer !== null) loading.complain({ ...answer, at })
  }
  const blames = known.length + foreign.length === 0 ? misspeltModule(odd, ours) : null
  checkKeys(map, TASK, loading.complain, {
    known: (key) => ours.has(key) || foreign.some((entry) => entry.key === key) || key === blames?.key,
    hint: (key) =>
      Object.hasOwn(params, key)
        ? `"${key}" is a parameter of ${module?.name}: indent it below "${module?.name}:"`
        : undefined,
  })
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
