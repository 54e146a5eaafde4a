import { isEmpty, itemsOf, wordsFor, type YamlNode } from '../yaml/node.ts'
import { type Fields, variablesOf } from './fields.ts'
import { besides, importing, type Loading, pathIn, readDocument } from './loading.ts'
import type { Template } from './shape.ts'

/** The variables of `vars_files`: later files win; of a list in it, the first file that is there counts. */
export const fileVarsOf = (fields: Fields, loading: Loading): ReadonlyMap<string, Template> => {
  const node = fields.entry('vars_files')?.value
  if (node === undefined || isEmpty(node)) return new Map()
  const entries = itemsOf(node)
  return new Map(entries.flatMap((entry) => [...variablesIn(entry, loading)]))
}

/** One file, or the first that is there of a list. */
const variablesIn = (entry: YamlNode, loading: Loading): ReadonlyMap<string, Template> => {
  const names = itemsOf(entry).map((node) => pathIn(node, loading))
  const complaints: Parameters<Loading['complain']>[0][] = []
  for (const named of names) {
    if (named === null) return new Map()
    const file = besides(loading, named.text)
    let missing = false
    const outer: Loading = {
      ...loading,
      complain: (mistake) => {
        missing = true
        complaints.push(mistake)
      },
    }
    const inner = importing(loading, file, named.at)
    const root = readDocument(outer, inner, { file, named: named.at, what: 'vars file' })
    if (missing) continue
    if (root === null) return new Map()
    if (root.kind === 'map') return variablesOf(root, inner)
    inner.complain({ message: `a vars file is a map, not ${wordsFor(root)}`, at: root.at })
    return new Map()
  }
  for (const complaint of complaints) loading.complain(complaint)
  return new Map()
}
