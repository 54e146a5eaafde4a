import type { At, Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { type Entry, entryOf, type MapNode, nodeValue, wordsFor, type YamlNode } from '../yaml/node.ts'
import type { Keywords } from './keywords.ts'
import { whyNoVariable } from './names.ts'
import type { Template } from './shape.ts'
import { compileCondition, compileTemplate, type TemplateContext } from './template.ts'
import { flagOf } from './values.ts'

/** Reads the fields of a play's or a task's map, and complains of what does not fit. */
export interface Fields {
  readonly map: MapNode
  has(key: string): boolean
  entry(key: string): Entry | undefined
  flag(key: string): boolean | undefined
  text(key: string): string | undefined
  /** a text or a list of texts; a list where nothing is written is empty */
  texts(key: string): readonly string[]
  number(key: string): number | undefined
  mapOf(key: string): MapNode | undefined
  template(key: string): Template | null
  conditions(key: string): readonly Template[]
  variables(key: string): ReadonlyMap<string, Template>
}

/** Gives the reader of a map's fields. */
export const fieldsOf = (map: MapNode, context: TemplateContext): Fields => {
  const complain = (message: string, at: At, hint?: string): undefined => {
    context.complain({ message, at, ...(hint === undefined ? {} : { hint }) })
  }
  const entry = (key: string): Entry | undefined => entryOf(map, key)
  const text = (key: string, node: YamlNode): string | undefined => {
    if (node.kind !== 'scalar' || node.value === null)
      return complain(`"${key}" is a text, not ${wordsFor(node)}`, node.at)
    return node.plain ? node.raw : String(node.value)
  }
  const flag = (key: string, node: YamlNode): boolean | undefined => {
    const value = node.kind === 'scalar' ? flagOf(nodeValue(node)) : undefined
    if (value !== undefined) return value
    if (holdsTemplate(node)) return complain(`not yet: a template for "${key}"`, node.at, 'write yes or no')
    return complain(`"${key}" is yes or no, not ${wordsFor(node)}`, node.at)
  }
  return {
    map,
    entry,
    has: (key) => entry(key) !== undefined,
    flag: (key) => {
      const found = entry(key)
      return found === undefined ? undefined : flag(key, found.value)
    },
    text: (key) => {
      const found = entry(key)
      return found === undefined ? undefined : text(key, found.value)
    },
    texts: (key) => {
      const node = entry(key)?.value
      if (node === undefined || (node.kind === 'scalar' && node.value === null)) return []
      const items = node.kind === 'list' ? node.items : [node]
      return items.map((item) => text(key, item)).filter((item) => item !== undefined)
    },
    number: (key) => {
      const node = entry(key)?.value
      if (node === undefined) return undefined
      const value = node.kind === 'scalar' ? Number(node.value === '' ? Number.NaN : node.value) : Number.NaN
      if (node.kind === 'scalar' && node.value !== null && typeof node.value !== 'boolean' && Number.isFinite(value))
        return value
      return complain(`"${key}" is a number, not ${wordsFor(node)}`, node.at)
    },
    mapOf: (key) => {
      const node = entry(key)?.value
      if (node === undefined || node.kind === 'map') return node
      if (node.kind === 'scalar' && node.value === null) return undefined
      return complain(`"${key}" is a map, not ${wordsFor(node)}`, node.at)
    },
    template: (key) => {
      const node = entry(key)?.value
      return node === undefined ? null : compileTemplate(node, context)
    },
    conditions: (key) => {
      const node = entry(key)?.value
      if (node === undefined) return []
      return (node.kind === 'list' ? node.items : [node]).map((item) => compileCondition(item, context))
    },
    variables: (key) => {
      const node = entry(key)?.value
      if (node === undefined || (node.kind === 'scalar' && node.value === null)) return new Map()
      if (node.kind === 'map') return variablesOf(node, context)
      complain(`Vars in "${key}" must be specified as a map, not ${wordsFor(node)}`, node.at)
      return new Map()
    },
  }
}

/** Compiles a map of variables; a name that no variable can have is a mistake. */
export const variablesOf = (map: MapNode, context: TemplateContext): ReadonlyMap<string, Template> => {
  for (const { key, at } of map.entries) {
    const why = whyNoVariable(key)
    if (why !== null) context.complain({ message: why, at })
  }
  return new Map(map.entries.map(({ key, value }) => [key, compileTemplate(value, context)]))
}

/** Says whether a scalar holds a template. */
export const holdsTemplate = (node: YamlNode): boolean =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')

/** Complains of the keys that are no keywords; `known` says which others have a meaning here, `hint` what to do with a key. */
export const checkKeys = (
  map: MapNode,
  keywords: Keywords,
  complain: (mistake: Mistake) => void,
  about: { known(key: string): boolean; hint?(key: string): string | undefined } = { known: () => false },
): void => {
  for (const { key, at } of map.entries) {
    if (keywords.ours.has(key) || about.known(key)) continue
    const instead = keywords.notYet.get(key)
    if (instead !== undefined) {
      complain({ message: `not yet: "${key}"`, at, ...(instead === '' ? {} : { hint: instead }) })
    } else {
      const hint = about.hint?.(key)
      const message = `"${key}" is not a valid attribute for ${keywords.of}`
      complain({ message, at, ...(hint === undefined ? didYouMean(key, keywords.ours) : { hint }) })
    }
  }
}

/** The name of a variable that a field gives; one that no variable can have is a mistake. */
export const variableName = (fields: Fields, key: string, context: TemplateContext): string | null => {
  const name = fields.text(key)
  if (name === undefined) return null
  const why = whyNoVariable(name)
  const at = fields.entry(key)?.value.at
  if (why !== null && at !== undefined) context.complain({ message: why, at })
  return name
}
