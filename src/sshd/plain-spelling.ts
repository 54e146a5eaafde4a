// How sshd spells a value, where that is known without asking it.

import { isIP } from 'node:net'
import { sshdWords } from '../formats/sshd-config.ts'
import type { Obeyed } from './ask.ts'
import { compareVersions, keywordOf } from './keywords.ts'
import type { Setting } from './setting.ts'
import { isSameSpelling } from './spelling.ts'
import { sameValue, seconds } from './value.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.toLowerCase().split(/\s+/))

/** Keywords whose yes and no every release prints as yes and no. */
const FLAGS = set(`AllowAgentForwarding AllowStreamLocalForwarding AllowTcpForwarding ChallengeResponseAuthentication
  DisableForwarding ExposeAuthInfo GatewayPorts GSSAPIAuthentication GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck
  HostbasedAuthentication HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication
  PasswordAuthentication PermitEmptyPasswords PermitRootLogin PermitTTY PermitUserRC PrintLastLog PrintMotd
  PubkeyAuthentication StreamLocalBindUnlink StrictModes TCPKeepAlive UseDNS UsePAM X11Forwarding X11UseLocalhost`)
/** Keywords of a number. */
const NUMBERS = set('ClientAliveCountMax MaxAuthTries MaxSessions')
/** Keywords of a time, which is printed in seconds. */
const TIMES = set('ClientAliveInterval LoginGraceTime')
/** Keywords of one word in which letter case is nothing to sshd. */
const WORDS = set('AddressFamily Compression IgnoreRhosts LogLevel PermitTunnel SyslogFacility')
/** Lists of names, of which sshd prints a line each, and nothing where they are empty. */
const NAMES = set('AllowGroups AllowUsers DenyGroups DenyUsers')

/**
 * How sshd spells the wanted values in this tree: as it spells the same now, or as every release spells what it is sure to
 * take. Null where it takes a question.
 *
 * @param said what sshd obeys now; null: its answer has no line of the setting, and this build may not know it
 */
export const plainSpelling = (
  setting: Setting,
  values: readonly string[],
  about: { readonly said: readonly string[] | null; readonly whole: Obeyed },
): readonly string[] | null => {
  const { said, whole } = about
  const each = spelledAll(setting, values, whole)
  if (isOneOf(setting, NAMES) && each.every((name) => /^[A-Za-z0-9_.-]+$/.test(name))) {
    return isSameSpelling(setting, said, each) ? said : each
  }
  if (said === null || keywordOf(setting.keyword, setting.version)?.isDead === true) return null
  if (isSame(said, values) || (setting.order === 'all' && isSameSpelling(setting, said, each))) return said
  const [value = ''] = values
  if (values.length !== 1 || said.length !== 1) return null
  if (
    isOneOf(setting, FLAGS, NUMBERS, TIMES, WORDS) &&
    sameValue(setting, said[0] ?? '') === sameValue(setting, value)
  ) {
    return said
  }
  const spelled = surely(setting, value)
  return spelled === null ? null : [spelled]
}

/** How every release prints a value that it is sure to take; null where that is not known. */
const surely = (setting: Setting, value: string): string | null => {
  if (setting.names.has('permitrootlogin') && value === 'prohibit-password') return rootWord(setting)
  if (isOneOf(setting, FLAGS)) return /^(yes|no)$/.test(value) ? value : null
  if (isOneOf(setting, NUMBERS)) return /^[1-9]\d{0,5}$/.test(value) ? value : null
  if (isOneOf(setting, TIMES)) return /^[1-9]\d{0,3}[smh]?$/i.test(value) ? String(seconds(value)) : null
  return setting.names.has('loglevel') && LEVEL.test(value) ? value.toUpperCase() : null
}

const LEVEL = /^(fatal|error|info|verbose|debug2|debug3)$/i

const rootWord = ({ version }: Setting): string | null => {
  if (compareVersions(version, '10.0') <= 0) return 'without-password'
  return compareVersions(version, '10.2') >= 0 ? 'prohibit-password' : null
}

const isOneOf = ({ names }: Setting, ...sets: readonly ReadonlySet<string>[]): boolean =>
  [...names].some((name) => sets.some((one) => one.has(name)))

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])

/** The values of which sshd prints a line each. */
const spelledAll = (setting: Setting, values: readonly string[], { values: whole }: Obeyed): readonly string[] => {
  if (setting.names.has('listenaddress')) {
    const ports = whole.get('port') ?? []
    return values.flatMap((value) => ports.map((port) => `${isIP(value) === 6 ? `[${value}]` : value}:${port}`))
  }
  return setting.shape === 'words' ? values.flatMap((value) => sshdWords(value, setting.grammar) ?? []) : values
}
