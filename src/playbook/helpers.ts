import { isDeepStrictEqual } from 'node:util'
import { type At, UserError } from '../contract/errors.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { Spelled, unspelled } from '../yaml/node.ts'
import type { ReadFile } from './control-file.ts'
import { contains, holds, isLater, isMap, isSecret, revealed, textFor, wordsFor } from './values.ts'

/** One value given to a helper, computed when asked for. */
export interface Argument {
  readonly at: At
  /** undefined where nothing defines it */
  loose(): unknown
  /** throws where nothing defines it */
  strict(): unknown
}

interface Helper {
  readonly least: number
  readonly most: number
  /** how it is written, for hints */
  readonly form: string
  run(args: readonly Argument[], about: { readonly at: At; readonly readFile: ReadFile }): unknown
}

/** Values all of which are known and none of which is a secret. */
const open = (args: readonly Argument[]): unknown[] =>
  args.map((argument) => {
    const value = known(argument)
    if (contains(value, isSecret))
      throw new UserError('a secret can be given to a parameter for secrets only', { at: argument.at })
    return value
  })

const known = (argument: Argument): unknown => {
  const value = argument.strict()
  if (contains(value, isLater)) throw new Waiting('a part of its template is known after the run')
  return value
}

/** A text made with a secret is one. */
const tainting =
  (make: (values: readonly unknown[], args: readonly Argument[]) => unknown): Helper['run'] =>
  (args) => {
    const values = args.map(known)
    if (!values.some((value) => contains(value, isSecret))) return make(values, args)
    return new Secret(String(make(values.map(revealed), args)))
  }

const stringOf = (value: unknown, argument: Argument | undefined, form: string): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Spelled) return String(value)
  throw new UserError(`${form} takes a text, not ${wordsFor(value)}`, argument === undefined ? {} : { at: argument.at })
}

const listOf = (value: unknown, argument: Argument | undefined, form: string): readonly unknown[] | string => {
  if (Array.isArray(value) || typeof value === 'string') return value
  throw new UserError(`${form} takes a list, not ${wordsFor(value)}`, argument === undefined ? {} : { at: argument.at })
}

/** Equality as in Ansible: no type is turned into another, but an oddly spelled scalar equals its spelling too. */
const same = (left: unknown, right: unknown): boolean => {
  if (left instanceof Spelled && typeof right === 'string') return left.raw === right
  if (right instanceof Spelled && typeof left === 'string') return right.raw === left
  return isDeepStrictEqual(unspelled(left), unspelled(right))
}

const order = (args: readonly Argument[], form: string): number => {
  const [left, right] = open(args).map(unspelled)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  const at = args[0]?.at
  throw new UserError(
    `${form} compares two numbers or two texts, not ${wordsFor(left)} and ${wordsFor(right)}`,
    at === undefined ? {} : { at },
  )
}

/** The helpers of templates and conditions, by name. */
export const HELPERS: Readonly<Record<string, Helper>> = {
  eq: {
    least: 2,
    most: 2,
    form: '(eq name "value")',
    run: (args) => {
      const [left, right] = open(args)
      return same(left, right)
    },
  },
  ne: {
    least: 2,
    most: 2,
    form: '(ne name "value")',
    run: (args) => {
      const [left, right] = open(args)
      return !same(left, right)
    },
  },
  lt: { least: 2, most: 2, form: '(lt name 10)', run: (args) => order(args, 'lt') < 0 },
  gt: { least: 2, most: 2, form: '(gt name 10)', run: (args) => order(args, 'gt') > 0 },
  and: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    form: '(and one two)',
    run: (args) => args.every((argument) => holds(argument.strict(), argument.at)),
  },
  or: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    form: '(or one two)',
    run: (args) => args.some((argument) => holds(argument.strict(), argument.at)),
  },
  not: {
    least: 1,
    most: 1,
    form: '(not name)',
    run: ([argument]) => argument !== undefined && !holds(argument.strict(), argument.at),
  },
  in: {
    least: 2,
    most: 2,
    form: '(in "value" list)',
    run: (args) => {
      const [wanted, all] = open(args)
      if (Array.isArray(all)) return all.some((item) => same(item, wanted))
      if (isMap(all)) return Object.hasOwn(all, String(wanted))
      return stringOf(all, args[1], 'in').includes(stringOf(wanted, args[0], 'in'))
    },
  },
  default: {
    least: 2,
    most: 2,
    form: '(default name "value")',
    run: ([value, otherwise]) => {
      const found = value?.loose()
      return found === undefined || found === null ? otherwise?.strict() : found
    },
  },
  defined: { least: 1, most: 1, form: '(defined name)', run: ([value]) => value?.loose() !== undefined },
  file: {
    least: 1,
    most: 1,
    form: '(file "path")',
    run: (args, { readFile, at }) => readFile(stringOf(open(args)[0], args[0], 'file'), at),
  },
  lower: {
    least: 1,
    most: 1,
    form: '(lower name)',
    run: tainting(([value], args) => stringOf(value, args[0], 'lower').toLowerCase()),
  },
  upper: {
    least: 1,
    most: 1,
    form: '(upper name)',
    run: tainting(([value], args) => stringOf(value, args[0], 'upper').toUpperCase()),
  },
  split: {
    least: 1,
    most: 2,
    form: '(split name ",")',
    run: (args) => {
      const [value, separator] = open(args)
      const text = stringOf(value, args[0], 'split')
      if (separator === undefined) return text.split(/\s+/).filter((word) => word !== '')
      return text.split(stringOf(separator, args[1], 'split'))
    },
  },
  join: {
    least: 1,
    most: 2,
    form: '(join list ",")',
    run: tainting(([value, separator], args) => {
      if (!Array.isArray(value)) throw new UserError(`join takes a list, not ${wordsFor(value)}`, placed(args[0]))
      const between = separator === undefined ? '' : stringOf(separator, args[1], 'join')
      return value.map((item) => String(textFor(item, args[0]?.at as At))).join(between)
    }),
  },
  first: { least: 1, most: 1, form: '(first list)', run: (args) => ended(args, 'first', 0) },
  last: { least: 1, most: 1, form: '(last list)', run: (args) => ended(args, 'last', -1) },
  length: {
    least: 1,
    most: 1,
    form: '(length list)',
    run: (args) => {
      const value = args[0]?.strict()
      if (isLater(value)) throw new Waiting('a part of its template is known after the run')
      return isMap(value) ? Object.keys(value).length : listOf(value, args[0], 'length').length
    },
  },
  json: { least: 1, most: 1, form: '(json name)', run: tainting(([value]) => JSON.stringify(value)) },
}

const placed = (argument: Argument | undefined): { at?: At } => (argument === undefined ? {} : { at: argument.at })

const ended = (args: readonly Argument[], form: string, index: number): unknown => {
  const value = args[0]?.strict()
  if (isLater(value)) throw new Waiting('a part of its template is known after the run')
  const list = listOf(value, args[0], form)
  if (list.length === 0) throw new UserError(`${form} takes a list that is not empty`, placed(args[0]))
  return list.at(index)
}
