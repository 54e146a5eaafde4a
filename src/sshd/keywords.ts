import { byText } from '../contract/by-text.ts'

// The keywords of the portable releases 7.4 to 10.5: name, then the release from which on it is as told, `g` (global
// only) or `m` (allowed in a Match), `-` deprecated or ignored, `!` of no build, `=` another name of.
// Distributions patch more in, so that a keyword which is not here is sshd's to judge.
const TABLE = `
AcceptEnv 7.4m; AddressFamily 7.4g; AFSTokenPassing 7.4g!; AllowAgentForwarding 7.4m; AllowGroups 7.4m;
AllowStreamLocalForwarding 7.4m; AllowTcpForwarding 7.4m; AllowUsers 7.4m; AuthenticationMethods 7.4m;
AuthorizedKeysCommand 7.4m; AuthorizedKeysCommandUser 7.4m; AuthorizedKeysFile 7.4m; AuthorizedKeysFile2 7.4m-;
AuthorizedPrincipalsCommand 7.4m; AuthorizedPrincipalsCommandUser 7.4m; AuthorizedPrincipalsFile 7.4m;
Banner 7.4m; CASignatureAlgorithms 7.9m; ChallengeResponseAuthentication 7.4g 8.7m=KbdInteractiveAuthentication;
ChannelTimeout 9.2m; CheckMail 7.4g-; ChrootDirectory 7.4m; Ciphers 7.4g; ClientAliveCountMax 7.4m;
ClientAliveInterval 7.4m; Compression 7.4g; DenyGroups 7.4m; DenyUsers 7.4m; DisableForwarding 7.4m;
DSAAuthentication 7.4g=PubkeyAuthentication; ExposeAuthInfo 7.6m; FingerprintHash 7.4g; ForceCommand 7.4m;
GatewayPorts 7.4m; GSSAPIAuthentication 7.4m; GSSAPICleanupCredentials 7.4g; GSSAPIDelegateCredentials 10.3g;
GSSAPIStrictAcceptorCheck 7.4g; HostbasedAcceptedAlgorithms 8.5m;
HostbasedAcceptedKeyTypes 7.4m 8.5m=HostbasedAcceptedAlgorithms; HostbasedAuthentication 7.4m;
HostbasedUsesNameFromPacketOnly 7.4m; HostCertificate 7.4g; HostDsaKey 7.4g=HostKey; HostKey 7.4g;
HostKeyAgent 7.4g; HostKeyAlgorithms 7.4g; IgnoreRhosts 7.4g 8.3m; IgnoreUserKnownHosts 7.4g; Include 8.2m;
IPQoS 7.4m; KbdInteractiveAuthentication 7.4m; KeepAlive 7.4g=TCPKeepAlive; KerberosAuthentication 7.4m;
KerberosGetAFSToken 7.4g; KerberosOrLocalPasswd 7.4g; KerberosTgtPassing 7.4g!; KerberosTicketCleanup 7.4g;
KexAlgorithms 7.4g; KeyRegenerationInterval 7.4g-; ListenAddress 7.4g; LoginGraceTime 7.4g; LogLevel 7.4g 7.6m;
LogVerbose 8.5m; MACs 7.4g; Match 7.4m; MaxAuthTries 7.4m; MaxSessions 7.4m; MaxStartups 7.4g; ModuliFile 8.6g;
PAMAuthenticationViaKbdInt 7.4g-; PAMServiceName 9.8m; PasswordAuthentication 7.4m; PermitEmptyPasswords 7.4m;
PermitListen 7.8m; PermitOpen 7.4m; PermitRootLogin 7.4m; PermitTTY 7.4m; PermitTunnel 7.4m;
PermitUserEnvironment 7.4g; PermitUserRC 7.4m; PerSourceMaxStartups 8.5g; PerSourceNetBlockSize 8.5g;
PerSourcePenalties 9.8g; PerSourcePenaltyExemptList 9.8g; PidFile 7.4g; Port 7.4g; PrintLastLog 7.4g;
PrintMotd 7.4g; Protocol 7.4g-; PubkeyAcceptedAlgorithms 8.5m;
PubkeyAcceptedKeyTypes 7.4m 8.5m=PubkeyAcceptedAlgorithms; PubkeyAuthentication 7.4m; PubkeyAuthOptions 8.2m;
RDomain 7.7m; RefuseConnection 9.9m; RekeyLimit 7.4m; RequiredRSASize 9.1m; ReverseMappingCheck 7.4g-;
RevokedKeys 7.4m; RhostsAuthentication 7.4g-; RhostsRSAAuthentication 7.4m-; RSAAuthentication 7.4m-;
SecurityKeyProvider 8.2g; ServerKeyBits 7.4g-; SetEnv 7.8m;
SkeyAuthentication 7.4g=ChallengeResponseAuthentication 7.8g- 8.7m=KbdInteractiveAuthentication;
SshdAuthPath 10.0g; SshdSessionPath 9.8g; StreamLocalBindMask 7.4m; StreamLocalBindUnlink 7.4m; StrictModes 7.4g;
Subsystem 7.4g 9.5m; SyslogFacility 7.4g; TCPKeepAlive 7.4g; TrustedUserCAKeys 7.4m;
UnusedConnectionTimeout 9.2m; UseDNS 7.4g; UseLogin 7.4g-; UsePAM 7.4g; UsePrivilegeSeparation 7.4g 7.5g-;
VerifyReverseMapping 7.4g-; VersionAddendum 7.4g; X11DisplayOffset 7.4m; X11Forwarding 7.4m;
X11UseLocalhost 7.4m; XAuthLocation 7.4g;
`

