import type { At } from '../contract/errors.ts'
import { Waiting } from '../contract/signals.ts'
import type { ReadFile } from './control-file.ts'
import type { Scope, Use } from './shape.ts'

/** What an expression sees: the names of the task, and those of the blocks around it. */
export interface Sight {
  readonly scope: Scope
  readonly block: Block | null
}

/** What `{{#each}}` and `{{#with}}` bring into sight. */
export interface Block {
  readonly self: unknown
  /** `@index`, `@key`, `@first`, `@last` */
  readonly data: Readonly<Record<string, unknown>>
  /** `as |name|` */
  readonly names: ReadonlyMap<string, unknown>
  readonly outer: Block | null
}

/** A compiled expression: undefined is what nothing defines. */
export type Expression = (sight: Sight) => unknown

/** What the compiler of one text carries along: where things are, what was mentioned, what is wrong. */
export interface Compiling {
  placeOf(node: hbs.AST.Node): At
  readonly readFile: ReadFile
  readonly uses: Use[]
  complain(message: string, at: At, hint?: string): void
  /** names that blocks around bring into sight */
  readonly local: readonly string[]
  /** the number of {{#each}} around */
  readonly depth: number
}

/** Stands for what could not be compiled and was complained of: nothing further is said about it. */
export const BROKEN: Expression = () => {
  throw new Waiting('it is no template')
}
