// The `from=` before a key, as sshd compares it: with the client's address, and with its name where UseDNS is on.

import { BlockList, isIP, isIPv6 } from 'node:net'
import { takesPattern } from './sshd-pattern.ts'

/** Says why a `from=` matches nobody, wherever one comes from; null where it may match somebody. */
export const whyFromNobody = (list: string, usesDns: boolean | null): string | null => {
  const patterns = list.split(',')
  if (patterns.some((one) => one === '' || one === '!'))
    return `from="${list}" has an empty entry, which matches nobody`
  const broken = patterns.map(bare).find(isBrokenNetwork)
  if (broken !== undefined)
    return `from="${list}" matches nobody: ${broken} is no network (bits are set behind its mask)`
  const positive = patterns.filter((one) => !one.startsWith('!'))
  if (positive.length === 0 || patterns.includes('!*')) return `from="${list}" matches nobody`
  const idle = idleEntries(list, usesDns)
  return positive.every((one) => idle.has(one)) ? `from="${list}" matches nobody: ${[...idle.values()][0]}` : null
}

/** The entries of a `from=` that match nobody, each with the reason in words. */
export const idleEntries = (list: string, usesDns: boolean | null): ReadonlyMap<string, string> =>
  new Map(
    list.split(',').flatMap((entry) => {
      const why = whyIdle(bare(entry), usesDns)
      return why === null ? [] : [[entry, why]]
    }),
  )

/** Says whether a `from=` admits a client from an address; names in it are not looked up. */
export const admitsFrom = (list: string, address: string): boolean => {
  const patterns = list.split(',')
  const takes = (pattern: string): boolean => takesAddress(pattern, address)
  return (
    patterns.some((one) => !one.startsWith('!') && takes(one)) &&
    !patterns.some((one) => one.startsWith('!') && takes(bare(one)))
  )
}

const bare = (entry: string): string => entry.replace(/^!/, '')

const whyIdle = (entry: string, usesDns: boolean | null): string | null => {
  if (/\s/.test(entry)) return `"${entry}" has a blank in it, and no address has`
  if (entry.includes('/')) return isNetwork(entry) ? null : `${entry} is no network`
  if (!POSSIBLE.test(entry)) return `${entry} has characters in it that no address has`
  if (isNumeric(entry) || /^[\d.:a-f*?]*[*?][\d.:a-f*?]*$/i.test(entry)) return null
  if (entry.includes(':')) return `${entry} is no address (a port is not compared)`
  return usesDns === false ? `${entry} is a name, and sshd compares addresses only, since it has UseDNS no` : null
}

const POSSIBLE = /^[\w.:%*?-]+$/

const isNumeric = (text: string): boolean => (isIP(text) !== 0 && !MAPPED.test(text)) || isOldForm(text)

/** Says whether a text is an IPv4 address in one of the forms of old, as `127.1`: sshd takes these too. */
const isOldForm = (text: string): boolean => {
  const parts = text.split('.')
  const limit = (index: number): number => (index < parts.length - 1 ? 256 : 256 ** (5 - parts.length))
  return (
    parts.length <= 4 && parts.every((part, index) => /^(0x[0-9a-f]+|\d+)$/i.test(part) && Number(part) < limit(index))
  )
}

// a client of such an address is one of IPv4 to sshd
const MAPPED = /^::ffff:\d+\.\d+\.\d+\.\d+$/i

const isNetwork = (entry: string): boolean => {
  const [address = '', mask = ''] = entry.split(/\/(.*)/s)
  return isNumeric(address) && /^\d+$/.test(mask)
}

const takesAddress = (pattern: string, address: string): boolean => {
  const [net = '', mask] = pattern.split('/')
  if (mask === undefined || isIP(net) === 0 || isIP(net) !== isIP(address))
    return takesPattern(pattern.toLowerCase(), address.toLowerCase())
  const family = isIPv6(net) ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  if (/^\d+$/.test(mask) && Number(mask) <= (family === 'ipv6' ? 128 : 32)) list.addSubnet(net, Number(mask), family)
  return list.check(address, family)
}

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
