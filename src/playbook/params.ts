import type { ErrorObject } from 'ajv'
import type { At, Mistake } from '../contract/errors.ts'
import type { AboutTask, Complaint, Module } from '../contract/module.ts'
import { Secret } from '../contract/secret.ts'
import { didYouMean } from '../contract/suggest.ts'
import { coerce, type Unfit } from './coerce.ts'
import { everyAnswer, type Unknowns } from './every-answer.ts'
import { fieldsOfSchema, type ParamSchema, requiredOf } from './schema.ts'
import { validatorOf } from './validators.ts'
import { wordsFor } from './values.ts'

/** Values of a task's parameters, with the places to point at. */
export interface GivenParams {
  readonly values: ReadonlyMap<string, unknown>
  /** parameters whose value is not known yet */
  readonly open: ReadonlySet<string>
  placeOf(param: string, path?: readonly (string | number)[]): At
  /** where a missing parameter should stand */
  readonly at: At
}

/** The parameters as a module gets them: coerced, valid, defaults filled in. */
export type BoundParams = Readonly<Record<string, unknown>>

/** What is known of a task's parameters, and all that is wrong with them. */
export interface CheckedParams {
  readonly params: BoundParams
  /** those that are not known, or wrong, or missing */
  readonly unknowns: Unknowns
  readonly mistakes: readonly Mistake[]
}

/**
 * Holds values against a module's schema and its own review; with open or wrong values as far as can be told. One that is
 * null counts as not given where the parameter may be left out.
 */
export const checkParams = (module: Module, given: GivenParams, about: AboutTask): CheckedParams => {
  const schemas = fieldsOfSchema(module.params)
  const required = requiredOf(module.params)
  const params: Record<string, unknown> = {}
  const unfit: Complained[] = []
  for (const [param, value] of given.values) {
    if (value === null && !required.has(param)) continue
    const coerced = coerce(param, schemas[param] ?? {}, value)
    unfit.push(...coerced.unfit.map((one) => ({ ...one, param })))
    if (coerced.unfit.length === 0) params[param] = coerced.value
  }
  const bad = new Set([...given.open, ...unfit.map(({ param }) => param)])
  const secrets = withoutSecrets(params)
  const valid = validatorOf(module)
  if (!valid(params)) unfit.push(...complaintsOf(valid.errors ?? [], schemas, bad, module.name))
  for (const [param, secret] of secrets) params[param] = secret
  const missing = [...required].filter((param) => !given.values.has(param))
  const unknowns = unknownsOf([...bad, ...unfit.map(({ param }) => param), ...missing], schemas, required)
  const mistakes = unfit.map((one) => placed(one, given))
  return { params, unknowns, mistakes: [...mistakes, ...reviewed(module, { params, unknowns, given, about })] }
}

type Complained = Unfit & { readonly param: string }

const placed = ({ message, hint, param, path }: Complained, given: GivenParams): Mistake => ({
  message,
  at: param === '' ? given.at : given.placeOf(param, path),
  ...(hint === undefined ? {} : { hint }),
})

const unknownsOf = (
  names: readonly string[],
  schemas: Readonly<Record<string, ParamSchema>>,
  required: ReadonlySet<string>,
): Unknowns => {
  const known = names.flatMap((name) => (schemas[name] === undefined ? [] : [[name, schemas[name]] as const]))
  return new Map(
    known.map(([name, schema]) => {
      const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : null)
      const leftOut = required.has(name) || schema.default !== undefined ? [] : [undefined]
      return [name, values === null ? null : [...leftOut, ...values]]
    }),
  )
}

/** What the module's own review complains of, whatever the unknown parameters may be. */
const reviewed = (
  module: Module,
  { params, unknowns, given, about }: Omit<CheckedParams, 'mistakes'> & { given: GivenParams; about: AboutTask },
): readonly Mistake[] => {
  if (module.review === undefined) return []
  const answers = everyAnswer((asked) => module.review?.(asked as never, about) ?? [], params, unknowns)
  const [first = [], ...others] = answers ?? []
  const isIn = (complaint: Complaint, all: readonly Complaint[]): boolean =>
    all.some(({ param, message }) => param === complaint.param && message === complaint.message)
  return first
    .filter((complaint) => others.every((all) => isIn(complaint, all)))
    .map(({ param, message, hint }) => ({
      message,
      at: param !== undefined && given.values.has(param) ? given.placeOf(param) : given.at,
      ...(hint === undefined ? {} : { hint }),
    }))
}

/** Takes the secrets out, as their text: the schema judges that, and nothing said about it shows it. */
const withoutSecrets = (params: Record<string, unknown>): ReadonlyMap<string, Secret> => {
  const secrets = new Map<string, Secret>()
  for (const [param, value] of Object.entries(params)) {
    if (!(value instanceof Secret)) continue
    secrets.set(param, value)
    params[param] = value.reveal()
  }
  return secrets
}

const complaintsOf = (
  errors: readonly ErrorObject[],
  schemas: Readonly<Record<string, ParamSchema>>,
  bad: ReadonlySet<string>,
  module: string,
): readonly Complained[] => {
  const missing = errors
    .filter(({ keyword }) => keyword === 'required')
    .map(({ params }) => String(params.missingProperty))
    .filter((name) => !bad.has(name))
  const others = errors
    .filter(({ keyword, instancePath }) => keyword !== 'required' && instancePath !== '')
    .map((error) => complaintOf(error, schemas))
    .filter(({ param }) => !bad.has(param))
  const seen = new Set<string>()
  const once = others.filter(({ param, path }) => {
    const where = `${param}/${path.join('/')}`
    return !seen.has(where) && seen.add(where)
  })
  if (missing.length === 0) return once
  return [{ param: '', path: [], message: `${module}: missing required arguments: ${missing.join(', ')}` }, ...once]
}

const complaintOf = (error: ErrorObject, schemas: Readonly<Record<string, ParamSchema>>): Complained => {
  const [param = '', ...rest] = error.instancePath.slice(1).split('/')
  const path = rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const secret = schemas[param]?.secret === true
  return { param, path, ...wordsForError(error, path.length > 0 ? `an item of "${param}"` : `"${param}"`, secret) }
}

const wordsForError = (
  { keyword, params, data, schema }: ErrorObject,
  what: string,
  secret: boolean,
): { readonly message: string; readonly hint?: string } => {
  const found = secret ? 'a secret' : wordsFor(data)
  switch (keyword) {
    case 'enum': {
      const words = (schema as readonly unknown[]).map(String)
      return { message: `${what} must be one of ${words.join(', ')}, not ${found}`, ...didYouMean(String(data), words) }
    }
    case 'format':
      return params.format === 'file-mode'
        ? { message: `${what} is a file mode: three or four octal digits, not ${found}`, hint: "write it as in '0644'" }
        : { message: `${what} is a path on the host: absolute, or beginning with ~, not ${found}` }
    case 'minLength':
    case 'minItems':
      return { message: `${what} must not be empty` }
    case 'minimum':
      return { message: `${what} must be at least ${params.limit}, not ${found}` }
    case 'maximum':
      return { message: `${what} must be at most ${params.limit}, not ${found}` }
    default:
      return { message: `${what} does not fit: ${found}` }
  }
}
