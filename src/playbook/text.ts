import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import { type At, UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { flagOf } from '../yaml/flag.ts'
import { type Block, BROKEN, type Compiling, type Expression, type Sight } from './compiling.ts'
import { compileCall, compileExpression } from './expression.ts'
import { HELPERS } from './helpers.ts'
import { fromJinja, fromJinjaBare } from './jinja.ts'
import { defined, nameOf } from './path.ts'
import { isMap, textFor } from './values.ts'

/** Compiles a text: where it is exactly one `{{ expression }}` it keeps that value's type, else it is text. */
export const compileText = (text: string, compiling: Compiling, placeAt: (index: number) => At): Expression => {
  const statement = /\{%[-+]?\s*(\w+)[\s\S]*?%\}/.exec(text)
  if (statement !== null) {
    const hint = `write {{#if name}} … {{else}} … {{/if}} or {{#each list}} … {{/each}}`
    compiling.complain(`templates are Handlebars: "{% ${statement[1]} %}" is Jinja`, placeAt(statement.index), hint)
    return BROKEN
  }
  const program = parsed(text, compiling, placeAt)
  if (program === null) return BROKEN
  const only = program.body.length === 1 ? program.body[0] : undefined
  if (only?.type === 'MustacheStatement') return compileMustache(only as hbs.AST.MustacheStatement, compiling)
  return compileProgram(program, compiling)
}

/** Compiles an expression without braces, as `when` has it; a helper may stand without its parentheses. */
export const compileBare = (text: string, compiling: Compiling, placeAt: (index: number) => At): Expression => {
  const braces = /^\s*\{\{([\s\S]*)\}\}\s*$/.exec(text)
  const inner = braces?.[1] ?? text
  const shift = braces === null ? 0 : text.indexOf('{{') + 2
  if (inner.includes('{{')) {
    compiling.complain('a condition is an expression, not a text with templates', placeAt(0), 'write it without braces')
    return BROKEN
  }
  const program = attempt(`{{${BARE} ${inner}}}`)
  const mustache = program?.body[0] as hbs.AST.MustacheStatement | undefined
  const at = (node: hbs.AST.Node): At => placeAt(indexOf(inner, node, BARE.length + 3) + shift)
  const bare: Compiling = { ...compiling, placeOf: at }
  const [first, ...rest] = mustache?.params ?? []
  if (program === null || program.body.length !== 1 || first === undefined) {
    complainOfSyntax(inner.trim(), placeAt(shift + Math.max(0, inner.search(/\S/))), compiling, false)
    return BROKEN
  }
  if (rest.length === 0 && (mustache?.hash?.pairs.length ?? 0) === 0) return strict(first, bare)
  if (isHelper(first)) return compileCall(first, rest, mustache?.hash, bare)
  complainOfSyntax(inner.trim(), at(first), compiling, false)
  return BROKEN
}

const BARE = 'x'

const isHelper = (node: hbs.AST.Expression): boolean =>
  Object.hasOwn(HELPERS, (node as hbs.AST.PathExpression).original)

/** The index, in the text, of a node of a template that begins with `prefix` more characters. */
const indexOf = (text: string, node: hbs.AST.Node, prefix = 0): number => {
  const { line, column } = node.loc.start
  if (line === 1) return Math.max(0, column - prefix)
  let start = 0
  for (let left = line - 1; left > 0; left -= 1) start = text.indexOf('\n', start) + 1
  return start + column
}

const attempt = (text: string): hbs.AST.Program | null => {
  try {
    return parse(text)
  } catch {
    return null
  }
}

const parsed = (text: string, compiling: Compiling, placeAt: (index: number) => At): hbs.AST.Program | null => {
  const program = attempt(text)
  if (program !== null) return program
  for (const { 0: whole, index } of text.matchAll(/\{\{\{?[\s\S]*?\}\}\}?/g)) {
    if (/^\{\{[#/~^>!]|^\{\{else\b/.test(whole) || attempt(whole) !== null) continue
    complainOfSyntax(whole.replaceAll(/^\{+|\}+$/g, '').trim(), placeAt(index), compiling, true)
    return null
  }
  const hint = 'a {{#block}} ends with its {{/block}}; literal braces are written \\{{'
  compiling.complain('this is not a Handlebars template', placeAt(Math.max(0, text.indexOf('{{'))), hint)
  return null
}

const complainOfSyntax = (inner: string, at: At, compiling: Compiling, braces: boolean): void => {
  const ours = braces ? fromJinjaBare(inner) : fromJinja(inner)
  const hint =
    ours !== null
      ? `write ${braces ? `{{ ${ours} }}` : ours}`
      : inner.startsWith('(') && braces
        ? 'leave the outer parentheses out'
        : inner.startsWith('.')
          ? 'braces that are meant as they stand are written \\{{'
          : `an expression is a name, or a helper with its values, as in ${braces ? '{{ lower name }}' : '(eq name "value")'}`
  const what = braces ? `{{ ${inner} }}` : inner
  compiling.complain(`${ours === null ? 'this is not a Handlebars expression' : 'this is Jinja'}: ${what}`, at, hint)
}

/** An expression that throws where nothing defines it. */
const strict = (node: hbs.AST.Expression, compiling: Compiling): Expression => {
  const value = compileExpression(node, compiling)
  const at = compiling.placeOf(node)
  const what = nameOf(node)
  return (sight) => {
    const found = defined(value(sight), what, at)
    if (found === LATER) throw new Waiting(`"${what}" is known after the run`)
    return found
  }
}

const compileMustache = (mustache: hbs.AST.MustacheStatement, compiling: Compiling): Expression => {
  const { path, params, hash } = mustache
  const named = isHelper(path) && !compiling.local.includes((path as hbs.AST.PathExpression).original)
  if (params.length === 0 && (hash?.pairs.length ?? 0) === 0 && !named) return strict(path, compiling)
  if (named) return compileCall(path, params, hash, compiling)
  const words = [path, ...params].map((node) => (node as hbs.AST.PathExpression).original)
  const ours = fromJinjaBare(words.join(' '))
  if (ours === null) return compileCall(path, params, hash, compiling)
  compiling.complain(`this is Jinja: {{ ${words.join(' ')} }}`, compiling.placeOf(mustache), `write {{ ${ours} }}`)
  return BROKEN
}

const compileProgram = (program: hbs.AST.Program, compiling: Compiling): Expression => {
  const parts = program.body.map((statement) => compileStatement(statement, compiling))
  return (sight) => joined(parts.map((part) => part(sight) as string | Secret))
}

const joined = (parts: readonly (string | Secret)[]): string | Secret => {
  if (!parts.some((part) => part instanceof Secret)) return parts.join('')
  return new Secret(parts.map((part) => (part instanceof Secret ? part.reveal() : part)).join(''))
}

const compileStatement = (statement: hbs.AST.Statement, compiling: Compiling): Expression => {
  switch (statement.type) {
    case 'ContentStatement': {
      const { value } = statement as hbs.AST.ContentStatement
      return () => value
    }
    case 'CommentStatement':
      return () => ''
    case 'MustacheStatement': {
      const value = compileMustache(statement as hbs.AST.MustacheStatement, compiling)
      const at = compiling.placeOf(statement)
      return (sight) => textFor(value(sight), at)
    }
    case 'BlockStatement':
      return compileBlock(statement as hbs.AST.BlockStatement, compiling)
    default:
      compiling.complain('partials and decorators are not known', compiling.placeOf(statement))
      return BROKEN
  }
}

const compileBlock = (block: hbs.AST.BlockStatement, compiling: Compiling): Expression => {
  const name = block.path.original
  const [subject, ...rest] = block.params
  if (!['if', 'unless', 'each'].includes(name) || subject === undefined || rest.length > 0) {
    const hint = 'the blocks are {{#if name}}, {{#unless name}} and {{#each list}}'
    compiling.complain(`there is no block "${name}" like this`, compiling.placeOf(block), hint)
    return BROKEN
  }
  const value = strict(subject, compiling)
  const names = block.program?.blockParams ?? []
  const within: Compiling =
    name === 'each' ? { ...compiling, depth: compiling.depth + 1, local: [...compiling.local, ...names] } : compiling
  const body = block.program ? compileProgram(block.program, within) : () => ''
  const otherwise = block.inverse ? compileProgram(block.inverse, compiling) : () => ''
  if (name === 'each') return eachOf(value, names, body, otherwise, compiling.placeOf(subject))
  return (sight) => (isFull(value(sight)) === (name === 'if') ? body(sight) : otherwise(sight))
}

/** As Handlebars has it, a list or a text counts when it is not empty; yes and no count as what they say. */
const isFull = (value: unknown): boolean => flagOf(value) ?? (Array.isArray(value) ? value.length > 0 : Boolean(value))

const eachOf = (
  value: Expression,
  names: readonly string[],
  body: Expression,
  otherwise: Expression,
  at: At,
): Expression => {
  return (sight) => {
    const all = value(sight)
    if (!Array.isArray(all) && !isMap(all)) throw new UserError('{{#each}} takes a list or a map', { at })
    const entries = Array.isArray(all) ? [...all.entries()] : Object.entries(all)
    if (entries.length === 0) return otherwise(sight)
    return joined(
      entries.map(([key, self], index) => {
        const data = { index, key, first: index === 0, last: index === entries.length - 1 }
        const [item, position] = names
        const local = new Map<string, unknown>()
        if (item !== undefined) local.set(item, self)
        if (position !== undefined) local.set(position, key)
        const block: Block = { self, data, names: local, outer: sight.block }
        return body({ ...sight, block } satisfies Sight) as string | Secret
      }),
    )
  }
}
