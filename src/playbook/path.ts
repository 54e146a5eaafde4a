import { type At, UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { didYouMean } from '../contract/suggest.ts'
import { type Block, BROKEN, type Compiling, type Expression, type Sight } from './compiling.ts'
import { isMap } from './values.ts'

/** How a name is written, for messages. */
export const nameOf = (node: hbs.AST.Expression): string => {
  const path = node as hbs.AST.PathExpression
  if (path.type !== 'PathExpression') return 'a value'
  if (path.data || path.depth > 0 || path.parts.length === 0) return path.original
  return spelled(path.parts)
}

const spelled = (parts: readonly string[]): string =>
  parts.map((part) => (/^[A-Za-z_][\w-]*$/.test(part) ? part : `[${part}]`)).join('.')

/** Gives the value, or says that nothing defines it. */
export const defined = (value: unknown, what: string, at: At): unknown => {
  if (value !== undefined) return value
  throw new UserError(`'${what}' is undefined`, { at })
}

/** Compiles a name, or a part of what it means. */
export const compilePath = (path: hbs.AST.PathExpression, compiling: Compiling, optional: boolean): Expression => {
  const at = compiling.placeOf(path)
  const [first = '', ...rest] = path.parts
  if (path.original.includes('/') && path.depth === 0) {
    compiling.complain(`"${path.original}" is no name`, at, `write ${path.original.replaceAll('/', '.')}`)
    return BROKEN
  }
  const walked: Walk = { names: path.parts, whole: nameOf(path), at, optional }
  if (path.data) {
    return ({ block }) =>
      walk(block !== null && Object.hasOwn(block.data, first) ? block.data[first] : undefined, rest, walked)
  }
  const ofBlock = path.parts.length === 0 || /^this\b/.test(path.original) || path.depth > 0
  if (ofBlock && path.depth < compiling.depth)
    return ({ block }) => walk(outer(block, path.depth)?.self, path.parts, walked)
  if (path.parts.length === 0 || path.depth > compiling.depth) {
    compiling.complain(`"${path.original}" has a meaning only within {{#each}}`, at)
    return BROKEN
  }
  // a name within {{#each}} may be a field of the item: only the run of the block can tell
  const own = compiling.depth > 0 && path.depth === 0
  if (!compiling.local.includes(first)) compiling.uses.push({ path: path.parts, at, optional: optional || own })
  return (sight) => walk(lookup(sight, first), rest, walked)
}

const outer = (block: Block | null, depth: number): Block | null =>
  depth === 0 || block === null ? block : outer(block.outer, depth - 1)

/** Names of blocks come first, then the fields of their items, then what the task sees. */
const lookup = ({ scope, block }: Sight, name: string): unknown => {
  for (let inner = block; inner !== null; inner = inner.outer) {
    if (inner.names.has(name)) return inner.names.get(name)
    if (isMap(inner.self) && Object.hasOwn(inner.self, name)) return inner.self[name]
  }
  return scope.lookup(name)
}

interface Walk {
  readonly names: readonly string[]
  readonly whole: string
  readonly at: At
  readonly optional: boolean
}

const walk = (start: unknown, parts: readonly string[], about: Walk): unknown => {
  let value = start
  for (const [index, part] of parts.entries()) {
    if (value === undefined) return undefined
    if (value === LATER) throw new Waiting(`"${about.whole}" is known after the run`)
    if (value instanceof Secret) throw new UserError('a secret has no parts', { at: about.at })
    if (Array.isArray(value)) {
      value = /^\d+$/.test(part) ? value[Number(part)] : undefined
    } else {
      const inner: unknown = isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined
      if (inner === undefined && !about.optional) throw noField(value, parts.length - index, about)
      value = inner
    }
  }
  return value
}

const noField = (value: unknown, left: number, { names, whole, at }: Walk): UserError => {
  const part = names.at(-left) ?? ''
  const owner = spelled(names.slice(0, -left)) || 'this'
  const message = `'${whole}' is undefined: "${owner}" has no field "${part}"`
  if (isMap(value) && value.skipped === true)
    return new UserError(message, { at, hint: 'its task was skipped: write (default … …) or the same "when" here' })
  return new UserError(message, { at, ...didYouMean(part, isMap(value) ? Object.keys(value) : []) })
}
