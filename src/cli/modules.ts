import { modules as allModules } from '../../modules/index.ts'
import { UserError } from '../contract/errors.ts'
import type { Module } from '../contract/module.ts'
import { didYouMean } from '../contract/suggest.ts'
import { isColored, type Paint, paints } from '../output/paint.ts'
import { fieldsOfSchema } from '../playbook/schema.ts'
import { wrapped, wrappedRows } from './columns.ts'
import type { Words } from './commands.ts'
import { defaultOf, kindOf } from './schema-words.ts'
import type { Surroundings } from './surroundings.ts'

/** Lists the modules, or prints what one takes, what it registers, and an example. */
export const modules = async ({ args: [name], flags }: Words, around: Surroundings): Promise<number> => {
  const { stdout, environment, program } = around
  const paint = paints(isColored(stdout, environment, (flags as { color: boolean }).color))
  const columns = Math.min(stdout.size().columns, WIDEST)
  const lines = name === undefined ? listLines(program, paint, columns) : moduleLines(moduleNamed(name), paint, columns)
  stdout.write(`${lines.join('\n')}\n`)
  return 0
}

const WIDEST = 120

const listLines = (program: string, paint: Paint, columns: number): readonly string[] => [
  paint.strong('modules'),
  ...wrappedRows(
    allModules.map(({ name, summary }) => [name, summary]),
    columns,
  ),
  '',
  `parameters and an example of one:  ${paint.command(`${program} modules NAME`)}`,
]

const moduleNamed = (name: string): Module => {
  const found = allModules.find((module) => module.name === name)
  if (found !== undefined) return found
  const names = allModules.map((module) => module.name)
  throw new UserError(`there is no module "${name}"`, {
    hint: 'keyward modules lists them',
    ...didYouMean(name, names),
  })
}

/** The help of one module, read off its schemas. */
const moduleLines = (module: Module, paint: Paint, columns: number): readonly string[] => {
  const properties = fieldsOfSchema(module.params)
  const fields = Object.entries(fieldsOfSchema(module.state))
  const required = new Set((module.params as { required?: readonly string[] }).required)
  const isRequired = (name: string): boolean => required.has(name) && properties[name]?.default === undefined
  const rows = Object.entries(properties).map(([name, schema]) => {
    const fallback = defaultOf(schema)
    const about = isRequired(name) ? ', required' : fallback === '' ? '' : `, by default ${fallback}`
    return [name, `${kindOf(schema)}${about}`, schema.description ?? '']
  })
  return [
    `${paint.strong(module.name)}: ${module.summary}`,
    '',
    paint.strong('parameters'),
    ...paragraphs(rows, columns, paint),
    ...(fields.length === 0 ? [] : ['', paint.strong('registers')]),
    ...paragraphs(
      fields.map(([name, schema]) => [name, kindOf(schema), schema.description ?? '']),
      columns,
      paint,
    ),
    '',
    paint.strong('example'),
    ...module.example
      .replace(/^\n+|\s+$/g, '')
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
  ]
}

/** A line with name and kind for each, and below it what it means. */
const paragraphs = (rows: readonly (readonly string[])[], columns: number, paint: Paint): readonly string[] => {
  const width = Math.max(0, ...rows.map(([name = '']) => name.length))
  const indent = ' '.repeat(width + 4)
  return rows.flatMap(([name = '', kind = '', meaning = '']) => [
    `  ${name.padEnd(width)}  ${paint.faint(kind)}`,
    ...wrapped(meaning, columns - indent.length).map((line) => `${indent}${line}`.trimEnd()),
  ])
}
