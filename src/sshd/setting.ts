// What the editor has to know about a keyword beside its grammar: servconf.c of the portable releases.

import { byText } from '../contract/by-text.ts'
import { suggest } from '../contract/suggest.ts'
import { RAW_TAIL, type SshdGrammar } from '../formats/sshd-config.ts'
import { allKeywords, compareVersions, keywordOf, namesOf } from './keywords.ts'

/** A setting of a release: everything that decides how its lines are read, compared and written. */
export interface Setting {
  readonly version: string
  readonly grammar: SshdGrammar
  /** the keyword that a new line gets */
  readonly keyword: string
  /** lower-case names that may stay where they are found, because the user or the release calls the setting so */
  readonly kept: ReadonlySet<string>
  /** lower-case names that all mean this setting */
  readonly names: ReadonlySet<string>
  /** one word, several words, names joined by commas, a value a line, the rest of the line; unknown of other keywords */
  readonly shape: 'word' | 'words' | 'commas' | 'lines' | 'raw' | 'unknown'
  /** which line counts: the first, the last, or all of them together */
  readonly order: 'first' | 'last' | 'all'
  /** null where no release knows the keyword: a distribution's patch may */
  readonly isGlobalOnly: boolean | null
  /** of a Subsystem: its name, by which it is one setting */
  readonly subsystem: string | null
}

const set = (words: string): ReadonlySet<string> => new Set(words.toLowerCase().split(/\s+/))

const LINES = set('Port ListenAddress HostKey HostCertificate')
const WORDS = set(`AcceptEnv AllowUsers DenyUsers AllowGroups DenyGroups AuthorizedKeysFile AuthenticationMethods IPQoS
  PermitOpen PermitListen SetEnv LogVerbose ChannelTimeout PerSourcePenalties PubkeyAuthOptions RekeyLimit Subsystem`)
const COMMAS = set(`Ciphers MACs KexAlgorithms HostKeyAlgorithms HostbasedAcceptedAlgorithms HostbasedAcceptedKeyTypes
  PubkeyAcceptedAlgorithms PubkeyAcceptedKeyTypes CASignatureAlgorithms GSSAPIKexAlgorithms PerSourcePenaltyExemptList
  PermitUserEnvironment`)
const CUMULATIVE = set(
  `AllowUsers DenyUsers AllowGroups DenyGroups AcceptEnv HostKey HostCertificate Port ListenAddress`,
)

/** The last release in which the last line counts, not the first. */
const LAST_WINS: ReadonlyMap<string, string> = new Map([
  ['maxstartups', '10.0'],
  ['ipqos', '10.4'],
  ['persourcemaxstartups', '10.0'],
  ['persourcenetblocksize', '10.0'],
])

/** Keywords that were renamed: the old name, the new one, and the first release that takes the new one for the old. */
const RENAMED = [
  ['ChallengeResponseAuthentication', 'KbdInteractiveAuthentication', '8.7'],
  ['PubkeyAcceptedKeyTypes', 'PubkeyAcceptedAlgorithms', '8.5'],
  ['HostbasedAcceptedKeyTypes', 'HostbasedAcceptedAlgorithms', '8.5'],
] as const

/** Says which splitter a release has. */
export const grammarOf = (version: string): SshdGrammar => (compareVersions(version, '8.7') < 0 ? 'old' : 'new')

/** Describes a keyword, in any letter case and by an old or a new name, for a release. */
export const settingOf = (keyword: string, version: string, subsystem: string | null = null): Setting => {
  const name = keyword.toLowerCase()
  const renamed = RENAMED.find((pair) => pair.slice(0, 2).some((one) => one.toLowerCase() === name))
  const isOld = renamed !== undefined && compareVersions(version, renamed[2]) < 0
  const main =
    renamed === undefined ? (keywordOf(name, version)?.setting ?? name) : renamed[isOld ? 0 : 1].toLowerCase()
  // up to 8.6 ChallengeResponseAuthentication yes switches KbdInteractiveAuthentication on: both are one question
  const both = isOld && main === 'challengeresponseauthentication' ? ['kbdinteractiveauthentication'] : []
  const known = keywordOf(main, version)
  return {
    version,
    grammar: grammarOf(version),
    keyword: main === name ? keyword : (known?.spelled ?? keyword),
    kept: new Set(isOld ? [main] : [main, name]),
    names: new Set([main, name, ...namesOf(main, version), ...both]),
    shape: shapeOf(main, known !== null),
    order: orderOf(main, version),
    isGlobalOnly: known?.isGlobalOnly ?? null,
    subsystem: main === 'subsystem' ? subsystem : null,
  }
}

const shapeOf = (name: string, isKnown: boolean): Setting['shape'] => {
  if (RAW_TAIL.has(name)) return 'raw'
  if (LINES.has(name)) return 'lines'
  if (WORDS.has(name)) return 'words'
  if (COMMAS.has(name)) return 'commas'
  return isKnown ? 'word' : 'unknown'
}

const orderOf = (name: string, version: string): Setting['order'] => {
  if (CUMULATIVE.has(name)) return 'all'
  const last = LAST_WINS.get(name)
  return last !== undefined && compareVersions(version, last) <= 0 ? 'last' : 'first'
}

/** Says whether a keyword counts outside of Match only, which sshd enforces. */
export const isGlobalOnlyIn = byText(
  (version) =>
    (name: string): boolean =>
      keywordOf(name, version)?.isGlobalOnly ?? false,
)

/** Keywords that take yes or no, some of them other words too. */
export const TAKES_YES_NO = set(`AllowAgentForwarding AllowStreamLocalForwarding AllowTcpForwarding
  ChallengeResponseAuthentication Compression DebianBanner DisableForwarding ExposeAuthInfo GatewayPorts
  GSSAPIAuthentication GSSAPICleanupCredentials GSSAPIDelegateCredentials GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey
  GSSAPIStrictAcceptorCheck HostbasedAuthentication HostbasedUsesNameFromPacketOnly IgnoreRhosts IgnoreUserKnownHosts
  KbdInteractiveAuthentication KeepAlive KerberosAuthentication KerberosGetAFSToken KerberosOrLocalPasswd
  KerberosTicketCleanup PasswordAuthentication PermitEmptyPasswords PermitRootLogin PermitTTY PermitTunnel
  PermitUserEnvironment PermitUserRC PerSourcePenalties PrintLastLog PrintMotd PubkeyAuthentication DSAAuthentication
  RefuseConnection SkeyAuthentication StreamLocalBindUnlink StrictModes TCPKeepAlive UseDNS UsePAM X11Forwarding
  X11UseLocalhost`)

/** Keywords that name a file or a command, and take `none` for nothing. */
export const TAKES_NONE = set(`AuthorizedKeysCommand AuthorizedKeysCommandUser AuthorizedKeysFile
  AuthorizedPrincipalsCommand AuthorizedPrincipalsCommandUser AuthorizedPrincipalsFile Banner ChrootDirectory
  ForceCommand HostCertificate HostKey HostKeyAgent PidFile RevokedKeys SecurityKeyProvider TrustedUserCAKeys
  VersionAddendum XAuthLocation`)

/** The known keyword that is spelled most like one that nobody knows; null where none comes near. */
export const likeKeyword = (keyword: string): string | null =>
  suggest(keyword, allKeywords, Math.max(1, Math.floor(keyword.length / 5)))
