import type { PathState } from '../contract/state.ts'

type Paths = Readonly<Record<string, PathState>>

/**
 * A user's own client configuration with a text, and its directory, as ssh wants them: the user's, and not to be written
 * by others. An empty one is not made.
 */
export const ownFiles = (
  files: Paths,
  own: { readonly root: string; readonly base: string; readonly user: string; readonly text: string },
): Paths => {
  const { root, base, user, text } = own
  const file = files[root]?.kind === 'file' ? files[root] : null
  if (file === null && text === '') return files
  const directory = files[base]?.kind === 'directory' ? files[base] : null
  return {
    ...files,
    [base]: { kind: 'directory', as: user, owner: user, mode: closed(directory?.mode ?? '0700') },
    [root]: { ...file, kind: 'file', as: user, text, owner: user, mode: closed(file?.mode ?? '0600') },
  }
}

const closed = (mode: string): string => (Number.parseInt(mode, 8) & ~0o022).toString(8).padStart(4, '0')
