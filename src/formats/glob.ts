import { byText } from '../contract/by-text.ts'

/** Says whether a pattern has a wildcard, as glob(7) counts them; sshd expands no braces. */
export const hasWildcard = (pattern: string): boolean => /[*?[]/.test(pattern)

/** Says whether a name is taken by one component of a glob(7) pattern: a leading dot only by a dot, letter case counts. */
export const globTakes = (pattern: string, name: string): boolean => {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  return expressionOf(pattern).test(name)
}

const expressionOf = byText((pattern) => new RegExp(`^${pattern.replace(PIECES, regexOf)}$`, 'su'))

const PIECES = /\\(.)|\[([!^]?)(\]?[^\]]*)\]|([*?])|([^\w\s])/gsu

const regexOf = (
  _: string,
  escaped: string | undefined,
  not: string | undefined,
  set: string | undefined,
  wild: string | undefined,
  other: string | undefined,
): string => {
  if (escaped !== undefined) return quote(escaped)
  if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`
  if (wild !== undefined) return wild === '*' ? '.*' : '.'
  return quote(other ?? '')
}

const quote = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
