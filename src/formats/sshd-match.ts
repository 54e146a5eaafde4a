import { matchWords } from './sshd-config.ts'

/** One criterion of a Match line: its name in lower case, and its pattern list (empty for `all`). */
export interface Criterion {
  readonly name: string
  readonly patterns: string
}

const ALONE = new Set(['all', 'invalid-user', 'canonical', 'final'])

/** Reads the criteria of a Match line, of which each must hold; null where sshd refuses to. */
export const criteriaOf = (value: string): readonly Criterion[] | null => {
  const words = matchWords(value)
  if (words === null || words.length === 0) return null
  const criteria: Criterion[] = []
  for (let index = 0; index < words.length; index += 1) {
    const name = (words[index] ?? '').toLowerCase()
    if (ALONE.has(name)) criteria.push({ name, patterns: '' })
    else {
      index += 1
      const patterns = words[index]
      if (patterns === undefined) return null
      criteria.push({ name, patterns })
    }
  }
  return criteria
}

/** Says whether criteria are `all` and nothing else, which applies to everybody. */
export const isAll = (criteria: readonly Criterion[] | null): boolean =>
  criteria?.length === 1 && criteria[0]?.name === 'all'

/** Writes criteria in the one way in which two that mean the same are the same: `address 10.0.0.0/8 user alice,bob`. */
export const sameCriteria = (criteria: readonly Criterion[]): string =>
  criteria
    .map(({ name, patterns }) => (patterns === '' ? name : `${name} ${patterns.split(',').sort().join(',')}`))
    .sort()
    .join(' ')

/** Writes criteria as a Match line has them, quoted where a pattern list needs it. */
export const criteriaText = (criteria: readonly Criterion[]): string =>
  criteria.map(({ name, patterns }) => (patterns === '' ? title(name) : `${title(name)} ${quoted(patterns)}`)).join(' ')

const quoted = (patterns: string): string => (/[\s=#]/.test(patterns) ? `"${patterns}"` : patterns)

const TITLES: Readonly<Record<string, string>> = {
  localaddress: 'LocalAddress',
  localport: 'LocalPort',
  rdomain: 'RDomain',
}

const title = (name: string): string =>
  TITLES[name] ?? (ALONE.has(name) ? name : name.charAt(0).toUpperCase() + name.slice(1))
