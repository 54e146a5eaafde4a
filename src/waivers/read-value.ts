import type { ChangeValue } from '../contract/outcome.ts'
import { wordsFor, type YamlNode } from '../yaml/node.ts'
import type { YamlRecord } from '../yaml/record.ts'
import type { Waiver } from './shape.ts'

/** Reads the observed value that a waiver names, as it is spelled; null where it names none, undefined where it is wrong. */
export const namedValueOf = (record: YamlRecord): Waiver['value'] | undefined => {
  const node = record.node('value')
  if (node === undefined) return null
  const wrong = (one: YamlNode): undefined =>
    record.complain('value', `"value" is what was found: a value, a list or a map of fields, not ${wordsFor(one)}`)
  if (node.kind !== 'map') {
    const value = plain(node)
    return value === undefined ? wrong(node) : value
  }
  const fields: Record<string, ChangeValue> = {}
  for (const { key, value } of node.entries) {
    const one = plain(value)
    if (one === undefined) return wrong(value)
    fields[key] = one
  }
  return node.entries.length === 0 ? wrong(node) : fields
}

const plain = (node: YamlNode): ChangeValue | undefined => {
  if (node.kind === 'map') return undefined
  if (node.kind === 'scalar') return node.value === null ? null : node.plain ? node.raw : String(node.value)
  const items = node.items.map(plain)
  return items.every((item) => typeof item === 'string') ? items : undefined
}
