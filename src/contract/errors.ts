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
 * `hint` says what the user may do about it.
 */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly unreachable: boolean
  readonly hint: string | undefined

  constructor(message: string, about: { unreachable?: boolean; hint?: string } = {}) {
    super(message)
    this.unreachable = about.unreachable ?? false
    this.hint = about.hint
  }
}

/** Writes a place as `file:line:column`. */
export const place = (at: At): string => `${at.file}:${at.line}:${at.column}`
