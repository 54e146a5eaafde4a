import { type At, type Mistake, UserError } from '../contract/errors.ts'
import { flagOf } from '../yaml/flag.ts'
import { nodeValue, type ScalarNode, type YamlNode } from '../yaml/node.ts'
import type { Compiling, Expression } from './compiling.ts'
import type { ReadFile } from './control-file.ts'
import type { Scope, Template, Use } from './shape.ts'
import { compileBare, compileText } from './text.ts'
import { holds } from './values.ts'

/** What compiling needs: how `file` reads, and where mistakes go. */
export interface TemplateContext {
  readonly readFile: ReadFile
  complain(mistake: Mistake): void
}

/** What a text with templates has in it; Jinja's statements too, of which is said that they are not ours. */
export const HOLDS_TEMPLATE = /\{\{|\{%/

type Evaluate = (scope: Scope) => unknown

/** Compiles a value of a playbook, however deep its templates are; it is compiled once, and rendered once per evaluation. */
export const compileTemplate = (node: YamlNode, context: TemplateContext): Template => {
  const uses: Use[] = []
  const evaluate = compileNode(node, context, uses) ?? constant(node)
  return templateOf(node, uses, evaluate)
}

/** Compiles a condition: an expression without braces, or a boolean. */
export const compileCondition = (node: YamlNode, context: TemplateContext): Template => {
  const uses: Use[] = []
  if (node.kind !== 'scalar') {
    context.complain({ message: 'a condition is an expression, or a list of expressions', at: node.at })
    return templateOf(node, uses, () => true)
  }
  const flag = flagOf(nodeValue(node))
  if (flag !== undefined) return templateOf(node, uses, () => flag)
  if (typeof node.value !== 'string' || node.value.trim() === '') {
    context.complain({ message: 'a condition is an expression, as in (eq name "value")', at: node.at })
    return templateOf(node, uses, () => true)
  }
  const value = compileBare(node.value, compilingOf(node, context, uses), (index) => node.locate(index))
  return templateOf(node, uses, (scope) => holds(value({ scope, block: null }), node.at))
}

const templateOf = (node: YamlNode, uses: readonly Use[], evaluate: Evaluate): Template => ({
  at: node.at,
  evaluate,
  mentions: [...new Set(uses.map(({ path }) => path.join('.')))],
  uses,
  placeOf: (path) => placeWithin(node, path),
})

const placeWithin = (node: YamlNode, path: readonly (string | number)[]): At => {
  const [first, ...rest] = path
  if (first === undefined || node.kind === 'scalar') return node.at
  const inner =
    node.kind === 'list' ? node.items[Number(first)] : node.entries.find(({ key }) => key === String(first))?.value
  return inner === undefined ? node.at : placeWithin(inner, rest)
}

const constant = (node: YamlNode): Evaluate => {
  const value = nodeValue(node)
  return () => value
}

/** Gives null for what holds no template: it is a constant. */
const compileNode = (node: YamlNode, context: TemplateContext, uses: Use[]): Evaluate | null => {
  switch (node.kind) {
    case 'scalar':
      return compileScalar(node, context, uses)
    case 'list': {
      const items = node.items.map((item) => compileNode(item, context, uses))
      if (items.every((item) => item === null)) return null
      const all = items.map((item, index) => item ?? constant(node.items[index] as YamlNode))
      return (scope) => all.map((item) => item(scope))
    }
    case 'map': {
      const values = node.entries.map(({ value }) => compileNode(value, context, uses))
      if (values.every((value) => value === null)) return null
      const all = node.entries.map(({ key, value }, index) => [key, values[index] ?? constant(value)] as const)
      return (scope) => Object.fromEntries(all.map(([key, value]) => [key, value(scope)]))
    }
  }
}

const compileScalar = (node: ScalarNode, context: TemplateContext, uses: Use[]): Evaluate | null => {
  if (typeof node.value !== 'string' || !HOLDS_TEMPLATE.test(node.value)) return null
  const compiling = compilingOf(node, context, uses)
  const value: Expression = compileText(node.value, compiling, (index) => node.locate(index))
  return (scope) => value({ scope, block: null })
}

const compilingOf = (node: ScalarNode, context: TemplateContext, uses: Use[]): Compiling => ({
  placeOf: ({ loc }) => node.locate(indexIn(String(node.value), loc.start)),
  readFile: context.readFile,
  uses,
  complain: (message, at, hint) => context.complain({ message, at, ...(hint === undefined ? {} : { hint }) }),
  local: [],
  depth: 0,
})

const indexIn = (text: string, { line, column }: { readonly line: number; readonly column: number }): number => {
  let start = 0
  for (let left = line - 1; left > 0; left -= 1) start = text.indexOf('\n', start) + 1
  return start + column
}

/** Gives the mistakes of a UserError; anything else is thrown again. */
export const mistakesOf = (error: unknown): readonly Mistake[] => {
  if (error instanceof UserError) return error.mistakes
  throw error
}
