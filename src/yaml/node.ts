import type { At } from '../contract/errors.ts'
import { holdsPrivateKey } from '../contract/secret.ts'

/** A scalar: its YAML 1.2 value, and how it was spelled. */
export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: At
  readonly value: string | number | boolean | null
  readonly raw: string
  /** written without quotes on its line */
  readonly plain: boolean
  /** the place of a character of the value, as exactly as quotes and folding let it be told */
  locate(index: number): At
}

/** A list. */
export interface ListNode {
  readonly kind: 'list'
  readonly at: At
  readonly items: readonly YamlNode[]
}

/** A map, its entries in the order written; each key is there once. */
export interface MapNode {
  readonly kind: 'map'
  readonly at: At
  readonly entries: readonly Entry[]
}

/** A key of a map with its value; `at` is the key's place. */
export interface Entry {
  readonly key: string
  readonly at: At
  readonly value: YamlNode
}

/** A node of a YAML document with its place. */
export type YamlNode = ScalarNode | ListNode | MapNode

/** A number or boolean that was spelled otherwise than it prints (`1.10`, `0177`, `True`): where a string may stand, it is that spelling. */
export class Spelled {
  readonly value: number | boolean
  readonly raw: string

  constructor(value: number | boolean, raw: string) {
    this.value = value
    this.raw = raw
  }

  toString(): string {
    return this.raw
  }

  toJSON(): number | boolean {
    return this.value
  }
}

/** Gives the plain value of a node: lists, maps and scalars, of which oddly spelled ones are {@link Spelled}. */
export const nodeValue = (node: YamlNode): unknown => {
  if (node.kind === 'list') return node.items.map(nodeValue)
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, nodeValue(value)]))
  const { value, raw } = node
  const odd = (typeof value === 'number' || typeof value === 'boolean') && String(value) !== raw
  return odd ? new Spelled(value, raw) : value
}

/** Gives the value without any {@link Spelled} in it. */
export const unspelled = (value: unknown): unknown => {
  if (value instanceof Spelled) return value.value
  if (Array.isArray(value)) return value.map(unspelled)
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unspelled(inner)]))
  return value
}

/** Makes a node of a value that was written in no YAML file, such as a flag's; every part of it has the same place. */
export const nodeOf = (value: unknown, at: At): YamlNode => {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => nodeOf(item, at)) }
  if (value !== null && typeof value === 'object' && !(value instanceof Spelled)) {
    const entries = Object.entries(value).map(([key, inner]) => ({ key, at, value: nodeOf(inner, at) }))
    return { kind: 'map', at, entries }
  }
  const scalar = value instanceof Spelled ? value.value : (value as ScalarNode['value'])
  return { kind: 'scalar', at, value: scalar, raw: String(value), plain: false, locate: () => at }
}

/** The entry of a key, or undefined. */
export const entryOf = (map: MapNode, key: string): Entry | undefined => map.entries.find((entry) => entry.key === key)

const LONGEST = 60

/** Says what a node is in a user's words: `a list`, `a map`, `nothing`, `"text"`. */
export const wordsFor = (node: YamlNode): string => {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a map'
  if (node.value === null) return 'nothing'
  if (node.plain && typeof node.value !== 'string') return node.raw
  const text = String(node.value)
  if (holdsPrivateKey(text)) return 'private key material'
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
}

/** Says whether nothing is written there. */
export const isEmpty = (node: YamlNode | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null)

/** The items of a list; of anything else, itself alone. */
export const itemsOf = (node: YamlNode): readonly YamlNode[] => (node.kind === 'list' ? node.items : [node])
