// What every ssh since 8.0 takes without a word, and what `ssh -G` prints of it, so that ssh need not be asked. Whatever is
// not in these tables, or is written in another way, is for ssh itself to judge.

import { parseSshConfig, type SshConfigLine } from './ssh-config.ts'
import { sshKeyword } from './ssh-config-keywords.ts'
import { holdsFor, type SshConfigTree, settingsOf, witnessesOf } from './ssh-config-order.ts'
import type { SshConfigWish } from './ssh-config-wish.ts'

/** What ssh says of wished lines and of a configuration, read off its text. */
export interface PlainReading {
  /** what the wished lines mean; null where there is no host to ask about */
  readonly meaning: readonly string[] | null
  /** what ssh obeys for the hosts of the scope */
  readonly obeyed: readonly string[] | null
}

/** The values of a setting: what each prints, or a pattern of those that are printed as they are written. */
type Values = Readonly<Record<string, string>> | RegExp

const FLAG = { yes: 'yes', no: 'no' }
// these are printed by the first of their words in ssh's table
const TRUTH = { yes: 'true', no: 'false' }
const COUNT = /^[1-9]\d{0,3}$/

/** Settings whose values `ssh -G` prints in known words. */
export const PRINTED: Readonly<Record<string, Values>> = {
  addkeystoagent: { ...TRUTH, ask: 'ask', confirm: 'confirm' },
  addressfamily: /^(?:any|inet6?)$/,
  batchmode: FLAG,
  connectionattempts: COUNT,
  connecttimeout: COUNT,
  controlmaster: { ...TRUTH, auto: 'auto', autoask: 'autoask', ask: 'ask' },
  exitonforwardfailure: FLAG,
  forwardagent: FLAG,
  forwardx11: FLAG,
  forwardx11trusted: FLAG,
  gatewayports: FLAG,
  hashknownhosts: FLAG,
  hostbasedauthentication: FLAG,
  identitiesonly: FLAG,
  identityfile: /^(?:~\/|\/)[\w./@+-]{1,200}$/,
  kbdinteractiveauthentication: FLAG,
  loglevel: { QUIET: 'SILENT', FATAL: 'FATAL', ERROR: 'ERROR', INFO: 'INFO', VERBOSE: 'VERBOSE', DEBUG: 'DEBUG' },
  nohostauthenticationforlocalhost: FLAG,
  numberofpasswordprompts: COUNT,
  passwordauthentication: FLAG,
  permitlocalcommand: FLAG,
  port: COUNT,
  preferredauthentications: /^(?:publickey|password|keyboard-interactive|hostbased|gssapi-with-mic|,\b)+$/,
  serveralivecountmax: COUNT,
  serveraliveinterval: COUNT,
  streamlocalbindunlink: FLAG,
  stricthostkeychecking: { ...TRUTH, ask: 'ask', 'accept-new': 'accept-new' },
  tcpkeepalive: FLAG,
  user: /^[a-z_][a-z0-9_-]{0,31}$/,
  verifyhostkeydns: { ...TRUTH, ask: 'ask' },
  visualhostkey: FLAG,
}

