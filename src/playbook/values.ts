import { type At, UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { holdsPrivateKey, Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { flagOf } from '../yaml/flag.ts'
import { Spelled } from '../yaml/node.ts'

/** Says whether a value counts as true in a condition; a value that is neither yes nor no is an error. */
export const holds = (value: unknown, at: At): boolean => {
  const flag = flagOf(value)
  if (flag !== undefined) return flag
  if (value === null) return false
  if (value === LATER) throw new Waiting('its condition is known after the run')
  const hint =
    typeof value === 'string' || Array.isArray(value)
      ? 'compare it, as in (eq name "value") or (gt (length name) 0), or ask (defined name)'
      : 'compare it, as in (eq name 22)'
  throw new UserError(`a condition is yes or no, not ${wordsFor(value)}`, { at, hint })
}

/** Says what a value is in a user's words; a text is quoted, a secret is dots. */
export const wordsFor = (value: unknown): string => {
  if (Array.isArray(value)) return `the list ${clipped(shown(value))}`
  if (value === LATER) return 'a value known after the run'
  if (value instanceof Secret) return 'a secret'
  if (value instanceof Spelled) return value.raw
  if (value === null) return 'nothing'
  if (typeof value === 'object') return 'a map'
  if (typeof value !== 'string') return String(value)
  return holdsPrivateKey(value) ? 'private key material' : clipped(JSON.stringify(value))
}

/** Writes a value on one line; what nobody may see is dots. */
export const shown = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    inner === LATER ? '(known after the run)' : typeof inner === 'string' && holdsPrivateKey(inner) ? '•••' : inner,
  )

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text)

/** What is inside a value, however deep. */
export const contains = (value: unknown, isIt: (inner: unknown) => boolean): boolean => {
  if (isIt(value)) return true
  if (Array.isArray(value)) return value.some((item) => contains(item, isIt))
  if (!isMap(value)) return false
  return Object.values(value).some((inner) => contains(inner, isIt))
}

export const isLater = (value: unknown): boolean => value === LATER
export const isSecret = (value: unknown): value is Secret => value instanceof Secret

/** Says whether a value is a map that a playbook can look into. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  !(value instanceof Secret) &&
  !(value instanceof Spelled)

/** Gives the value with its secrets in the clear, to compute a new secret from. */
export const revealed = (value: unknown): unknown => {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(revealed)
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]))
  return value
}

/** Writes a value into a longer text. */
export const textFor = (value: unknown, at: At): string | Secret => {
  if (typeof value === 'string' || value instanceof Secret) return value
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Spelled) return String(value)
  if (value === LATER) throw new Waiting('a part of its text is known after the run')
  const hint = Array.isArray(value)
    ? 'write (join list ",") or (json list), or let the template stand alone to keep the list'
    : value === null
      ? 'write (default name "…")'
      : 'name one of its fields, or write (json name)'
  throw new UserError(`${wordsFor(value)} cannot stand within a text`, { at, hint })
}
