// Which files of keys are the ones that sshd reads, whatever names lead to them.

import { posix } from 'node:path'
import type { Look, User } from '../contract/look.ts'
import { type AskedKeySources, byKeySources } from './key-sources.ts'

/** The real paths of files, in their order; of one that is not there, that at which it would be made. */
export const realPaths = (on: Look, paths: readonly string[]): Promise<readonly string[]> =>
  Promise.all(
    paths.map(async (path) => {
      const [file, directory] = await Promise.all([
        on.file(path, { text: false }),
        on.file(posix.dirname(path), { text: false }),
      ])
      if (file !== null && file.kind !== 'link') return file.path
      return directory === null ? path : posix.join(directory.path, posix.basename(path))
    }),
  )

/** The real paths of the files that sshd reads for the login user, where that is another user with a key; else none. */
export const loginKeyFiles = async (on: Look, user: string): Promise<readonly string[]> => {
  const { key, user: login } = on.connection
  if (key === null || login === user) return []
  return await byKeySources(on, login, async (sourcesOf) => {
    const account = await on.user(login)
    return account === null ? [] : await realPaths(on, sourcesOf(account).files)
  })
}

/** What is said of where else sshd finds keys for a user, and of a file that it does not read. */
export const reachNotes = (about: {
  readonly user: User
  readonly sources: AskedKeySources
  /** the file that was asked for, by its real path; null: all that sshd reads */
  readonly only: string | null
  /** the real paths of the files of the sources */
  readonly read: readonly string[]
  /** no key but those asked for may be left, or those may not */
  readonly isAll: boolean
}): readonly string[] => {
  const { user, sources, only, read, isAll } = about
  const others = only === null ? [] : sources.files.filter((_, index) => read[index] !== only)
  const isRead = only === null || read.includes(only)
  return [
    ...(sources.unasked !== null && (isAll || !sources.unasked.isForPower)
      ? [`sshd was not asked which files it reads for ${user.name}: ${sources.unasked.why}`]
      : []),
    ...(isAll && sources.others.length > 0 ? [`left: ${sources.others.join(', ')} may let ${user.name} in too`] : []),
    ...(isAll && isRead && others.length > 0 ? [`left: sshd reads ${others.join(', ')} for ${user.name} too`] : []),
    ...(!isRead && sources.unasked === null
      ? [`sshd does not read ${only} for ${user.name}: it reads ${sources.files.join(', ') || 'no file'}`]
      : []),
  ]
}
