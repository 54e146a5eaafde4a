import { readFileSync } from 'node:fs'
import { type At, type Mistake, UserError } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { flagOf } from './flag.ts'
import { entryOf, isEmpty, itemsOf, type MapNode, nodeValue, wordsFor, type YamlNode } from './node.ts'
import { readYaml } from './read.ts'

/** Reads the entries of a map, and complains of what does not fit. A wrong value reads as undefined. */
export interface YamlRecord {
  readonly at: At
  has(key: string): boolean
  node(key: string): YamlNode | undefined
  /** the place of a key's value; that of the map where it is not there */
  placeOf(key: string): At
  text(key: string): string | undefined
  texts(key: string): readonly string[]
  flag(key: string): boolean | undefined
  whole(key: string, least: number): number | undefined
  /** its entries, each with the place of its key */
  entries(): readonly { readonly key: string; readonly value: YamlNode }[]
  choice<const Words extends readonly string[]>(key: string, words: Words): Words[number] | undefined
  record(key: string, keys: readonly string[]): YamlRecord | undefined
  records(key: string, keys: readonly string[]): readonly YamlRecord[]
  complain(key: string, message: string, hint?: string): undefined
}

/** What is read of a file, and all that is wrong with it. */
export interface RecordFile {
  readonly root: YamlNode | null
  readonly mistakes: Mistake[]
}

/** Reads a YAML file; throws UserError where it cannot be read or is no YAML. */
export const readRecordFile = (file: string, what: string): RecordFile => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UserError(`the ${what} "${file}" could not be found`)
    throw new UserError(`cannot read the ${what} "${file}": ${code === 'EACCES' ? 'permission denied' : message}`)
  }
  const { root, mistakes } = readYaml(text, file)
  if (mistakes.length > 0) throw new UserError(mistakes)
  return { root, mistakes: [] }
}

/** Gives the reader of a map that may hold these keys; null where the node is no map. */
export const recordOf = (
  node: YamlNode,
  { keys, what, mistakes }: { readonly keys: readonly string[]; readonly what: string; readonly mistakes: Mistake[] },
): YamlRecord | null => {
  if (node.kind !== 'map') {
    mistakes.push({ message: `${what} is a map, not ${wordsFor(node)}`, at: node.at })
    return null
  }
  for (const { key, at } of node.entries) {
    if (!keys.includes(key)) mistakes.push({ message: `${what} has no "${key}"`, at, ...didYouMean(key, keys) })
  }
  return readerOf(node, mistakes)
}

const readerOf = (map: MapNode, mistakes: Mistake[]): YamlRecord => {
  const node = (key: string): YamlNode | undefined => {
    const found = entryOf(map, key)?.value
    return isEmpty(found) ? undefined : found
  }
  const placeOf = (key: string): At => entryOf(map, key)?.value.at ?? map.at
  const complainAt = (at: At, message: string, hint?: string): undefined => {
    mistakes.push({ message, at, ...(hint === undefined ? {} : { hint }) })
  }
  const complain: YamlRecord['complain'] = (key, message, hint) => complainAt(placeOf(key), message, hint)
  const textOf = (key: string, one: YamlNode): string | undefined =>
    one.kind === 'scalar' && one.value !== null
      ? one.plain
        ? one.raw
        : String(one.value)
      : complainAt(one.at, `"${key}" is a text, not ${wordsFor(one)}`)
  const inner = (key: string, one: YamlNode, keys: readonly string[]): YamlRecord | undefined =>
    recordOf(one, { keys, what: `"${key}"`, mistakes }) ?? undefined
  return {
    at: map.at,
    entries: () => map.entries,
    has: (key) => entryOf(map, key) !== undefined,
    node,
    placeOf,
    text: (key) => {
      const one = node(key)
      return one === undefined ? undefined : textOf(key, one)
    },
    texts: (key) => {
      const one = node(key)
      return one === undefined ? [] : itemsOf(one).flatMap((item) => textOf(key, item) ?? [])
    },
    flag: (key) => {
      const one = node(key)
      if (one === undefined) return undefined
      const flag = one.kind === 'scalar' ? flagOf(nodeValue(one)) : undefined
      return flag ?? complain(key, `"${key}" is yes or no, not ${wordsFor(one)}`)
    },
    whole: (key, least) => {
      const one = node(key)
      if (one === undefined) return undefined
      const number = one.kind === 'scalar' && /^[0-9]{1,9}$/.test(one.raw) ? Number(one.raw) : Number.NaN
      return number >= least
        ? number
        : complain(key, `"${key}" is a whole number of at least ${least}, not ${wordsFor(one)}`)
    },
    choice: (key, words) => {
      const one = node(key)
      if (one === undefined) return undefined
      const word = one.kind === 'scalar' ? String(one.raw) : ''
      const found = words.find((candidate) => candidate === word)
      return (
        found ??
        complain(key, `"${key}" is one of ${words.join(', ')}, not ${wordsFor(one)}`, didYouMean(word, words).hint)
      )
    },
    record: (key, keys) => {
      const one = node(key)
      return one === undefined ? undefined : inner(key, one, keys)
    },
    records: (key, keys) => {
      const one = node(key)
      return one === undefined ? [] : itemsOf(one).flatMap((item) => inner(key, item, keys) ?? [])
    },
    complain,
  }
}
