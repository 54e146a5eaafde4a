// Values of a connection that the criteria of Match lines tell apart.

import { isIP } from 'node:net'
import type { Criterion } from '../formats/sshd-match.ts'
import { takesPattern } from '../formats/sshd-pattern.ts'
import { type Accounts, memberOf } from './accounts.ts'
import { isInNetwork } from './applies.ts'

/** Values, as texts, that a criterion takes, and some beside it that it does not. */
export const samplesOf = (criterion: Criterion, accounts: Accounts): readonly string[] => {
  const patterns = criterion.patterns.split(',').map((pattern) => pattern.replace(/^!/, ''))
  return patterns
    .filter((pattern) => pattern !== '')
    .flatMap((pattern) => SAMPLES[criterion.name]?.(pattern, accounts) ?? [])
}

const isPlain = (pattern: string): boolean => !/[*?]/.test(pattern)

const users = (pattern: string, { users }: Accounts): readonly string[] => {
  if (isPlain(pattern)) return [pattern]
  const real = [...users.keys()].filter((name) => takesPattern(pattern, name)).slice(0, MOST_REAL_USERS)
  return [...real, pattern.replace(/[*?]/g, 'x')]
}

const MOST_REAL_USERS = 30

const members = (pattern: string, accounts: Accounts): readonly string[] => {
  const member = memberOf(accounts, pattern)
  return member === null ? [] : [member]
}

const names = (pattern: string): readonly string[] => [pattern.replace(/[*?]/g, 'x')]

const ports = (pattern: string): readonly string[] => (/^\d+$/.test(pattern) ? [pattern] : [])

const addresses = (pattern: string): readonly string[] => {
  if (pattern.includes('/')) return inAndOut(pattern)
  if (isPlain(pattern)) return [pattern]
  if (pattern.includes(':'))
    return [pattern.replace(/\*$/, '1').replace(/[*?]/g, '1')].filter((made) => isIP(made) === 6)
  const parts = [...pattern.split('.'), '1', '1', '1'].slice(0, 4)
  return [parts.map((part) => part.replace(/[*?]/g, '1')).join('.')].filter((made) => isIP(made) === 4)
}

/** The first, the middle and the last address of a network, and one that is not in it. */
const inAndOut = (network: string): readonly string[] => {
  const outside = STRANGERS.find((address) => !isInNetwork(network, address))
  return [...inside(network), ...(outside === undefined ? [] : [outside])]
}

const STRANGERS = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1']

const inside = (network: string): readonly string[] => {
  const [net = '', bits = ''] = network.split('/')
  if (isIP(net) === 6) return Number(bits) < 128 && net.endsWith('::') ? [`${net}1`, `${net}ffff`] : [net]
  if (isIP(net) !== 4) return []
  const size = 2 ** (32 - Number(bits))
  const first = net.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const base = Math.floor(first / size) * size
  const offsets = size < 4 ? [0, size - 1] : [1, size / 2, size - 2]
  return [...new Set(offsets)].map((offset) => dotted(base + offset))
}

const dotted = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

const SAMPLES: Readonly<Record<string, (pattern: string, accounts: Accounts) => readonly string[]>> = {
  user: users,
  group: members,
  host: names,
  address: addresses,
  localaddress: addresses,
  localport: ports,
}
