import { admitsFrom, idleEntries, whyFromNobody } from './authorized-from.ts'
import { isBadOptions, readOptions } from './authorized-options.ts'

/** What is known of the host when options are judged; null: not known. */
export interface Circumstances {
  /** the host's clock, in seconds since 1970 */
  readonly now: number | null
  /** whether sshd looks up the client's name (`UseDNS`) */
  readonly usesDns: boolean | null
  /** the services of TCP that it knows by name */
  readonly services: readonly string[] | null
}

/** Says why a plain key with these options lets nobody in, whoever comes from wherever; null where it may let somebody in. */
export const whyDead = (text: string | null, about: Circumstances): string | null => {
  const options = readOptions(text ?? '')
  if (isBadOptions(options)) return options.problem
  if (options.principals !== null && options.flags['cert-authority'] !== true)
    return 'principals= is for certificates: it needs cert-authority, and a key with it is refused'
  const past = options.expiry.find((date) => isPast(date, about.now))
  if (past !== undefined) return `it expired on ${past}`
  const port = options.portNames.find((name) => about.services?.includes(name) === false)
  if (port !== undefined) return `invalid permission port: this machine knows no service "${port}"`
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

/** A way in that a key has: what it runs instead of what the client asks for, or null. */
export interface Entrance {
  readonly command: string | null
}

/** What a key with these options is let in to from an address (null: from anywhere); null where it is not. */
export const entranceOf = (text: string | null, address: string | null): Entrance | null => {
  const options = readOptions(text ?? '')
  if (isBadOptions(options) || options.flags['cert-authority'] === true) return null
  const isAdmitted = address === null || options.from === null || admitsFrom(options.from, address)
  return isAdmitted ? { command: options.command } : null
}

/** What in living options is not what it seems: entries of `from=` that match nobody. */
export const idleWords = (text: string | null, { usesDns }: Circumstances): readonly string[] => {
  const options = readOptions(text ?? '')
  return isBadOptions(options) || options.from === null ? [] : [...idleEntries(options.from, usesDns).values()]
}
