import type { At } from '../contract/errors.ts'
import { flagOf } from '../yaml/flag.ts'
import { isEmpty, itemsOf, type MapNode, nodeValue, wordsFor, type YamlNode } from '../yaml/node.ts'

/** Says what is wrong with a field; gives undefined, so that it can stand for the value. */
export type Complain = (message: string, at: At, hint?: string) => undefined

/** Reads a yes or no. */
export const readFlag = (key: string, node: YamlNode, complain: Complain): boolean | undefined => {
  const value = node.kind === 'scalar' ? flagOf(nodeValue(node)) : undefined
  if (value !== undefined) return value
  if (holdsTemplate(node)) return complain(`not yet: a template for "${key}"`, node.at, 'write yes or no')
  return complain(`"${key}" is yes or no, not ${wordsFor(node)}`, node.at)
}

/** Reads a text, as it is spelled. */
export const readText = (key: string, node: YamlNode, complain: Complain): string | undefined => {
  if (node.kind === 'scalar' && node.value !== null) return node.plain ? node.raw : String(node.value)
  return complain(`"${key}" is a text, not ${wordsFor(node)}`, node.at)
}

/** Reads a text or a list of texts; nothing is an empty list. */
export const readTexts = (key: string, node: YamlNode, complain: Complain): readonly string[] =>
  isEmpty(node) ? [] : itemsOf(node).flatMap((item) => readText(key, item, complain) ?? [])

/** Reads a number. */
export const readNumber = (key: string, node: YamlNode, complain: Complain): number | undefined => {
  const value = node.kind === 'scalar' && /\d/.test(String(node.value)) ? Number(node.value) : Number.NaN
  return Number.isFinite(value) ? value : complain(`"${key}" is a number, not ${wordsFor(node)}`, node.at)
}

/** Reads a map; nothing is none. */
export const readMap = (key: string, node: YamlNode, complain: Complain): MapNode | undefined => {
  if (node.kind === 'map') return node
  return isEmpty(node) ? undefined : complain(`"${key}" must be specified as a map, not ${wordsFor(node)}`, node.at)
}

/** Says whether a scalar holds a template. */
export const holdsTemplate = (node: YamlNode): boolean =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')
