/** Other names under which ssh knows a setting, with the name that `ssh -G` prints (readconf.c). */
const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  identityfile2: 'identityfile',
  smartcarddevice: 'pkcs11provider',
  keepalive: 'tcpkeepalive',
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''))

/** Lines of these add up; of all others ssh obeys the first that applies. */
const CUMULATIVE = words('identityfile certificatefile sendenv localforward remoteforward dynamicforward include')

/** The rest of the line is a command: quotes and `#` belong to it. */
const COMMANDS = words('proxycommand localcommand remotecommand knownhostscommand')

/** These take one word, which is quoted where it has blanks. */
const ONE_WORD = words(
  `identityfile certificatefile controlpath user hostname hostkeyalias identityagent pkcs11provider
   securitykeyprovider bindaddress bindinterface xauthlocation proxyjump loglevel tag`,
)

/** Several values stand in one word, joined by commas. */
const JOINED_BY_COMMA = words(
  `ciphers macs kexalgorithms hostkeyalgorithms pubkeyacceptedalgorithms hostbasedacceptedalgorithms
   casignaturealgorithms preferredauthentications kbdinteractivedevices proxyjump ignoreunknown`,
)

/** What is known of a setting of ssh_config(5). */
export interface SshKeyword {
  /** in lower case, under the name that `ssh -G` prints */
  readonly name: string
  readonly cumulative: boolean
  readonly command: boolean
  readonly oneWord: boolean
  /** between several values on one line */
  readonly joint: ',' | ' '
}

/** Tells what is known of a setting by any of its names, in any letter case. */
export const sshKeyword = (spelled: string): SshKeyword => {
  const lower = spelled.toLowerCase()
  const name = (Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined) ?? lower
  return {
    name,
    cumulative: CUMULATIVE.has(name),
    command: COMMANDS.has(name),
    oneWord: ONE_WORD.has(name),
    joint: JOINED_BY_COMMA.has(name) ? ',' : ' ',
  }
}
