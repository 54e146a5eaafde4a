import type { ValidateFunction } from 'ajv'
import type { Module } from '../contract/module.ts'
import { schemaCompiler } from './schema-compiler.ts'

// validators are pure functions of their schemas: keeping them is remembering, not state
const validators = new WeakMap<Module['params'], ValidateFunction>()

/** What holds parameters against a module's schema, compiled when it is first needed. The build puts code made ahead in this file's place. */
export const validatorOf = ({ params }: Module): ValidateFunction => {
  const known = validators.get(params)
  if (known !== undefined) return known
  const made = schemaCompiler().compile(params)
  validators.set(params, made)
  return made
}