/** What `ssh -G` prints of settings that no line names: upstream's since 8.0, and none that a distribution builds in otherwise. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  addkeystoagent: 'false',
  batchmode: 'no',
  controlmaster: 'false',
  exitonforwardfailure: 'no',
  forwardagent: 'no',
  forwardx11: 'no',
  gatewayports: 'no',
  hashknownhosts: 'no',
  hostbasedauthentication: 'no',
  identitiesonly: 'no',
  nohostauthenticationforlocalhost: 'no',
  permitlocalcommand: 'no',
  stricthostkeychecking: 'ask',
  tcpkeepalive: 'yes',
  verifyhostkeydns: 'false',
  visualhostkey: 'no',
}

const FILE = /^(?:~\/|\/)[\w./@+-]{1,200}$/
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?$/

/** Settings that are taken too, but printed in words that depend on the version or on other lines, or not at all. */
export const TAKEN: Readonly<Record<string, RegExp>> = {
  canonicalizehostname: /^no$/,
  certificatefile: FILE,
  checkhostip: /^(?:yes|no)$/,
  compression: /^no$/,
  controlpath: /^(?:~\/|\/)(?:[\w./@+-]|%[Chnpru]){1,80}$/,
  controlpersist: /^(?:yes|no|[1-9]\d{0,3})$/,
  fingerprinthash: /^sha256$/,
  gssapiauthentication: /^(?:yes|no)$/,
  gssapidelegatecredentials: /^(?:yes|no)$/,
  host: /^!?[a-z0-9_.*?-]+(?: !?[a-z0-9_.*?-]+)*$/,
  hostkeyalias: HOST,
  hostname: HOST,
  proxyjump: HOST,
  pubkeyauthentication: /^(?:yes|no)$/,
  requesttty: /^(?:auto|yes|no|force)$/,
  sendenv: /^[A-Za-z_][\w*]*(?: [A-Za-z_][\w*]*)?$/,
  updatehostkeys: /^(?:yes|no|ask)$/,
  userknownhostsfile: FILE,
}

/** What `ssh -G` prints of a wish's lines; null where only ssh knows. */
export const plainMeaning = ({ keyword, values }: SshConfigWish): readonly string[] | null => {
  const meaning = values.flatMap((value) => printed(keyword, value) ?? [])
  return meaning.length === values.length ? meaning : null
}

const printed = (keyword: string, value: string): string | null => {
  const values = own(PRINTED, keyword.toLowerCase())
  if (values instanceof RegExp) return values.test(value) ? value : null
  return values === undefined ? null : (own(values, value) ?? null)
}

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Says whether every ssh since 8.0 takes the lines of a file. */
const isPlainText = (text: string): boolean => {
  const lines = parseSshConfig(text)
  return lines.filter(({ keyword }) => keyword !== null).length <= MOST_LINES && lines.every(isPlainLine)
}

// of some settings that add up, ssh has room for a hundred
const MOST_LINES = 99

const isPlainLine = ({ text, end, keyword }: SshConfigLine): boolean => {
  if (end === '\r\n') return false
  if (keyword === null) return /^[ \t]*(?:#[^\p{Cc}]*)?$/u.test(text.replaceAll('\t', ' '))
  const [, name = '', value = ''] = /^[ \t]*([A-Za-z0-9]+)[ \t]+([^ \t]+(?: +[^ \t]+)*)[ \t]*$/.exec(text) ?? []
  return printed(name, value) !== null || own(TAKEN, name.toLowerCase())?.test(value) === true
}

/** Reads off a configuration that ssh takes it and obeys a wish; null where that is not plain. */
export const plainReading = (tree: SshConfigTree, wish: SshConfigWish): PlainReading | null => {
  const { name, cumulative } = sshKeyword(wish.keyword)
  const meaning = plainMeaning(wish)
  if (meaning === null || !Object.values(tree.files).every(isPlainText)) return null
  const hosts = witnessesOf(wish.scope)
  if (hosts.length === 0) return { meaning: null, obeyed: null }
  const settings = settingsOf(tree).filter(({ line }) => line.keyword === name)
  const obeyedFor = (host: string): readonly string[] | null => {
    const met = settings.filter(({ within }) => within.every((block) => holdsFor(block, host) === true))
    if (met.length === 0) return own(DEFAULTS, name) === undefined ? null : [own(DEFAULTS, name) ?? '']
    const values = (cumulative ? met : met.slice(0, 1)).map(({ line }) => printed(line.spelled, line.value) ?? '')
    if (!cumulative) return values
    return meaning.every((value) => values.includes(value)) ? meaning : null
  }
  const each = hosts.map(obeyedFor)
  const isKnown = (values: readonly string[] | null): values is readonly string[] => values !== null
  if (!each.every(isKnown)) return null
  return { meaning, obeyed: each.find((values) => values.join('\n') !== meaning.join('\n')) ?? meaning }
}
