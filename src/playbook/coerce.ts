import type { Mistake } from '../contract/errors.ts'
import { holdsPrivateKey, Secret } from '../contract/secret.ts'
import { flagOf } from '../yaml/flag.ts'
import { Spelled, unspelled } from '../yaml/node.ts'
import type { ParamSchema } from './schema.ts'
import { contains, isMap, isSecret, wordsFor } from './values.ts'

/** What is wrong with a part of a parameter's value. */
export interface Unfit extends Pick<Mistake, 'message' | 'hint'> {
  readonly path: readonly (string | number)[]
}

/** Turns what a playbook says into what a parameter's schema wants, as far as Ansible's users expect it. */
export const coerce = (
  name: string,
  schema: ParamSchema,
  value: unknown,
): { readonly value: unknown; readonly unfit: readonly Unfit[] } => {
  const unfit: Unfit[] = []
  const complain = (message: string, path: readonly (string | number)[] = [], hint?: string): undefined => {
    unfit.push({ message, path, ...(hint === undefined ? {} : { hint }) })
  }
  if (value === null) complain(`"${name}" has no value`, [], `"${name}" cannot be left out`)
  else if (schema.secret !== true && contains(value, isSecret)) {
    if (contains(value, isPrivateKey)) complain(`"${name}" takes no secret: this is a private key`, [], PUBLIC)
    else complain(`"${name}" takes no secret`)
  }
  if (unfit.length > 0) return { value: undefined, unfit }
  return { value: convert(name, schema, value, complain), unfit }
}

const isPrivateKey = (value: unknown): boolean => isSecret(value) && holdsPrivateKey(value.reveal())

const PUBLIC = 'a public key stands in the file that ends in .pub'

type Complain = (message: string, path?: readonly (string | number)[], hint?: string) => undefined

// Ansible's modules take these for booleans too; a condition or a keyword does not
const LETTERS: ReadonlyMap<string, boolean> = new Map([
  ['y', true],
  ['t', true],
  ['n', false],
  ['f', false],
])

const convert = (name: string, schema: ParamSchema, value: unknown, complain: Complain): unknown => {
  if (schema.secret === true) return value instanceof Secret ? value : secretOf(name, value, complain)
  if (schema.anyOf !== undefined) return oneOf(name, schema.anyOf, value, complain)
  switch (schema.type) {
    case 'string':
      return textOf(name, schema, value, complain)
    case 'boolean': {
      const flag = flagOf(LETTERS.get(String(value).toLowerCase()) ?? value)
      return flag ?? complain(`"${name}" is yes or no, not ${wordsFor(value)}`)
    }
    case 'integer':
    case 'number':
      return numberOf(name, schema.type, value, complain)
    case 'array': {
      const items = Array.isArray(value) ? value : [value]
      return items.map((item, index) => textOf(name, schema.items ?? {}, item, complain, [index]))
    }
    default:
      return unspelled(value)
  }
}

const secretOf = (name: string, value: unknown, complain: Complain): Secret | undefined => {
  const text = textOf(name, {}, value, () => undefined)
  return text === undefined ? complain(`"${name}" is a text`) : new Secret(text)
}

const textOf = (
  name: string,
  schema: ParamSchema,
  value: unknown,
  complain: Complain,
  path: readonly (string | number)[] = [],
): string | undefined => {
  if (typeof value === 'string') return value
  const raw = value instanceof Spelled || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
  if (raw !== null && schema.format === 'file-mode' && typeof unspelled(value) === 'number') {
    const octal = /^0?[0-7]{3,4}$/.test(raw)
    return complain(
      `"${name}" is a file mode and must be a quoted string: YAML reads ${raw} as a number`,
      path,
      octal ? `write ${name}: '${raw.padStart(4, '0')}'` : `write it in octal, as in ${name}: '0644'`,
    )
  }
  if (raw !== null) return raw
  const what = path.length > 0 ? `an item of "${name}"` : `"${name}"`
  return complain(`${what} is a text, not ${wordsFor(value)}`, path)
}

const numberOf = (name: string, type: string, value: unknown, complain: Complain): number | undefined => {
  const plain = unspelled(value)
  const number = typeof plain === 'string' && /^-?\d+$/.test(plain.trim()) ? Number(plain) : plain
  if (typeof number === 'number' && (type === 'number' || Number.isInteger(number))) return number
  return complain(`"${name}" is a whole number, not ${wordsFor(value)}`)
}

/** A text or a list of texts; or, where the schema says so, any scalar or a list of them. */
const oneOf = (name: string, choices: readonly ParamSchema[], value: unknown, complain: Complain): unknown => {
  const list = choices.find((choice) => choice.type === 'array')
  const scalar = choices.find((choice) => choice.type !== 'array')
  if (Array.isArray(value) && list !== undefined)
    return value.map((item, index) => scalarOf(name, list.items ?? {}, item, complain, [index]))
  return scalarOf(name, scalar ?? {}, value, complain, [])
}

const scalarOf = (
  name: string,
  schema: ParamSchema,
  value: unknown,
  complain: Complain,
  path: readonly (string | number)[],
): unknown => {
  if (!Array.isArray(schema.type)) return textOf(name, schema, value, complain, path)
  if (value instanceof Spelled) return typeof value.value === 'number' ? value.raw : value.value
  if (value === null || Array.isArray(value) || isMap(value)) return textOf(name, schema, value, complain, path)
  return value
}
