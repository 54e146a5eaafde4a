/** A place in a file of the control node; lines and columns count from 1. */
export interface At {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One mistake in what the user wrote: a playbook, an inventory or a flag. */
export interface Mistake {
  readonly message: string
  readonly at?: At
  readonly hint?: string
}

/** The input is wrong: every mistake at once, found before anything was touched. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[] | string, about: { at?: At; hint?: string } = {}) {
    const all = typeof mistakes === 'string' ? [{ message: mistakes, ...about }] : mistakes
    super(all.map((mistake) => mistake.message).join('\n'))
    this.mistakes = all
  }
}

/**
 * A machine refused, vanished or surprised us; `unreachable` when there is no machine to talk to (any more).
 * `hint` says what the user may do about it; `learned` are fields of the record that `register` gets all the same.
 */
export class HostError extends Error {
  override readonly name: string = 'HostError'
  readonly unreachable: boolean
  readonly hint: string | undefined
  readonly learned: Readonly<Record<string, unknown>> | undefined

  constructor(
    message: string,
    about: { unreachable?: boolean; hint?: string; learned?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message)
    this.unreachable = about.unreachable ?? false
    this.hint = about.hint
    this.learned = about.learned
  }
}

/** The host key that a machine showed, and what known_hosts says about it. */
export interface ShownHostKey {
  readonly verdict: 'unknown' | 'changed' | 'revoked'
  readonly type: string
  readonly fingerprint: string
}

/** A machine's host key is not the one that is recorded for it, or none is. */
export class HostKeyError extends HostError {
  override readonly name: string = 'HostKeyError'
  readonly hostKey: ShownHostKey

  constructor(message: string, hostKey: ShownHostKey, hint: string) {
    super(message, { unreachable: true, hint })
    this.hostKey = hostKey
  }
}

/** Writes a place as `file:line:column`. */
export const place = (at: At): string => `${at.file}:${at.line}:${at.column}`
