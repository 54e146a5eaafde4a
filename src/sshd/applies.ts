// Whether a Match line is about a connection, as far as it can be told without sshd.

import { BlockList, isIP } from 'node:net'
import type { SshdConnection } from '../contract/questions.ts'
import type { Criterion } from '../formats/sshd-match.ts'
import { takesPattern } from '../formats/sshd-pattern.ts'
import { type Accounts, groupsOf } from './accounts.ts'

/** The field of a connection that a criterion is about; a group is about the user. */
export const fieldOf = ({ name }: Criterion): keyof SshdConnection | null => FIELDS.get(name) ?? null

const FIELDS: ReadonlyMap<string, keyof SshdConnection> = new Map([
  ['user', 'user'],
  ['group', 'user'],
  ['host', 'host'],
  ['address', 'addr'],
  ['localaddress', 'laddr'],
  ['localport', 'lport'],
])

/** Says whether a criterion holds for a connection; null where only sshd can tell. */
export const holds = (criterion: Criterion, connection: SshdConnection, accounts: Accounts): boolean | null => {
  const { name, patterns } = criterion
  const field = fieldOf(criterion)
  if (name === 'all') return true
  if (field === null) return null
  if (name === 'group') {
    const groups = groupsOf(accounts, connection.user)
    return groups === null ? null : inGroups(patterns.split(','), groups)
  }
  const value = String(connection[field])
  const isAddress = field === 'addr' || field === 'laddr'
  const list = name === 'host' ? patterns.toLowerCase() : patterns
  return inList(list.split(','), (pattern) => (isAddress ? takesAddress(pattern, value) : takesPattern(pattern, value)))
}

/** Says whether all criteria hold: one that does not decides, else one that only sshd can judge leaves it open. */
export const holdAll = (
  criteria: readonly Criterion[],
  connection: SshdConnection,
  accounts: Accounts,
): boolean | null => {
  const all = criteria.map((one) => holds(one, connection, accounts))
  return all.includes(false) ? false : all.includes(null) ? null : true
}

const inList = (patterns: readonly string[], takes: (pattern: string) => boolean): boolean =>
  !patterns.some((one) => one.startsWith('!') && takes(one.slice(1))) &&
  patterns.some((one) => !one.startsWith('!') && takes(one))

const inGroups = (patterns: readonly string[], groups: readonly string[]): boolean =>
  inList(patterns, (pattern) => groups.some((group) => takesPattern(pattern, group)))

const takesAddress = (pattern: string, address: string): boolean =>
  pattern.includes('/') ? isInNetwork(pattern, address) : takesPattern(pattern, address)

/** Says whether an address lies in a network such as `10.0.0.0/8`. */
export const isInNetwork = (network: string, address: string): boolean => {
  const [net = '', bits = ''] = network.split('/')
  const family = isIP(net)
  if (family === 0 || family !== isIP(address) || !/^\d+$/.test(bits)) return false
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
