import type { Source } from './control.ts'
import type { Later } from './later.ts'

/** What a field of a record may hold. `null` means looked, and it is not there. */
export type Value = string | number | boolean | null | readonly string[] | Later

/** A file as found or wanted. What is left out is not managed. `mode` has four octal digits, as in `0644`. */
export interface FileState {
  readonly kind: 'file'
  readonly text?: string | Later
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  /** the user as whom it is written; root where left out */
  readonly as?: string
}

/** A directory as found or wanted. */
export interface DirectoryState {
  readonly kind: 'directory'
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly as?: string
}

/** A symbolic link as found or wanted. */
export interface LinkState {
  readonly kind: 'link'
  readonly target: string
  readonly owner?: string
  readonly group?: string
  readonly as?: string
}

/** `null` is absent: nothing is at that path. To have something removed as a user, say `{ kind: 'absent', as }`. */
export interface AbsentState {
  readonly kind: 'absent'
  readonly as?: string
}

/** What is, or should be, at a path. */
export type PathState = FileState | DirectoryState | LinkState | AbsentState | null

/**
 * The flat record that a module reads and aims at. `files` goes from real path to what is there; a path on the control
 * node is written `control:/path`. `notes` is said with the outcome, `source` with its evidence; neither is ever compared.
 */
export interface State {
  readonly files?: Readonly<Record<string, PathState>>
  readonly notes?: readonly string[]
  readonly source?: readonly Source[]
  readonly [field: string]: Value | Readonly<Record<string, PathState>> | readonly Source[] | undefined
}
