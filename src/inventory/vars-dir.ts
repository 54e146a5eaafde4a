import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { variablesIn } from './gathered.ts'
import type { Variable } from './shape.ts'
import { type Reading, readVarsFile } from './source.ts'

/** The variables of a group or host in a `group_vars` or `host_vars` directory; empty where it has none. */
export type VarsDir = (name: string) => ReadonlyMap<string, Variable>

const NONE: ReadonlyMap<string, Variable> = new Map()

/**
 * Opens `group_vars` or `host_vars` beside an inventory or a playbook: of a name it reads the file `name`, `name.yml`,
 * `name.yaml` or `name.json`, or all files of the directory `name` in the order of their names.
 */
export const varsDir = (base: string, kind: 'group_vars' | 'host_vars', reading: Reading): VarsDir => {
  const dir = join(base, kind)
  if (!isDirectory(dir)) return () => NONE
  const entries = new Map<string, string[]>()
  for (const found of readdirSync(dir, { withFileTypes: true }).sort(byName)) {
    const entry = found.name
    if (isHidden(entry)) continue
    const isDir = found.isSymbolicLink() ? isDirectory(join(dir, entry)) : found.isDirectory()
    const name = isDir ? entry : entry.replace(/\.(?:ya?ml|json)$/, '')
    entries.set(name, [...(entries.get(name) ?? []), entry])
  }
  return (name) => {
    const found = entries.get(name) ?? []
    const [first, second] = found
    if (first === undefined) return NONE
    if (second !== undefined) {
      const message = `the variables of "${name}" stand in ${found.map((entry) => `"${join(dir, entry)}"`).join(' and ')}`
      reading.mistakes.push({ message, hint: `put them into one file, or into the files of "${join(dir, name)}/"` })
    }
    const files = filesOf(join(dir, first))
    return new Map(files.flatMap((file) => [...readVars(file, `${kind}/${name}`, reading)]))
  }
}

const byName = (left: { readonly name: string }, right: { readonly name: string }): number =>
  left.name < right.name ? -1 : 1

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const isHidden = (name: string): boolean => name.startsWith('.') || /(?:~|\.(?:bak|orig|swp))$/.test(name)

const filesOf = (path: string): readonly string[] => {
  if (!isDirectory(path)) return [path]
  return readdirSync(path)
    .sort()
    .filter((name) => !isHidden(name))
    .flatMap((name) => filesOf(join(path, name)))
}

const readVars = (file: string, source: string, reading: Reading): ReadonlyMap<string, Variable> => {
  const map = readVarsFile(file, reading)
  return map === null ? NONE : variablesIn(map, source)
}
