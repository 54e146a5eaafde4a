import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { textOf } from '../contract/bytes.ts'
import { type At, UserError } from '../contract/errors.ts'
import type { FilesRead } from '../contract/files-read.ts'
import { holdsPrivateKey, Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'

/** Reads a file of the control node for the helper `file`; its last line ends are dropped, as Ansible's lookup does. */
export type ReadFile = (path: string, at: At) => string | Secret

/** A file of the control node is not there: an earlier task may still make it. */
export class NoFile extends Waiting {
  readonly path: string
  readonly at: At

  constructor(path: string, at: At) {
    super(`the file "${path}" could not be found on the control node`)
    this.path = path
    this.at = at
  }
}

/** Gives the reader of files relative to a playbook's directory, which notes what it reads; a file is read again only when it has changed. */
export const fileReader = (directory: string, files: FilesRead): ReadFile => {
  const known = new Map<string, { readonly stamp: string; readonly text: string | Secret }>()
  return (path, at) => {
    const full = resolved(path, directory)
    try {
      const { mtimeMs, ctimeMs, size, ino } = statSync(full)
      const stamp = `${mtimeMs} ${ctimeMs} ${size} ${ino}`
      const before = known.get(full)
      if (before?.stamp === stamp) return before.text
      const bytes = readFileSync(full)
      files.note(full, bytes)
      const text = textOf(bytes).trimEnd()
      const given = holdsPrivateKey(text) ? new Secret(`${text}\n`) : text
      known.set(full, { stamp, text: given })
      return given
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') throw new NoFile(path, at)
      throw new UserError(`cannot read "${path}" on the control node: ${reasonOf(code, error)}`, { at })
    }
  }
}

/** The path of a file on the control node: `~` is the home of who started keyward, the rest is relative to a directory. */
export const resolved = (path: string, directory: string): string => {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1))
  return isAbsolute(path) ? path : join(directory, path)
}

/** The words for why a file could not be read. */
export const reasonOf = (code: string | undefined, error: unknown): string =>
  code === 'EACCES'
    ? 'permission denied'
    : code === 'EISDIR'
      ? 'it is a directory'
      : code === 'ENOENT'
        ? 'no such file'
        : String((error as Error).message)
