import { dirname } from 'node:path'
import type { At, Mistake } from '../contract/errors.ts'
import { type FileRead, nothingRead } from '../contract/files-read.ts'
import type { Module } from '../contract/module.ts'
import { didYouMean } from '../contract/suggest.ts'
import { entryOf, type MapNode, wordsFor } from '../yaml/node.ts'
import { shortName } from './ansible-names.ts'
import { fieldsOf } from './fields.ts'
import { type Inherited, inheritedBy, NOTHING_INHERITED } from './inherit.ts'
import { besides, importing, type Loading, loadingOf, pathIn, readDocument } from './loading.ts'
import { inOrder } from './mistakes.ts'
import { shapePlay } from './play.ts'
import type { Play, Playbook, Scope } from './shape.ts'
import { circular, compiledExtra, readByVariables } from './variables.ts'

/** What came of loading playbooks. */
export interface ReadPlaybooks {
  readonly playbooks: readonly Playbook[]
  /** all at once, in file order */
  readonly mistakes: readonly Mistake[]
  /** the files that were read for them so far, what templates read of the control node among them */
  files(): readonly FileRead[]
}

/** Loads playbooks with everything they import. */
export const loadPlaybooks = async (
  files: readonly string[],
  about: { readonly modules: readonly Module[]; readonly extraVars?: Readonly<Record<string, unknown>> },
): Promise<ReadPlaybooks> => {
  const read = nothingRead()
  const mistakes: Mistake[] = []
  const modules = new Map(about.modules.map((module) => [module.name, module]))
  const extraVars = about.extraVars ?? {}
  const counter = { next: 0 }
  const playbooks = files.map((file): Playbook => {
    const given = givenScope(extraVars, dirname(file))
    const loading = loadingOf(file, { modules, given, files: read, complain: (mistake) => mistakes.push(mistake) })
    return { file, plays: playsOf(file, null, loading, NOTHING_INHERITED, counter) }
  })
  const filesOf = (): readonly FileRead[] => {
    const all = [...read.all(), ...[...new Set(files.map(dirname))].flatMap(readByVariables)]
    return [...new Map(all.map((one) => [one.file, one])).values()]
  }
  return { playbooks, mistakes: inOrder(mistakes), files: filesOf }
}

/** What -e gives, and nothing else. */
const givenScope = (extraVars: Readonly<Record<string, unknown>>, directory: string): Scope => {
  let path: readonly string[] = []
  const scope: Scope = {
    lookup: (name) => {
      if (!Object.hasOwn(extraVars, name)) return undefined
      const template = compiledExtra(extraVars, name, directory)
      if (path.includes(name)) throw circular([...path.slice(path.indexOf(name)), name], template)
      const outer = path
      path = [...outer, name]
      try {
        return template.evaluate(scope)
      } finally {
        path = outer
      }
    },
  }
  return scope
}

const playsOf = (
  file: string,
  named: At | null,
  given: Loading,
  inherited: Inherited,
  counter: { next: number },
): readonly Play[] => {
  const loading = named === null ? given : importing(given, file, named)
  const root = readDocument(given, loading, { file, named, what: 'playbook' })
  if (root === null) return []
  if (root.kind !== 'list') {
    const hint = root.kind === 'map' && entryOf(root, 'hosts') ? 'begin the play with "- "' : undefined
    loading.complain({
      message: `A playbook must be a list of plays, not ${wordsFor(root)}`,
      at: root.at,
      ...(hint === undefined ? {} : { hint }),
    })
    return []
  }
  return root.items.flatMap((item): readonly Play[] => {
    if (item.kind !== 'map') {
      loading.complain({ message: `a play is a map, not ${wordsFor(item)}`, at: item.at })
      return []
    }
    const imported = item.entries.find(({ key }) => shortName(key) === 'import_playbook')
    if (imported !== undefined) return importedPlays(item, imported.key, loading, inherited, counter)
    const play = shapePlay(item, loading, inherited, counter.next)
    if (play === null) return []
    counter.next += 1
    return [play]
  })
}

const IMPORT_KEYS = ['name', 'vars', 'when', 'tags']

const importedPlays = (
  map: MapNode,
  key: string,
  loading: Loading,
  inherited: Inherited,
  counter: { next: number },
): readonly Play[] => {
  for (const entry of map.entries) {
    if (entry.key === key || IMPORT_KEYS.includes(entry.key)) continue
    const message = `"${entry.key}" is not a valid attribute for a PlaybookInclude`
    loading.complain({ message, at: entry.at, ...didYouMean(entry.key, IMPORT_KEYS) })
  }
  const fields = fieldsOf(map, loading)
  const path = pathIn(fields.entry(key)?.value, loading)
  if (path === null) return []
  const file = besides(loading, path.text)
  const { at } = path
  if (loading.trail.some((step) => step.file === file)) {
    loading.complain({ message: `the playbook "${file}" imports itself`, at })
    return []
  }
  return playsOf(file, at, loading, inheritedBy(inherited, fields, loading), counter)
}
