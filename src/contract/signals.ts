/** What kind of subject a module found missing. */
export type SubjectKind = 'user' | 'group' | 'unit' | 'tool' | 'file' | 'directory'

/** The subject of a task is not there: `failed` in a run, `waiting` in a dry run while something may still make it. */
export class Missing extends Error {
  override readonly name = 'Missing'
  readonly kind: SubjectKind
  readonly subject: string

  constructor(kind: SubjectKind, subject: string, message: string) {
    super(message)
    this.kind = kind
    this.subject = subject
  }
}

/** There is nothing to judge on this machine. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}

/** What was asked for cannot be honoured exactly; nothing was touched. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** What is needed to go on is known after the run only. */
export class Waiting extends Error {
  override readonly name = 'Waiting'
}

/** The question must wait for its task's turn: it is dropped when asked ahead of it. */
export class NotAhead extends Error {
  override readonly name = 'NotAhead'
}

/**
 * Ends a probe: the subject is not there.
 *
 * @param about.message said instead of the standard words (`user "bob" does not exist`)
 */
export const missing = (about: { kind: SubjectKind; name: string; message?: string }): never => {
  throw new Missing(about.kind, about.name, about.message ?? `${about.kind} "${about.name}" does not exist`)
}

/** Ends a probe: there is nothing to judge here, and that is fine. */
export const skip = (why: string): never => {
  throw new Skipped(why)
}

/** Ends a probe or a plan: what was asked for cannot be honoured exactly. */
export const refuse = (why: string): never => {
  throw new Refused(why)
}

/** Ends a probe: the answer is known after the run only. */
export const wait = (why: string): never => {
  throw new Waiting(why)
}
