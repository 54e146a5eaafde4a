import { LATER } from '../contract/later.ts'
import type { Look } from '../contract/look.ts'
import { globTakes, hasWildcard } from '../formats/glob.ts'
import type { SshdGrammar } from '../formats/sshd-config.ts'
import { INCLUDE_DEPTH, includesIn, type SshdTree } from '../formats/sshd-tree.ts'

/** A tree, and where the paths in it really are: links lead elsewhere. */
export interface ReadTree extends SshdTree {
  /** the real path of each file */
  readonly real: Readonly<Record<string, string>>
  /** it has a file that is not there yet */
  readonly isNew: boolean
}

/** Reads what a root file leads to by its Includes, level by level, all files of a level at once. Null without a root. */
export const readSshdTree = async (on: Look, root: string, grammar: SshdGrammar): Promise<ReadTree | null> => {
  const files: Record<string, string> = {}
  const real: Record<string, string> = {}
  const includes: Record<string, readonly string[]> = {}
  const readLevel = async (paths: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(paths.map(async (path) => ({ path, file: await on.file(path) })))
    const patterns = new Set<string>()
    for (const { path, file } of found) {
      if (file === null || file.kind !== 'file') continue
      const text = file.text === LATER ? await on.read(path) : file.text
      files[path] = text ?? ''
      real[path] = file.path
      for (const pattern of includesIn(files[path], grammar)) if (includes[pattern] === undefined) patterns.add(pattern)
    }
    const taken = await Promise.all([...patterns].map(async (pattern) => [pattern, await glob(on, pattern)] as const))
    for (const [pattern, list] of taken) includes[pattern] = list
    return [...new Set(taken.flatMap(([, list]) => list))].filter((path) => files[path] === undefined)
  }
  let level: readonly string[] = [root]
  for (let depth = 0; depth <= INCLUDE_DEPTH && level.length > 0; depth += 1) level = await readLevel(level)
  return files[root] === undefined
    ? null
    : { root, grammar, files, includes: onlyFiles(includes, files), real, isNew: false }
}

const onlyFiles = (
  includes: Readonly<Record<string, readonly string[]>>,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(includes).map(([pattern, list]) => [pattern, list.filter((path) => files[path] !== undefined)]),
  )

/** The paths that a pattern takes, in byte order, as glob(3) gives them to sshd. */
const glob = async (on: Look, pattern: string): Promise<readonly string[]> => {
  if (!hasWildcard(pattern)) return [pattern]
  const parts = pattern.split('/').slice(1)
  const first = parts.findIndex(hasWildcard)
  const plain = first < 0 ? parts.length : first
  let paths: readonly string[] = [['', ...parts.slice(0, plain)].join('/')]
  for (const part of parts.slice(plain)) {
    const next = await Promise.all(
      paths.map(async (path) => {
        if (!hasWildcard(part)) return [`${path}/${part}`]
        const names = (await on.list(path === '' ? '/' : path)) ?? []
        return names.filter((name) => globTakes(part, name)).map((name) => `${path}/${name}`)
      }),
    )
    paths = next.flat()
  }
  return [...paths].sort(byBytes)
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

/** A tree with a file that is not there yet, where an Include of it would take that; null where none would. */
export const withNewFile = (tree: ReadTree, path: string): ReadTree | null => {
  const pattern = Object.keys(tree.includes).find((one) => takesPath(one, path))
  if (pattern === undefined) return null
  const list = [...(tree.includes[pattern] ?? []), path].sort(byBytes)
  return {
    ...tree,
    files: { ...tree.files, [path]: '' },
    real: { ...tree.real, [path]: path },
    includes: { ...tree.includes, [pattern]: list },
    isNew: true,
  }
}

const takesPath = (pattern: string, path: string): boolean => {
  const [parts, names] = [pattern.split('/'), path.split('/')]
  return (
    parts.length === names.length && parts.every((part, index) => index === 0 || globTakes(part, names[index] ?? ''))
  )
}
