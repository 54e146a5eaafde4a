import { BlockList, isIP, isIPv6 } from 'node:net'
import { isBadOptions, readOptions } from './authorized-options.ts'

/** What is known of the host when options are judged; null: not known. */
export interface Circumstances {
  /** the host's clock, in seconds since 1970 */
  readonly now: number | null
  /** whether sshd looks up the client's name (`UseDNS`) */
  readonly usesDns: boolean | null
}

/** Says why a plain key with these options lets nobody in, whoever comes from wherever; null where it may let somebody in. */
export const whyDead = (text: string | null, about: Circumstances): string | null => {
  const options = readOptions(text ?? '')
  if (isBadOptions(options)) return options.problem
  if (options.principals !== null && options.flags['cert-authority'] !== true)
    return 'principals= is for certificates: it needs cert-authority, and a key with it is refused'
  const past = options.expiry.find((date) => isPast(date, about.now))
  if (past !== undefined) return `it expired on ${past}`
  return options.from === null ? null : whyFromNobody(options.from, about.usesDns)
}

/** Says whether these options make a key the authority of certificates, which does not log in itself. */
export const isAuthority = (text: string | null): boolean => {
  const options = readOptions(text ?? '')
  return !isBadOptions(options) && options.flags['cert-authority'] === true
}

/** Says whether a date of `expiry-time` lies in the past whatever the host's time zone, or by UTC where it says so. */
const isPast = (date: string, now: number | null): boolean => {
  if (now === null) return false
  const digits = date.replace(/\D/g, '').padEnd(14, '0')
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\d{4})(..)(..)(..)(..)(..)/.exec(digits)?.slice(1) ?? []
  const utc =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000
  return utc + (/(z|utc)$/i.test(date) ? 0 : WESTERNMOST_SECONDS) < now
}

const WESTERNMOST_SECONDS = 12 * 3600

const whyFromNobody = (list: string, usesDns: boolean | null): string | null => {
  const patterns = list.split(',')
  if (patterns.some((one) => one === '' || one === '!'))
    return `from="${list}" has an empty entry, which matches nobody`
  const broken = patterns.map((one) => one.replace(/^!/, '')).find(isBrokenNetwork)
  if (broken !== undefined)
    return `from="${list}" matches nobody: ${broken} is no network (bits are set behind its mask)`
  const positive = patterns.filter((one) => !one.startsWith('!'))
  if (positive.length === 0 || patterns.includes('!*')) return `from="${list}" matches nobody`
  if (usesDns === false && positive.every((one) => !MAY_BE_ADDRESS.test(one)))
    return `from="${list}" matches nobody: sshd compares addresses only, since it has UseDNS no`
  return null
}

/** Says whether a key with these options may log in from an address; what else they ask for is not looked at. */
export const admitsAddress = (text: string | null, address: string): boolean => {
  const options = readOptions(text ?? '')
  if (isBadOptions(options)) return false
  const patterns = options.from?.split(',') ?? ['*']
  const takes = (pattern: string): boolean => takesAddress(pattern, address)
  return (
    patterns.some((one) => !one.startsWith('!') && takes(one)) &&
    !patterns.some((one) => one.startsWith('!') && takes(one.slice(1)))
  )
}

const takesAddress = (pattern: string, address: string): boolean => {
  const [net = '', mask] = pattern.split('/')
  if (mask !== undefined && isIP(net) !== 0 && isIP(net) === isIP(address)) {
    const family = isIPv6(net) ? 'ipv6' : 'ipv4'
    const list = new BlockList()
    if (/^\d+$/.test(mask) && Number(mask) <= (family === 'ipv6' ? 128 : 32)) list.addSubnet(net, Number(mask), family)
    return list.check(address, family)
  }
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(address)
}

const MAY_BE_ADDRESS = /^[0-9a-f.:*?/]+$/i

// sshd gives up the whole list for one of these
const isBrokenNetwork = (pattern: string): boolean => {
  const [address = '', mask, ...more] = pattern.split('/')
  if (mask === undefined || more.length > 0 || isIP(address) === 0 || !/^\d+$/.test(mask) || Number(mask) > 128)
    return false
  const bits = bitsOf(address)
  return Number(mask) > bits.length || bits.slice(Number(mask)).includes('1')
}

const bitsOf = (address: string): string =>
  isIPv6(address)
    ? groupsOf(address)
        .map((group) => group.toString(2).padStart(16, '0'))
        .join('')
    : address
        .split('.')
        .map((byte) => Number(byte).toString(2).padStart(8, '0'))
        .join('')

const groupsOf = (address: string): readonly number[] => {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(':'),
  )
  const [head = '', tail] = plain.split('::')
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [numbers(head), numbers(tail ?? '')]
  return [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
}
