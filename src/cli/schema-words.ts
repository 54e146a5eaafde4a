import type { ParamSchema } from '../playbook/schema.ts'

/** What a parameter may hold, in a word or two. */
export const kindOf = (schema: ParamSchema): string => {
  if (schema.secret) return 'secret'
  if (schema.enum !== undefined) return schema.enum.join(' | ')
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' or ')
  if (schema.format !== undefined) return FORMATS[schema.format] ?? schema.format
  if (Array.isArray(schema.type)) return 'value'
  return KINDS[String(schema.type)] ?? String(schema.type)
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'yes | no',
  integer: 'number',
  array: 'list',
}
const FORMATS: Readonly<Record<string, string>> = { 'host-path': 'path', 'file-mode': 'mode' }

/** A default as a playbook would write it; empty where there is none. */
export const defaultOf = ({ default: value }: ParamSchema): string => {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
