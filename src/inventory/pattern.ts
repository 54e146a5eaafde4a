import { readFileSync } from 'node:fs'
import type { Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Inventory } from './shape.ts'

/** The hosts that a pattern names, in the order of the inventory, and the names in it that nothing defines. */
export interface Chosen {
  readonly hosts: readonly string[]
  readonly mistakes: readonly Mistake[]
}

/**
 * Reads a host pattern as Ansible does: `a:b` or `a,b` together, `&a` those also in a, `!a` those not in a; names of
 * groups and hosts, `all`, globs, `~regex`, and `group[0]`, `group[-1]`, `group[0:2]`.
 */
export const chooseHosts = (pattern: string, inventory: Inventory): Chosen => {
  const mistakes: Mistake[] = []
  const resolve = (term: string): ReadonlySet<string> => {
    const found = hostsOf(term, inventory)
    if (typeof found !== 'string') return found
    mistakes.push({ message: found, ...hintForHost(term, inventory) })
    return new Set()
  }
  const terms = termsOf(pattern, inventory)
  const plain = terms.filter((term) => !/^[&!]/.test(term))
  const chosen = new Set((plain.length === 0 ? ['all'] : plain).flatMap((term) => [...resolve(term)]))
  for (const term of terms.filter((one) => one.startsWith('&'))) {
    const also = resolve(term.slice(1).trim())
    for (const host of chosen) if (!also.has(host)) chosen.delete(host)
  }
  for (const term of terms.filter((one) => one.startsWith('!')))
    for (const host of resolve(term.slice(1).trim())) chosen.delete(host)
  return { hosts: inOrder(chosen, inventory), mistakes }
}

/** The hosts of `--limit`: a pattern, or `@file` with a pattern a line. */
export const chooseLimit = (limit: string, inventory: Inventory): Chosen => {
  const parts: string[] = []
  const mistakes: Mistake[] = []
  for (const part of limit.split(/,(?![^[]*\])/)) {
    if (!part.trim().startsWith('@')) {
      parts.push(part)
      continue
    }
    const file = part.trim().slice(1)
    try {
      parts.push(
        ...readFileSync(file, 'utf8')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !line.startsWith('#')),
      )
    } catch {
      mistakes.push({ message: `--limit: the file "${file}" could not be found` })
    }
  }
  const chosen = chooseHosts(parts.join(','), inventory)
  const said = chosen.mistakes.map((mistake) => ({ ...mistake, message: `--limit: ${mistake.message}` }))
  return { hosts: mistakes.length > 0 ? [] : chosen.hosts, mistakes: [...mistakes, ...(parts.length > 0 ? said : [])] }
}

const termsOf = (pattern: string, inventory: Inventory): readonly string[] => {
  if (inventory.hosts.has(pattern) || inventory.groups.has(pattern)) return [pattern]
  // as in Ansible: where there is a comma, colons are part of a name
  const separator = pattern.includes(',') ? /,(?![^[]*\])/ : /:(?![^[]*\])/
  const terms = pattern.split(separator).map((term) => term.trim())
  return terms.filter((term) => term !== '')
}

const inOrder = (chosen: ReadonlySet<string>, inventory: Inventory): readonly string[] => {
  const hosts = [...inventory.hosts.keys()].filter((host) => chosen.has(host))
  return chosen.has('localhost') && !inventory.hosts.has('localhost') ? [...hosts, 'localhost'] : hosts
}

/** The hosts of one term, or what is wrong with it. */
const hostsOf = (term: string, inventory: Inventory): ReadonlySet<string> | string => {
  const whole = named(term, inventory)
  if (whole !== null) return whole
  const found = /^(.+)\[(-?\d+|\d*:-?\d*)\]$/.exec(term)
  if (found === null) return `Could not match supplied host pattern: "${term}"`
  const [, base = '', range = ''] = found
  const all = named(base, inventory)
  if (all === null) return `Could not match supplied host pattern: "${base}"`
  const hosts = inOrder(all, inventory)
  const part = subscript(hosts, range)
  return hosts.length > 0 && part.length === 0
    ? `"${base}" has ${hosts.length} hosts: there is no ${term}`
    : new Set(part)
}

/** As in Ansible, the end of a range is part of it. */
const subscript = (hosts: readonly string[], range: string): readonly string[] => {
  if (!range.includes(':')) {
    const host = hosts.at(Number(range))
    return host === undefined ? [] : [host]
  }
  const [from = '', to = ''] = range.split(':')
  const end = to === '' ? hosts.length : Number(to) + 1
  return hosts.slice(Number(from), end === 0 ? undefined : end)
}

const named = (name: string, inventory: Inventory): ReadonlySet<string> | null => {
  const { groups, hosts } = inventory
  if (name === 'all' || name === '*') return new Set(hosts.keys())
  const group = groups.get(name)
  if (group !== undefined) return new Set(group)
  if (hosts.has(name) || name === 'localhost') return new Set([name])
  const regex = name.startsWith('~') ? regexOf(name.slice(1)) : /[*?[]/.test(name) ? globOf(name) : null
  if (regex === null) return null
  const found = new Set<string>()
  let some = false
  for (const [groupName, members] of groups) {
    // `a*` says hosts and groups that begin with an a, not all hosts
    if (groupName === 'all' || groupName === 'ungrouped' || !regex.test(groupName)) continue
    some ||= members.length === 0
    for (const host of members) found.add(host)
  }
  for (const host of hosts.keys()) if (regex.test(host)) found.add(host)
  return found.size > 0 || some ? found : null
}

const regexOf = (source: string): RegExp | null => {
  try {
    return new RegExp(`^(?:${source})`)
  } catch {
    return null
  }
}

/** `*`, `?`, `[abc]` and `[!abc]`; brackets that hold a number or a range of numbers are a subscript, not a set. */
const globOf = (glob: string): RegExp | null => {
  if (/^[^*?]*\[-?\d*:?-?\d*\]$/.test(glob)) return null
  const escaped = glob
    .replaceAll(/[\\^$.|+(){}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^')
  return regexOf(`${escaped}$`)
}

/** What is said to a name that is no host or group. */
export const hintForHost = (term: string, { hosts, groups, files }: Inventory): { readonly hint?: string } => {
  const name = term.replace(/\[.*$/, '')
  if (name === '127.0.0.1' || term === '::1') return { hint: 'the control node is called localhost' }
  const meant = didYouMean(name, [...groups.keys(), ...hosts.keys()])
  if (meant.hint !== undefined) return meant
  return files.length === 0 ? { hint: 'there is no inventory: name one with -i' } : {}
}
