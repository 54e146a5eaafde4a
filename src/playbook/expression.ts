import { type At, UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { ReadFile } from './control-file.ts'
import { type Argument, HELPERS } from './helpers.ts'
import type { Scope, Use } from './shape.ts'
import { isMap } from './values.ts'

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
  readonly inBlock: boolean
}

/** Stands for what could not be compiled and was complained of: nothing further is said about it. */
export const BROKEN: Expression = () => {
  throw new Waiting('it is no template')
}

/** Compiles an expression; one that must be defined throws where it is not. */
export const compileExpression = (node: hbs.AST.Expression, compiling: Compiling, optional = false): Expression => {
  switch (node.type) {
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral': {
      const { value } = node as hbs.AST.StringLiteral
      return () => value
    }
    case 'NullLiteral':
      return () => null
    case 'PathExpression':
      return compilePath(node as hbs.AST.PathExpression, compiling, optional)
    case 'SubExpression': {
      const call = node as hbs.AST.SubExpression
      return compileCall(call.path, call.params, call.hash, compiling, optional)
    }
    default:
      compiling.complain('this has no value', compiling.placeOf(node))
      return BROKEN
  }
}

/** Compiles a helper with its values. */
export const compileCall = (
  callee: hbs.AST.Expression,
  params: readonly hbs.AST.Expression[],
  hash: hbs.AST.Hash | undefined,
  compiling: Compiling,
  optional = false,
): Expression => {
  const at = compiling.placeOf(callee)
  const name = (callee as hbs.AST.PathExpression).original
  const helper = Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined
  if (helper === undefined) {
    const { hint } = didYouMean(String(name), Object.keys(HELPERS))
    compiling.complain(`there is no helper "${name}"`, at, hint ?? `the helpers are ${Object.keys(HELPERS).join(' ')}`)
    return BROKEN
  }
  if ((hash?.pairs.length ?? 0) > 0) compiling.complain('helpers take no named values', at, `write ${helper.form}`)
  if (params.length < helper.least || params.length > helper.most) {
    compiling.complain(`"${name}" takes ${amount(helper.least, helper.most)}`, at, `write ${helper.form}`)
    return BROKEN
  }
  const asksOnly = (index: number): boolean => (name === 'default' || name === 'defined') && index === 0
  const args = params.map((param, index) => {
    const loose = compileExpression(param, compiling, optional || asksOnly(index))
    return { at: compiling.placeOf(param), loose, what: spelling(param) }
  })
  const { readFile } = compiling
  return (sight) =>
    helper.run(
      args.map((argument): Argument => bound(argument, sight)),
      { at, readFile },
    )
}

const amount = (least: number, most: number): string =>
  most === Number.POSITIVE_INFINITY
    ? `${least} or more values`
    : least === most
      ? `${least} value${least === 1 ? '' : 's'}`
      : `${least} or ${most} values`

const bound = ({ at, loose, what }: { at: At; loose: Expression; what: string }, sight: Sight): Argument => ({
  at,
  loose: () => loose(sight),
  strict: () => defined(loose(sight), what, at),
})

const spelling = (node: hbs.AST.Expression): string => (node as hbs.AST.PathExpression).original ?? 'a value'

/** Gives the value, or says that nothing defines it. */
export const defined = (value: unknown, what: string, at: At): unknown => {
  if (value !== undefined) return value
  throw new UserError(`'${what}' is undefined`, { at })
}

const compilePath = (path: hbs.AST.PathExpression, compiling: Compiling, optional: boolean): Expression => {
  const at = compiling.placeOf(path)
  const [first, ...rest] = path.parts
  if (path.original.includes('/') && path.depth === 0) {
    compiling.complain(`"${path.original}" is no name`, at, `write ${path.original.replaceAll('/', '.')}`)
    return BROKEN
  }
  if (path.data) return ({ block }) => walk(block?.data[first ?? ''], rest, path.original, at)
  if (isOfBlock(path, compiling)) {
    if (compiling.inBlock) return ({ block }) => walk(selfOf(block, path), path.parts, path.original, at)
    compiling.complain(`"${path.original}" has a meaning only within {{#each}}`, at)
    return BROKEN
  }
  const name = first ?? ''
  if (!compiling.local.includes(name)) compiling.uses.push({ path: path.parts, at, optional })
  return (sight) => walk(lookup(sight, name), rest, path.original, at, optional)
}

const isOfBlock = (path: hbs.AST.PathExpression, { inBlock }: Compiling): boolean =>
  path.parts.length === 0 || path.depth > 0 || (inBlock && /^this\b/.test(path.original))

const selfOf = (block: Block | null, { depth }: hbs.AST.PathExpression): unknown => {
  let found = block
  for (let left = depth; left > 0 && found !== null; left -= 1) found = found.outer
  return found?.self
}

const lookup = ({ scope, block }: Sight, name: string): unknown => {
  for (let inner = block; inner !== null; inner = inner.outer) if (inner.names.has(name)) return inner.names.get(name)
  return scope.lookup(name)
}

const walk = (start: unknown, parts: readonly string[], whole: string, at: At, optional = false): unknown => {
  let value = start
  for (const [index, part] of parts.entries()) {
    if (value === undefined) return undefined
    if (value === LATER) throw new Waiting(`"${whole}" is known after the run`)
    if (value instanceof Secret) throw new UserError('a secret has no parts', { at })
    if (Array.isArray(value)) {
      value = /^\d+$/.test(part) ? value[Number(part)] : undefined
    } else {
      const inner: unknown = isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined
      if (inner === undefined && !optional) throw noField(value, parts, index, whole, at)
      value = inner
    }
  }
  return value
}

const noField = (value: unknown, parts: readonly string[], index: number, whole: string, at: At): UserError => {
  const part = parts[index] ?? ''
  const owner =
    whole
      .split('.')
      .slice(0, -(parts.length - index))
      .join('.') || whole
  const message = `'${whole}' is undefined: "${owner}" has no field "${part}"`
  if (isMap(value) && value.skipped === true)
    return new UserError(message, { at, hint: 'its task was skipped: write (default … …) or the same "when" here' })
  return new UserError(message, { at, ...didYouMean(part, isMap(value) ? Object.keys(value) : []) })
}
