// How sshd spells a value, where that is known without asking it.

import { isIP } from 'node:net'
import { sshdWords } from '../formats/sshd-config.ts'
import type { Obeyed } from './ask.ts'
import { keywordOf } from './keywords.ts'
import type { Setting } from './setting.ts'
import { isSameSpelling } from './spelling.ts'
import { sameValue } from './value.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.toLowerCase().split(/\s+/))

/** Keywords whose yes and no every release prints as yes and no. */
const FLAGS = set(`AllowAgentForwarding AllowStreamLocalForwarding AllowTcpForwarding ChallengeResponseAuthentication
  DisableForwarding ExposeAuthInfo GatewayPorts GSSAPIAuthentication GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck
  HostbasedAuthentication HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication
  PasswordAuthentication PermitEmptyPasswords PermitRootLogin PermitTTY PermitUserRC PrintLastLog PrintMotd
  PubkeyAuthentication StreamLocalBindUnlink StrictModes TCPKeepAlive UseDNS UsePAM X11Forwarding X11UseLocalhost`)
/** Keywords of a number, or a time, that is printed as a plain number. */
const NUMBERS = set(`ClientAliveCountMax ClientAliveInterval LoginGraceTime MaxAuthTries MaxSessions`)
/** Keywords of one word in which letter case is nothing to sshd. */
const WORDS = set('AddressFamily Compression IgnoreRhosts LogLevel PermitTunnel SyslogFacility')

/**
 * How sshd spells the wanted values in this tree: as it spells the same now, or, of flags and numbers that it knows, as
 * they are written. Null where it takes a question.
 *
 * @param said what sshd obeys now; null: its answer has no line of the setting, and this build may not know it
 */
export const plainSpelling = (
  setting: Setting,
  values: readonly string[],
  about: { readonly said: readonly string[] | null; readonly whole: Obeyed },
): readonly string[] | null => {
  const { said, whole } = about
  if (said === null || isDead(setting)) return null
  if (isSame(said, values) || isSameAll(setting, said, spelledAll(setting, values, whole))) return said
  const [value = ''] = values
  if (values.length !== 1 || said.length !== 1 || !isOneOf(setting, [FLAGS, NUMBERS, WORDS])) return null
  if (sameValue(setting, said[0] ?? '') === sameValue(setting, value)) return said
  const isKept =
    (isOneOf(setting, [FLAGS]) && /^(yes|no)$/.test(value)) ||
    (isOneOf(setting, [NUMBERS]) && /^[1-9]\d{0,5}$/.test(value))
  return isKept ? values : null
}

const isDead = ({ keyword, version }: Setting): boolean => keywordOf(keyword, version)?.isDead === true

const isOneOf = ({ names }: Setting, sets: readonly ReadonlySet<string>[]): boolean =>
  [...names].some((name) => sets.some((one) => one.has(name)))

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])

const isSameAll = (setting: Setting, said: readonly string[], values: readonly string[]): boolean =>
  setting.order === 'all' && isSameSpelling(setting, said, values)

/** The values of which sshd prints a line each. */
const spelledAll = (setting: Setting, values: readonly string[], { values: whole }: Obeyed): readonly string[] => {
  if (setting.names.has('listenaddress')) {
    const ports = whole.get('port') ?? []
    return values.flatMap((value) => ports.map((port) => `${isIP(value) === 6 ? `[${value}]` : value}:${port}`))
  }
  return setting.shape === 'words' ? values.flatMap((value) => sshdWords(value, setting.grammar) ?? []) : values
}
