// Looks at who may do what with files, and at what is too much. Links are not followed: they have no mode of their own.

import { posix } from 'node:path'
import type { Source } from '../contract/control.ts'
import type { Found, Look } from '../contract/look.ts'
import { missing, refuse } from '../contract/signals.ts'
import type { DirectoryState, FileState, PathState } from '../contract/state.ts'
import { hasWildcard } from '../formats/glob.ts'
import { globPaths } from './glob.ts'
import { ownerSpelling } from './owners.ts'
import { fileSource } from './source.ts'
import { refuseForeignLinks } from './trusted.ts'

/** What files may be at most. Modes are octal digits, as in `0600`. */
export interface Limits {
  readonly at_most: string
  readonly owner?: string | undefined
  readonly group?: string | undefined
  /** another group that is as good, and what files of that group may be at most */
  readonly or_group?: string | undefined
  readonly or_at_most?: string | undefined
}

/** The files and directories that paths and patterns name. */
export interface PermissionsSight {
  /** real paths, in byte order */
  readonly paths: readonly string[]
  readonly files: Readonly<Record<string, PathState>>
  readonly source: readonly Source[]
  readonly notes: readonly string[]
}

/** Looks at the files that paths and patterns name; a path that is not there is missing, unless that is said to be fine. */
export const lookAtPermissions = async (
  on: Look,
  about: { readonly paths: readonly string[]; readonly limits: Limits; readonly isMissingFine: boolean },
): Promise<PermissionsSight> => {
  const [spell, ...named] = await Promise.all([
    ownerSpelling(on, about.limits),
    ...about.paths.map((path) => pathsOf(on, path)),
  ])
  const seen = await Promise.all(
    [...new Map(named.flat().map((one) => [one.path, one])).values()].map((one) => lookAtOne(on, one, about)),
  )
  const found = seen.flatMap((one) => (one.found === null ? [] : [{ found: one.found, entry: spell(one.entry) }]))
  const empty = about.paths.filter((_, index) => named[index]?.length === 0)
  const sorted = [...found].sort((one, other) => (one.found.path < other.found.path ? -1 : 1))
  return {
    paths: sorted.map((one) => one.found.path),
    files: Object.fromEntries(sorted.map((one) => [one.found.path, managed(one.entry, about.limits)])),
    source: sorted.map((one) => fileSource(on, one.found)),
    notes: [...empty.map((pattern) => `nothing matches ${pattern}`), ...seen.flatMap(({ note }) => note ?? [])],
  }
}

interface Named {
  readonly path: string
  readonly isPattern: boolean
}

const pathsOf = async (on: Look, path: string): Promise<readonly Named[]> => {
  const isPattern = hasWildcard(path)
  const all = isPattern ? await globPaths(on, path) : [await on.expand(path)]
  return all.map((one) => ({ path: posix.normalize(one).replace(/(?<=.)\/$/, ''), isPattern }))
}

interface Seen {
  readonly found: Found | null
  readonly entry: PathState
  readonly note?: string
}

const NOTHING = { found: null, entry: null } as const

const lookAtOne = async (
  on: Look,
  { path, isPattern }: Named,
  { isMissingFine }: { readonly isMissingFine: boolean },
): Promise<Seen> => {
  const [found, parent] = await Promise.all([
    on.file(path, { follow: false, text: false }),
    on.file(posix.dirname(path), { text: false }),
  ])
  if (found === null) {
    if (isPattern || isMissingFine) return { ...NOTHING, ...(isPattern ? {} : { note: `${path} is not there` }) }
    return missing({ kind: 'file', name: path, message: `${path} does not exist` })
  }
  if (found.kind === 'link') {
    if (isPattern) return { ...NOTHING, note: `${path} is a link to ${found.target}, and is left alone` }
    refuse(`${path} is a link to ${found.target}: name what it leads to`)
  }
  if (found.kind === 'other')
    return { ...NOTHING, note: `${path} is neither a file nor a directory, and is left alone` }
  await refuseForeignLinks(on, path, found)
  const { kind, mode, owner, group } = found
  // in a directory of the user's own a link may be put in its place at any moment: root does not reach in there
  const as = on.connection.power === 'root' && owner !== 'root' && parent?.owner === owner ? { as: owner } : {}
  return { found, entry: { kind: kind === 'directory' ? kind : 'file', mode, owner, group, ...as } }
}

/** Of an entry, what limits are about. */
const managed = (entry: PathState, limits: Limits): PathState => {
  if (entry?.kind !== 'file' && entry?.kind !== 'directory') return entry
  const { owner, group, ...rest } = entry
  return {
    ...rest,
    ...(owner !== undefined && limits.owner !== undefined ? { owner } : {}),
    ...(group !== undefined && limits.group !== undefined ? { group } : {}),
  }
}

/** An entry as limits want it: without the bits that are too many, of the owner and group that are named. */
export const limited = (entry: PathState, limits: Limits): PathState => {
  if (entry?.kind !== 'file' && entry?.kind !== 'directory') return entry
  const isOther = limits.or_group !== undefined && entry.group === limits.or_group
  const most = isOther ? (limits.or_at_most ?? limits.at_most) : limits.at_most
  const { as, ...rest } = entry
  const isGivenAway = limits.owner !== undefined && entry.owner !== undefined && entry.owner !== limits.owner
  return {
    ...rest,
    mode: within(entry, most),
    ...(limits.owner === undefined ? {} : { owner: limits.owner }),
    ...(limits.group === undefined || isOther ? {} : { group: limits.group }),
    // only root gives a file to somebody else
    ...(as === undefined || isGivenAway ? {} : { as }),
  }
}

/** The bits of a mode that may stay. Of a directory, setgid and sticky let nobody do more: they stay. */
const within = ({ kind, mode = '0000' }: FileState | DirectoryState, most: string): string => {
  const kept = kind === 'directory' ? DIRECTORY_BITS : 0
  return (Number.parseInt(mode, 8) & (Number.parseInt(most, 8) | kept)).toString(8).padStart(4, '0')
}

const DIRECTORY_BITS = 0o3000
