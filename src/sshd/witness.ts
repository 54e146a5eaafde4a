import type { Look } from '../contract/look.ts'
import type { SshdConnection } from '../contract/questions.ts'
import { type Criterion, isAll } from '../formats/sshd-match.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import { NEUTRAL } from './ask.ts'
import { stating } from './place.ts'
import { criteriaKey } from './rival.ts'
import type { Setting } from './setting.ts'

/** The blocks, one statement each, that state a setting and are not about everybody. */
export const overridingBlocks = (all: readonly Statement[], setting: Setting): readonly Statement[] => {
  const seen = new Set<string>()
  return stating(all, setting).filter((one) => {
    if (isGlobal(one) || seen.has(criteriaKey(one))) return false
    seen.add(criteriaKey(one))
    return true
  })
}

/** The criteria of all Match lines around a line, of which each must hold. */
export const criteriaAround = (one: Statement): readonly Criterion[] => one.within.filter((list) => !isAll(list)).flat()

/** A connection that criteria are about, as far as one can be made up; null where it cannot. */
export const connectionFor = async (on: Look, criteria: readonly Criterion[]): Promise<SshdConnection | null> => {
  const group = criteria.find(({ name }) => name === 'group')
  const member = group === undefined ? null : memberOf(await on.read('/etc/group'), group.patterns)
  if (group !== undefined && member === null) return null
  const made = criteria.map((criterion) => sample(criterion))
  if (made.includes(null)) return null
  return Object.assign({ ...NEUTRAL, ...(member === null ? {} : { user: member }) }, ...made)
}

/** Says whether a connection made up for criteria is surely one of theirs, whatever accounts there are. */
export const isSureFor = (criteria: readonly Criterion[]): boolean =>
  criteria.every(({ name, patterns }) => FIELDS[name] !== undefined && !patterns.includes('!'))

/** Says whether criteria are surely not about the neutral connection: one of them is about other names or networks. */
export const missesNeutral = (criteria: readonly Criterion[]): boolean =>
  criteria.some(({ name, patterns }) => {
    const list = patterns.split(',')
    if (name === 'group') return !list.some((pattern) => /[*?!]|^(nobody|nogroup)$/.test(pattern))
    const field = FIELDS[name]
    if (field === undefined || list.some((pattern) => /[*?!]/.test(pattern))) return false
    return !list.some((pattern) => (pattern.includes('/') ? isInNetwork(pattern) : pattern === String(NEUTRAL[field])))
  })

/** Says whether the neutral addresses, both of 192.0.2.0/24, may lie in a network. */
const isInNetwork = (network: string): boolean => {
  const [net = '', bits] = network.split('/')
  if (net.includes(':')) return false
  const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Math.min(24, Number(bits)))
  return Math.floor(number(net) / size) === Math.floor(number(NEUTRAL.addr) / size)
}

/** Says whether one connection may satisfy both lists of criteria: no plain names in them exclude each other. */
export const mayMeet = (one: readonly Criterion[], other: readonly Criterion[]): boolean =>
  one.every(({ name, patterns }) => {
    const same = other.find((criterion) => criterion.name === name)
    if (same === undefined || name === 'group' || /[*?!/]/.test(patterns + same.patterns)) return true
    return patterns.split(',').some((pattern) => same.patterns.split(',').includes(pattern))
  })

const FIELDS: Readonly<Record<string, keyof SshdConnection>> = {
  user: 'user',
  host: 'host',
  address: 'addr',
  localaddress: 'laddr',
  localport: 'lport',
}

const sample = ({ name, patterns }: Criterion): Partial<SshdConnection> | null => {
  if (name === 'group') return {}
  const field = FIELDS[name]
  const first = patterns.split(',').find((pattern) => pattern !== '' && !pattern.startsWith('!'))
  if (field === undefined || first === undefined) return null
  const made = field === 'addr' || field === 'laddr' ? address(first) : first.replace(/[*?]/g, 'x')
  return made === null ? null : { [field]: field === 'lport' ? Number(made) : made }
}

/** An address in a network or of a pattern. */
const address = (pattern: string): string | null => {
  if (pattern === '*') return NEUTRAL.addr
  const [net = '', bits] = pattern.split('/')
  if (bits === undefined)
    return net.includes(':') ? plainOnly(net) : [...net.split('.'), '1', '1', '1'].slice(0, 4).map(digits).join('.')
  if (net.includes(':')) return Number(bits) < 128 && net.endsWith('::') ? `${net}1` : net
  const parts = net.split('.').map(Number)
  if (parts.length !== 4) return null
  return Number(bits) < 32 && parts[3] === 0 ? [...parts.slice(0, 3), 1].join('.') : net
}

const plainOnly = (address: string): string | null => (/[*?]/.test(address) ? null : address)

const digits = (part: string): string => part.replace(/[*?]/g, '1')

const memberOf = (groups: string | null, patterns: string): string | null => {
  const wanted = patterns.split(',')
  for (const line of (groups ?? '').split('\n')) {
    const [name = '', , , members = ''] = line.split(':')
    const [member] = members.split(',')
    if (wanted.includes(name) && member !== undefined && member !== '') return member
  }
  return null
}

/** Says whose connection it is, as `-C` of sshd has it, without what is as good as any other. */
export const connectionText = (connection: SshdConnection): string =>
  (Object.keys(NEUTRAL) as (keyof SshdConnection)[])
    .filter((field) => connection[field] !== NEUTRAL[field])
    .map((field) => `${field}=${connection[field]}`)
    .join(',') || 'anybody'
