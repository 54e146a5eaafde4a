import { type Entry, entryOf, itemsOf, type MapNode, type YamlNode } from '../yaml/node.ts'
import { whyNoVariable } from './names.ts'
import { type Complain, readFlag, readMap, readNumber, readText, readTexts } from './read-field.ts'
import type { Template } from './shape.ts'
import { compileCondition, compileTemplate, type TemplateContext } from './template.ts'

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
  const complain: Complain = (message, at, hint) => {
    context.complain({ message, at, ...(hint === undefined ? {} : { hint }) })
  }
  const entry = (key: string): Entry | undefined => entryOf(map, key)
  const reader =
    <Value>(read: (key: string, node: YamlNode, complain: Complain) => Value) =>
    (key: string): Value | undefined => {
      const node = entry(key)?.value
      return node === undefined ? undefined : read(key, node, complain)
    }
  return {
    map,
    entry,
    has: (key) => entry(key) !== undefined,
    flag: reader(readFlag),
    text: reader(readText),
    texts: (key) => reader(readTexts)(key) ?? [],
    number: reader(readNumber),
    mapOf: reader(readMap),
    template: (key) => reader((_key, node) => compileTemplate(node, context))(key) ?? null,
    conditions: (key) =>
      reader((_key, node) => itemsOf(node).map((item) => compileCondition(item, context)))(key) ?? [],
    variables: (key) => {
      const variables = reader(readMap)(key)
      return variables === undefined ? new Map() : variablesOf(variables, context)
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

/** The name of a variable that a field gives; one that no variable can have is a mistake. */
export const variableName = (fields: Fields, key: string, context: TemplateContext): string | null => {
  const name = fields.text(key)
  if (name === undefined) return null
  const why = whyNoVariable(name)
  const at = fields.entry(key)?.value.at
  if (why !== null && at !== undefined) context.complain({ message: why, at })
  return name
}
