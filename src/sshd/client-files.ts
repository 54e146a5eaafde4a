import { dirname, join } from 'node:path/posix'
import { LATER } from '../contract/later.ts'
import type { Found, Look, User } from '../contract/look.ts'
import { missing, refuse, wait } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { globTakes, hasWildcard } from '../formats/glob.ts'
import { parseSshConfig } from '../formats/ssh-config.ts'
import { SSH_INCLUDE_DEPTH, type SshConfigTree } from '../formats/ssh-config-order.ts'

/** Whose client configuration is meant: a user's own, or the file of a path. */
export interface ClientPlace {
  readonly user?: string | undefined
  readonly path?: string | undefined
  /** edits what a link in the file's place leads to */
  readonly follow?: boolean
}

/** A client's configuration as it was found. */
export interface ClientFiles {
  /** its real path */
  readonly root: string
  /** where relative Includes are looked for: ~/.ssh, or /etc/ssh */
  readonly base: string
  /** the user whose own it is; null of any other file */
  readonly owner: User | null
  /** what was found at the file, its directory where that is the user's, and the files that its Includes lead to */
  readonly files: Readonly<Record<string, PathState>>
  /** the look by which it was read: a user's own files are read with that user's powers */
  readonly look: Look
}

const SYSTEM = '/etc/ssh/ssh_config'

/**
 * Reads a client's configuration and what it includes; no link is followed in a user's home unless `follow`.
 *
 * @param meanwhile what else is asked as soon as the file's path is known, in the same flight
 */
export const readClientFiles = async (
  on: Look,
  place: ClientPlace,
  meanwhile: (look: Look, path: string) => Promise<void> = async () => {},
): Promise<ClientFiles> => {
  if (place.user === undefined) return await readAnyFile(on, await on.expand(place.path ?? SYSTEM), meanwhile)
  const owner = (await on.user(place.user)) ?? missing({ kind: 'user', name: place.user })
  const look = owner.name === on.connection.power ? on : on.as(owner.name)
  const base = join(owner.home, '.ssh')
  const path = join(base, 'config')
  const [home, directory, file] = await Promise.all([
    look.file(owner.home, { text: false }),
    look.file(base, { follow: false, text: false }),
    look.file(path, { follow: place.follow ?? false }),
    meanwhile(look, path),
  ])
  if (home === null) missing({ kind: 'directory', name: owner.home })
  if (directory !== null && directory.kind !== 'directory') refuse(notPlain(base, directory, 'directory'))
  if (file !== null && file.kind !== 'file')
    refuse(notPlain(path, file, 'file', ': "follow: true" edits what it leads to'))
  const root = file?.path ?? path
  const found = { [base]: entry(directory), [root]: entry(file) }
  return { root, base, owner, look, files: { ...found, ...(await includedFiles(look, found, base, owner.home)) } }
}

const readAnyFile = async (
  on: Look,
  path: string,
  meanwhile: (look: Look, path: string) => Promise<void>,
): Promise<ClientFiles> => {
  const [file] = await Promise.all([on.file(path), meanwhile(on, path)])
  if (file !== null && file.kind !== 'file') refuse(notPlain(path, file, 'file'))
  const root = file?.path ?? path
  if (file === null && (await on.file(dirname(root), { text: false }))?.kind !== 'directory') {
    missing({ kind: 'directory', name: dirname(root) })
  }
  const found = { [root]: entry(file) }
  const base = dirname(SYSTEM)
  return { root, base, owner: null, look: on, files: { ...found, ...(await includedFiles(on, found, base, null)) } }
}

const notPlain = (path: string, found: Found, wanted: string, cure = ''): string =>
  found.kind === 'link'
    ? `${path} is a symbolic link to ${found.target}, and none is followed here${cure}`
    : `${path} is not a ${wanted}`

const entry = (found: Found | null): PathState => {
  if (found === null) return null
  if (found.kind === 'directory') return { kind: 'directory', mode: found.mode, owner: found.owner }
  if (found.text === LATER) wait(`the text of ${found.path} is known after the run only`)
  return { kind: 'file', mode: found.mode, owner: found.owner, group: found.group, text: found.text ?? '' }
}

const textsIn = (files: Readonly<Record<string, PathState>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, one]) =>
      one?.kind === 'file' && typeof one.text === 'string' ? [[path, one.text] as const] : [],
    ),
  )

const patternsIn = (text: string): readonly string[] =>
  parseSshConfig(text).flatMap(({ keyword, words }) => (keyword === 'include' ? words : []))

/** An Include's pattern as a path from the root; of another user's `~`, and of everybody's `~` in a system file, nothing is known. */
const absolute = (pattern: string, base: string, home: string | null): string | null => {
  if (pattern.startsWith('/')) return pattern
  if (!pattern.startsWith('~')) return join(base, pattern)
  return home !== null && pattern.startsWith('~/') ? join(home, pattern.slice(2)) : null
}

const includedFiles = async (
  on: Look,
  from: Readonly<Record<string, PathState>>,
  base: string,
  home: string | null,
): Promise<Readonly<Record<string, PathState>>> => {
  const known = new Map<string, PathState>()
  let texts = Object.values(textsIn(from))
  for (let depth = 0; depth < SSH_INCLUDE_DEPTH && texts.length > 0; depth += 1) {
    const patterns = texts.flatMap(patternsIn).flatMap((pattern) => absolute(pattern, base, home) ?? [])
    const paths = (await Promise.all([...new Set(patterns)].map((pattern) => expanded(on, pattern)))).flat()
    const fresh = [...new Set(paths)].filter((path) => !known.has(path) && !(path in from))
    const found = await Promise.all(fresh.map((path) => on.file(path)))
    texts = found.flatMap((file, index) => {
      const path = fresh[index] ?? ''
      if (file?.kind === 'file') known.set(path, entry(file))
      return typeof file?.text === 'string' ? [file.text] : []
    })
  }
  return Object.fromEntries(known)
}

const expanded = async (on: Look, pattern: string): Promise<readonly string[]> => {
  let paths: readonly string[] = ['']
  for (const part of pattern.split('/').slice(1)) {
    if (!hasWildcard(part)) paths = paths.map((path) => `${path}/${part}`)
    else paths = (await Promise.all(paths.map((path) => namesIn(on, path, part)))).flat()
  }
  return paths
}

const namesIn = async (on: Look, path: string, pattern: string): Promise<readonly string[]> =>
  ((await on.list(path === '' ? '/' : path)) ?? [])
    .filter((name) => globTakes(pattern, name))
    .map((name) => `${path}/${name}`)

/** The configuration as ssh reads it, from the files of a record. */
export const clientTree = (
  files: Readonly<Record<string, PathState>>,
  { root, base }: { readonly root: string; readonly base: string },
): SshConfigTree => {
  const home = base === dirname(SYSTEM) ? null : dirname(base)
  const texts = textsIn(files)
  const patterns = [...new Set(Object.values(texts).flatMap(patternsIn))]
  const takes = (pattern: string): readonly string[] => {
    const parts = absolute(pattern, base, home)?.split('/')
    const isTaken = (path: string): boolean => {
      const names = path.split('/')
      return names.length === parts?.length && names.every((name, index) => globTakes(parts[index] ?? '', name))
    }
    return Object.keys(texts).filter(isTaken).sort()
  }
  return { root, files: texts, includes: Object.fromEntries(patterns.map((pattern) => [pattern, takes(pattern)])) }
}
