import { UserError } from '../contract/errors.ts'
import { codeOf } from './database.ts'

/** Does something with the history in a file; what the file or its disk refuses becomes a UserError in plain words. */
export const plainly = <Result>(file: string, what: 'read' | 'write', work: () => Result): Result => {
  try {
    return work()
  } catch (error) {
    throw inWords(file, what, error)
  }
}

/** The UserError for what SQLite or the file system said about a history; anything else as it is. */
export const inWords = (file: string, what: 'read' | 'write', error: unknown): unknown => {
  const { code } = error as NodeJS.ErrnoException
  const words = (typeof code === 'string' ? FILE_WORDS[code] : undefined) ?? SQLITE_WORDS[codeOf(error) ?? 0]
  if (words === undefined) return error
  const [why, hint] = typeof words === 'string' ? [words, undefined] : words
  return new UserError(`cannot ${what} the history "${file}": ${why}`, hint === undefined ? {} : { hint })
}

type Words = string | readonly [why: string, hint: string]

const DENIED: Words = ['permission denied', 'its file and its directory must be writable; --history-file names another']
const FULL: Words = ['the disk is full', 'keyward history prune drops old runs; --history-file names another place']

const FILE_WORDS: Readonly<Record<string, Words>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: 'the file system is read-only',
  EISDIR: ['it is a directory', 'name a file in it, such as history.db'],
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  ENOSPC: FULL,
  ERR_MODULE_NOT_FOUND: [
    'this Node has no SQLite, nor is libsql installed',
    'Node 22.13 has it, or: npm install libsql',
  ],
}

const SQLITE_WORDS: Readonly<Record<number, Words>> = {
  3: DENIED,
  5: 'another process has held it for too long',
  6: 'another process has held it for too long',
  8: DENIED,
  10: 'the disk answered with an error',
  11: ['it is damaged', 'restore it from a backup, or name another file'],
  13: FULL,
  14: DENIED,
  26: ['it is no history of keyward', 'name another file'],
}
