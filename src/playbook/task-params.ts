import type { Module } from '../contract/module.ts'
import { didYouMean, suggest } from '../contract/suggest.ts'
import { type Entry, entryOf, isEmpty, type MapNode, wordsFor, type YamlNode } from '../yaml/node.ts'
import { TASK } from './keywords.ts'
import type { Loading } from './loading.ts'
import { fieldsOfSchema } from './schema.ts'
import type { Template } from './shape.ts'
import type { FoundModule } from './task-module.ts'
import { compileTemplate } from './template.ts'

/**
 * Compiles the parameters of a task: those below its module's key, and those of `args`.
 *
 * @param broken called where they cannot be read at all, which is complained of
 */
export const paramsOf = (
  { entry, module }: FoundModule,
  map: MapNode,
  loading: Loading,
  broken: () => void,
): ReadonlyMap<string, Template> => {
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
  const free = freeForm(entry, module, known, loading, broken)
  if (free !== null) params.set(free.name, compileTemplate(free.value, loading))
  else if (entry.value.kind === 'map') take(entry.value)
  const args = entryOf(map, 'args')
  if (args?.value.kind === 'map') take(args.value)
  else if (args !== undefined) {
    broken()
    loading.complain({ message: `"args" is a map, not ${wordsFor(args.value)}`, at: args.value.at })
  }
  return params
}

const meantParam = (key: string, module: Module, known: readonly string[]): { readonly hint?: string } => {
  if (TASK.ours.has(key)) return { hint: `"${key}" is a keyword of the task: indent it like "${module.name}:"` }
  const meant = didYouMean(key, known)
  return meant.hint === undefined ? { hint: `its parameters are ${known.join(', ')}` } : meant
}

/** `command: echo hi`: what stands in a map's place is the parameter `cmd`, where the module has one. */
const freeForm = (
  { value, at }: Entry,
  module: Module,
  known: readonly string[],
  loading: Loading,
  broken: () => void,
): { readonly name: string; readonly value: YamlNode } | null => {
  if (value.kind === 'map' || isEmpty(value)) return null
  if (value.kind === 'scalar' && known.includes('cmd')) return { name: 'cmd', value }
  broken()
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
  return null
}
