import type { At } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { BROKEN, type Compiling, type Expression, type Sight } from './compiling.ts'
import { type Argument, HELPERS } from './helpers.ts'
import { compilePath, defined, nameOf } from './path.ts'

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
    return { at: compiling.placeOf(param), loose, what: nameOf(param) }
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
