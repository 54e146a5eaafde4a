import { UserError } from '../contract/errors.ts'

/** Hosts that one key of an inventory stands for, and the port that it names. */
export interface HostNames {
  readonly names: readonly string[]
  readonly port: number | null
}

const RANGE = /\[(\w*):(\w+)(?::(\d+))?\]/
const MOST = 100_000

/** Reads the name of a host: with ranges as in `web[01:50]`, `db[a:f]`, `n[1:9:2]`, and a port as in `web1:2222`. Throws UserError where it is none. */
export const hostNames = (key: string): HostNames => {
  const { name, port } = splitPort(key)
  if (name === '') throw new UserError('a host has a name')
  if (/\s/.test(name)) throw new UserError(`a name of a host has no blanks: "${name}"`, hintForBlanks(name))
  const open = /\[\w*:\]/.exec(name)
  if (open !== null) throw new UserError(`host range ${open[0]} must specify end value`, { hint: FORM })
  const names = expand(name)
  if (/[[\]]/.test(names[0] ?? '')) throw new UserError(`"${name}" is no name of a host`, { hint: FORM })
  return { names, port }
}

const FORM = 'a range is written as in web[01:50], db[a:f] or n[1:9:2]'

const hintForBlanks = (name: string): { readonly hint?: string } => {
  const [, host, variable, value] = /^(\S+)\s+(\w+)=(\S*)/.exec(name) ?? []
  return host === undefined ? {} : { hint: `write "${host}:", and below it "${variable}: ${value}"` }
}

const splitPort = (key: string): { readonly name: string; readonly port: number | null } => {
  const bracketed = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%[\w.-]+)?)\](?::(\d+))?$/.exec(key)
  if (bracketed !== null && !RANGE.test(key))
    return { name: bracketed[1] ?? '', port: bracketed[2] === undefined ? null : Number(bracketed[2]) }
  const found = /^(.*):(\d+)$/.exec(key)
  const name = found?.[1] ?? ''
  // an IPv6 address has more colons; those of a range are within brackets
  if (found === null || name.replaceAll(/\[[^\]]*\]/g, '').includes(':')) return { name: key, port: null }
  return { name, port: Number(found[2]) }
}

const expand = (name: string): readonly string[] => {
  const found = RANGE.exec(name)
  if (found === null) return [name]
  const [whole, from = '', to = '', step = '1'] = found
  const before = name.slice(0, found.index)
  const rests = expand(name.slice(found.index + whole.length))
  const names = steps(from, to, Number(step)).flatMap((part) => rests.map((rest) => `${before}${part}${rest}`))
  if (names.length > MOST) throw new UserError(`host range [${from}:${to}] stands for more than ${MOST} hosts`)
  return names
}

const steps = (from: string, to: string, step: number): readonly string[] => {
  const range = `host range [${from}:${to}]`
  if (step < 1) throw new UserError(`${range} has no step of 0`)
  if (/^\d*$/.test(from) && /^\d+$/.test(to)) {
    const width = from.length > 1 && from.startsWith('0') ? from.length : 0
    if (width > 0 && to.length !== width) throw new UserError(`${range} must have a begin and an end of equal length`)
    if (Number(to) < Number(from)) throw new UserError(`${range} must have a begin that is not above its end`)
    if ((Number(to) - Number(from)) / step > MOST) throw new UserError(`${range} stands for more than ${MOST} hosts`)
    const all: string[] = []
    for (let next = Number(from); next <= Number(to); next += step) all.push(String(next).padStart(width, '0'))
    return all
  }
  if (!/^[a-zA-Z]$/.test(from) || !/^[a-zA-Z]$/.test(to) || from > to)
    throw new UserError(`${range} must be of numbers or of single letters, its begin not above its end`)
  const all: string[] = []
  for (let next = from.charCodeAt(0); next <= to.charCodeAt(0); next += step) all.push(String.fromCharCode(next))
  return all
}
