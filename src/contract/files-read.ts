import { createHash } from 'node:crypto'

/** A file that was read, and the sha256 of what was in it, in hexadecimal digits. */
export interface FileRead {
  readonly file: string
  readonly sha256: string
}

/** Remembers which files were read; of one that was read twice, what was in it the last time. */
export interface FilesRead {
  note(file: string, content: string | Uint8Array): void
  /** in the order in which they were first read */
  all(): readonly FileRead[]
}

/** Nothing read yet. */
export const nothingRead = (): FilesRead => {
  const known = new Map<string, string>()
  return {
    note: (file, content) => {
      known.set(file, createHash('sha256').update(content).digest('hex'))
    },
    all: () => [...known].map(([file, sha256]) => ({ file, sha256 })),
  }
}