/** What a release makes of a keyword. */
export interface Keyword {
  /** as sshd_config(5) spells it */
  readonly spelled: string
  readonly since: string
  readonly isGlobalOnly: boolean
  /** accepted and without effect */
  readonly isDead: boolean
  /** the lower-case name of the setting that it is a name of */
  readonly setting: string
}

interface Row {
  readonly spelled: string
  readonly history: readonly { readonly since: string; readonly marks: string; readonly of: string }[]
}

const rows: ReadonlyMap<string, Row> = new Map(
  TABLE.split(';')
    .map((entry) => entry.trim().split(' '))
    .filter(([spelled]) => spelled !== '' && spelled !== undefined)
    .map(([spelled = '', ...steps]) => [
      spelled.toLowerCase(),
      {
        spelled,
        history: steps.map((step) => {
          const [, since = '', marks = '', of = spelled] = /^([\d.]+)([gm][-!]?)(?:=(.*))?$/.exec(step) ?? []
          return { since, marks, of: of.toLowerCase() }
        }),
      },
    ]),
)

/** Compares releases such as `8.6` and `10.0`: below 0 where the first is older. */
export const compareVersions = (one: string, other: string): number => {
  const [a = 0, b = 0] = one.split('.').map(Number)
  const [c = 0, d = 0] = other.split('.').map(Number)
  return a - c || b - d
}

/** Looks a keyword up for a release; null where that release, unpatched, does not know it. */
export const keywordOf = (name: string, version: string): Keyword | null =>
  keywordsOf(version).get(name.toLowerCase()) ?? null

const keywordsOf = byText((version): ReadonlyMap<string, Keyword> => {
  const all = [...rows.keys()].map((name) => [name, keywordIn(name, version)] as const)
  return new Map(all.flatMap(([name, keyword]) => (keyword === null ? [] : [[name, keyword]])))
})

const keywordIn = (name: string, version: string): Keyword | null => {
  const row = rows.get(name)
  const step = row?.history.findLast(({ since }) => compareVersions(since, version) <= 0)
  if (row === undefined || step === undefined) return null
  return {
    spelled: row.spelled,
    since: row.history[0]?.since ?? step.since,
    isGlobalOnly: step.marks.startsWith('g'),
    isDead: step.marks.length > 1,
    setting: step.of,
  }
}

/** The release that brought a keyword; null where no release has it. */
export const firstRelease = (name: string): string | null => rows.get(name.toLowerCase())?.history[0]?.since ?? null

/** All names that a release has for the same setting, in lower case. */
export const namesOf = (setting: string, version: string): readonly string[] =>
  namesBySetting(version).get(setting) ?? []

const namesBySetting = byText((version): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, string[]>()
  for (const [name, { setting }] of keywordsOf(version)) names.set(setting, [...(names.get(setting) ?? []), name])
  return names
})

/** Every keyword of every release, as sshd_config(5) spells it. */
export const allKeywords: readonly string[] = [...rows.values()].map(({ spelled }) => spelled)
