import type { TSchema } from '../contract/schema.ts'

/** The parts of a JSON Schema that our parameters use. */
export interface ParamSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly anyOf?: readonly ParamSchema[]
  readonly items?: ParamSchema
  readonly format?: string
  readonly secret?: boolean
  readonly default?: unknown
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly minItems?: number
}

/** The fields of an object's schema, by name. */
export const fieldsOfSchema = (schema: TSchema): Readonly<Record<string, ParamSchema>> =>
  (schema as { properties?: Record<string, ParamSchema> }).properties ?? {}

/** The names of the fields that must be given: neither optional nor with a default. */
export const requiredOf = (schema: TSchema): ReadonlySet<string> => {
  const fields = fieldsOfSchema(schema)
  const required = (schema as { required?: readonly string[] }).required ?? []
  return new Set(required.filter((name) => fields[name]?.default === undefined))
}
