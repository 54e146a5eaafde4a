import type { Look } from '../contract/look.ts'
import type { SshdConnection } from '../contract/questions.ts'
import { type Criterion, isAll } from '../formats/sshd-match.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import { NEUTRAL } from './ask.ts'
import { states } from './place.ts'
import { criteriaKey } from './rival.ts'
import type { Setting } from './setting.ts'

/** The blocks, one statement each, that state a setting and are not about everybody. */
export const overridingBlocks = (all: readonly Statement[], setting: Setting): readonly Statement[] => {
  const seen = new Set<string>()
  return all.filter((one) => {
    if (isGlobal(one) || !states(one.line, setting) || seen.has(criteriaKey(one))) return false
    seen.add(criteriaKey(one))
    return true
  })
}

/** A connection that a block is about, as far as one can be made up; null where it cannot. */
export const connectionFor = async (on: Look, one: Statement): Promise<SshdConnection | null> => {
  const criteria = one.within.filter((inner) => !isAll(inner)).flat()
  const group = criteria.find(({ name }) => name === 'group')
  const member = group === undefined ? null : memberOf(await on.read('/etc/group'), group.patterns)
  if (group !== undefined && member === null) return null
  const made = criteria.map((criterion) => sample(criterion))
  if (made.includes(null)) return null
  return Object.assign({ ...NEUTRAL, ...(member === null ? {} : { user: member }) }, ...made)
}

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
  if (bits === undefined) return net.replace(/\*/g, '1').replace(/\?/g, '1')
  if (net.includes(':')) return Number(bits) < 128 && net.endsWith('::') ? `${net}1` : net
  const parts = net.split('.').map(Number)
  if (parts.length !== 4) return null
  return Number(bits) < 32 && parts[3] === 0 ? [...parts.slice(0, 3), 1].join('.') : net
}

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
