import { Spelled } from './node.ts'

const TRUE = new Set(['yes', 'on', 'true', '1'])
const FALSE = new Set(['no', 'off', 'false', '0'])

/** Reads a boolean as Ansible users write it (yes no on off true false 1 0, any letter case); undefined where it is none. */
export const flagOf = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value instanceof Spelled && typeof value.value === 'boolean') return value.value
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof Spelled)) return undefined
  const word = String(value).toLowerCase()
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : undefined
}
