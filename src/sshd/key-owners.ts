import type { DirectoryState, FileState, PathState } from '../contract/state.ts'
import type { KeyFile } from '../formats/authorized-edit.ts'

/** Whose keys some files hold, and whether what sshd asks of owners and modes is to be true of them. */
export interface KeyOwner {
  readonly user: string
  readonly group: string
  /** links resolved, without a slash at the end */
  readonly home: string
  readonly isEnforced: boolean
}

type Paths = Readonly<Record<string, PathState>>

/**
 * The paths with these texts. What lies in the home belongs to the user and nobody else may write it, new things nobody
 * else may read; elsewhere owners and modes stay, and what is new is root's (or the writer's) and readable.
 */
export const withKeyTexts = (found: Paths, files: readonly KeyFile[], about: KeyOwner): Paths => {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const isMade = (path: string): boolean => typeof texts.get(path) === 'string' && found[path]?.kind !== 'file'
  return Object.fromEntries(
    Object.entries(found).map(([path, entry]) => {
      if (texts.has(path)) return [path, withText(path, entry, texts.get(path) ?? null, about)]
      const isNeeded =
        entry?.kind === 'directory' || [...texts.keys()].some((one) => one.startsWith(`${path}/`) && isMade(one))
      return [path, about.isEnforced && isNeeded ? directory(path, entry, about) : entry]
    }),
  )
}

const withText = (path: string, entry: PathState, text: string | null, about: KeyOwner): PathState => {
  if (text === null) return entry
  if (entry?.kind !== 'file') return made({ kind: 'file', text }, path, entry, about)
  const isClosed = about.isEnforced && isInHome(path, about)
  return { ...entry, text, ...(isClosed ? closed(entry, '0600', about) : {}) }
}

const directory = (path: string, entry: PathState, about: KeyOwner): PathState => {
  if (entry?.kind !== 'directory') return made({ kind: 'directory' }, path, entry, about)
  return isInHome(path, about) ? { ...entry, ...closed(entry, '0700', about) } : entry
}

const made = (what: FileState | DirectoryState, path: string, entry: PathState, about: KeyOwner): PathState => {
  const [inHome, elsewhere] = what.kind === 'file' ? ['0600', '0644'] : ['0700', '0755']
  const as = entry?.as === undefined ? {} : { as: entry.as }
  if (isInHome(path, about)) return { ...what, mode: inHome, owner: about.user, group: about.group, ...as }
  return { ...what, mode: elsewhere, ...(entry?.as === undefined ? { owner: 'root', group: 'root' } : {}), ...as }
}

const isInHome = (path: string, { home }: KeyOwner): boolean => path.startsWith(`${home}/`)

const closed = (
  { mode = '', owner }: FileState | DirectoryState,
  otherwise: string,
  about: KeyOwner,
): { readonly mode: string; readonly owner?: string; readonly group?: string } => ({
  mode: (Number.parseInt(mode, 8) & 0o022) === 0 ? mode : otherwise,
  ...(owner === about.user ? {} : { owner: about.user, group: about.group }),
})
