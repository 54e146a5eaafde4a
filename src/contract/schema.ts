import type { Static, TSchema } from 'typebox'
// as a namespace, of which a bundle keeps what is used
import * as Type from 'typebox'
import type { Secret } from './secret.ts'

/**
 * What a parameter may hold: one source for its TypeScript type, its validation, its help and editor completion. Each
 * builder takes the help text first. What a playbook may write for each is in brackets.
 */
export const param = {
  /** a string [any plain scalar, taken as it is spelled] */
  text: (description: string, options: { default?: string; examples?: string[]; minLength?: number } = {}) =>
    Type.String({ description, ...options }),
  /** a boolean [yes no on off true false 1 0 too] */
  flag: (description: string, options: { default?: boolean } = {}) => Type.Boolean({ description, ...options }),
  integer: (description: string, options: { default?: number; minimum?: number; maximum?: number } = {}) =>
    Type.Integer({ description, ...options }),
  /** one of some words */
  choice: <const Words extends readonly string[]>(
    description: string,
    words: Words,
    options: { default?: Words[number] } = {},
  ) => Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], description, ...options }),
  /** a path on the machine: absolute, or beginning with `~`, the home of the task's user */
  path: (description: string, options: { default?: string } = {}) =>
    Type.String({ description, format: 'host-path', ...options }),
  /** a file mode: a quoted string of three or four octal digits */
  mode: (description: string, options: { default?: string } = {}) =>
    Type.String({ description, format: 'file-mode', ...options }),
  /** a list of strings */
  list: (description: string, options: { minItems?: number } = {}) =>
    Type.Array(Type.String(), { description, ...options }),
  /** a string, or a list of them */
  oneOrMore: (description: string) =>
    Type.Unsafe<string | readonly string[]>({
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      description,
    }),
  /** a secret [any plain scalar]; the module gets it as a Secret */
  secret: (description: string) => Type.Unsafe<Secret>({ type: 'string', secret: true, description }),
  /** a string, number, boolean or list of them, as written */
  scalarOrList: (description: string) =>
    Type.Unsafe<string | number | boolean | readonly (string | number | boolean)[]>({
      anyOf: [
        { type: ['string', 'number', 'boolean'] },
        { type: 'array', items: { type: ['string', 'number', 'boolean'] } },
      ],
      description,
    }),
}

/** The parameters of a module; one is required unless it has a default or is wrapped in {@link optional}. No others are known. */
export const params = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })

/** Marks a parameter that may be left out. One with a default may be left out anyway, and is then never undefined: do not wrap it. */
export const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema)

/** The fields of a record, each with the words that diffs and help use for it. */
export const record = <Fields extends Record<string, TSchema>>(fields: Fields) => Type.Object(fields)

/** A field of a record. */
export const field = {
  text: (description: string) => Type.Unsafe<string>({ type: 'string', description }),
  flag: (description: string) => Type.Unsafe<boolean>({ type: 'boolean', description }),
  number: (description: string) => Type.Unsafe<number>({ type: 'number', description }),
  list: (description: string) =>
    Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' }, description }),
}

export type { Static, TSchema }
