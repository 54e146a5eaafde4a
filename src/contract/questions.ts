import { WITH_PIN } from './card-script.ts'
import { PERL_PARTS } from './key-perl.ts'
import { PARTS, PUBLIC_PARTS, UNLOCKED } from './key-script.ts'
import { NO_TERMINAL } from './quiet-script.ts'
import { IF_IT_SERVES } from './serving-script.ts'
import { PERL_UNIT } from './unit-perl.ts'
import { type AboutUnit, CLOCKS, UNIT } from './unit-script.ts'

/** A program with its arguments, run without a shell between. `env` adds to the environment; a secret is never in either. */
export interface Command {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** after which the command is given up; 60 s where left out */
  readonly timeoutMs?: number
  /** what messages and traces call it; the arguments themselves where left out */
  readonly shown?: string
  /** `argv` is `sh -c SCRIPT sh ARGUMENTS`, and any sh will do: the one that is there runs it, and starts no other one */
  readonly inPlace?: true
  /** it changes files only, and these or such as are below: what is known of others stays; left out: it may change anything */
  readonly changes?: readonly string[]
  /** what a host's perl does instead of such a script, where a host has it; it is given the same arguments */
  readonly twin?: Twin
  /** what it relies on: its twin is given, before its arguments, the files that decide that answer and how they were then */
  readonly relies?: Question
  /** such a script ends by `return` and changes only its own variables, IFS and `set -f`: it may share a subshell with others */
  readonly joins?: true
}

/**
 * A program of perl that does what a script does, in fewer processes. It defines `$P{NAME}`, which adds to `$O` what the
 * script would put out, and gives its exit code; undef, before anything was done, where the script has to do it.
 */
export interface Twin {
  readonly name: string
  /** a line that begins with # is a comment; no string in it holds the end of a line */
  readonly text: string
}

const asked: unique symbol = Symbol('made in questions.ts')

/** A command that only looks. Made in this file alone; `own` is one that the playbook's author vouches for. */
export interface Question extends Command {
  /** its answer holds for the whole run, whatever is written: a PIN that was tried is not tried again */
  readonly lasting?: true
  /**
   * the files that decide the answer, as words of sh: as long as none of them changes, it is what it was, also from run to
   * run once somebody who knows that these are all has vouched for it
   */
  readonly decidedBy?: readonly string[]
  /** another question that its script may ask by `k_checked`: the machine hears that answer, too */
  readonly tells?: Question
  /** the one file whose change makes it answer otherwise; left out: any change may */
  readonly rests?: string
  readonly [asked]: 'built-in' | 'own'
}

const ask = (...argv: string[]): Question => ({ argv, [asked]: 'built-in' })

/** A script for the shell that is there: what it does by builtins starts no process. */
const script = (text: string, ...args: string[]): Question => ({
  ...ask('sh', '-c', text, 'sh', ...args),
  inPlace: true,
})

/** Says whether a question is the playbook's own (`unless`, `validate`), which waits for its turn and is named by the output. */
export const isOwn = (question: Question): boolean => question[asked] === 'own'

/** A connection for `sshd -T -C`; sshd up to 8.0 refuses fewer than these five. */
export interface SshdConnection {
  readonly user: string
  readonly host: string
  readonly addr: string
  readonly laddr: string
  readonly lport: number
}

const criteria = (one: SshdConnection): string =>
  `user=${one.user},host=${one.host},addr=${one.addr},laddr=${one.laddr},lport=${one.lport}`

/** OpenSSH's server. */
export const SSHD = '/usr/sbin/sshd'
// Debian's sshd wants /run/sshd, which a stopped unit leaves missing: a tmpfs of this process's own stands in for it
const WITH_RUN_DIRECTORY = 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"'

// The text is read once, so that what was looked through is what ssh gets.
const IF_PLAIN = `
[ -f "$1" ] && text=$(cat -- "$1" 2> /dev/null) || exit 3
printf '%s\\n' "$text" | grep -qiE '^[[:space:]"=]*(match|include)' && exit 3
printf '%s\\n' "$text" | ssh -F /dev/stdin -G -- "$2"
`

/** A command that asks for a passphrase on its standard input, wherever it runs. */
const withoutTerminal = (...argv: string[]): Command => ({
  argv: ['sh', '-c', NO_TERMINAL, 'sh', ...argv],
  inPlace: true,
  shown: argv.join(' '),
})

// Of the shadow file only these words leave the machine. A shell reads byte by byte: a long file is left to grep, which
// goes on where the shell stopped.
const ACCOUNT_STATE = `
[ -r /etc/shadow ] || exit 3
judge() {
  case $password in '!'*) echo locked ;; esac
  case $expires in '' | *[!0-9]*) ;; *) [ "$expires" -ge $(($(date +%s) / 86400)) ] || echo expired ;; esac
  exit 0
}
exec < /etc/shadow
left=100
while [ "$left" -gt 0 ] && IFS=: read -r name password _ _ _ _ _ expires _; do
  [ "$name" != "$1" ] || judge
  left=$((left - 1))
done
[ "$left" -eq 0 ] || exit 0
grep -F -- "$1:" | while IFS=: read -r name password _ _ _ _ _ expires _; do
  [ "$name" != "$1" ] || judge
done
exit 0
`

/** What sshd's answer about its configuration rests on: its program and libraries, its files and keys, the accounts. */
export const SSHD_FILES: readonly string[] = [
  ...[SSHD, '/etc/ld.so.cache', '/etc/ssl/openssl.cnf', '/etc/passwd', '/etc/group', '/etc/nsswitch.conf', '/run/sshd'],
  ...['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d', '/etc/ssh/sshd_config.d/*', '/etc/ssh/ssh_host_*'],
  ...['/etc/crypto-policies/back-ends/opensshserver.config', '/etc/crypto-policies/back-ends/opensslcnf.config'],
]

/** Every question that a look may ask: programs with flags that only look. */
export const questions = {
  /** the same of its own configuration on disk, which the files of {@link SSHD_FILES} decide where none is included besides */
  sshdObeys: (one: SshdConnection): Question => ({ ...ask(SSHD, '-T', '-C', criteria(one)), decidedBy: SSHD_FILES }),
  /** what sshd obeys for a connection; `from` is its configuration (the standard input: `/dev/stdin`) */
  sshdEffective: (one?: SshdConnection, from?: string): Question =>
    ask(SSHD, '-T', ...(from === undefined ? [] : ['-f', from]), ...(one === undefined ? [] : ['-C', criteria(one)])),
  /** its version, in the first line of what it says about the flag it does not know */
  sshdVersion: (): Question => ({ ...ask(SSHD, '-V'), rests: SSHD }),
  /** the same, where the server of this connection named a release: that one, if it runs the program on disk */
  sshdVersionTold: (release: string): Question => ({
    ...script(IF_IT_SERVES, SSHD, release),
    shown: `${SSHD} -V unless it serves us`,
    rests: SSHD,
  }),
  /** the same question where /run/sshd is missing, in a mount namespace of its own */
  withRunDirectory: (question: Question): Question => ({
    ...ask('unshare', '-m', 'sh', '-c', WITH_RUN_DIRECTORY, 'sh', ...question.argv),
    [asked]: question[asked],
  }),
  /**
   * what ssh would do for a host, read from a configuration (the standard input: `/dev/stdin`, behind a pipe that the
   * asking user made: the one that is handed down may be another user's, or a socket, and cannot be opened by name)
   */
  sshEffective: (host: string, from?: string): Question =>
    from === '/dev/stdin'
      ? { ...ask('sh', '-c', 'cat | ssh -F /dev/stdin -G -- "$1"', 'sh', host), shown: `ssh -F /dev/stdin -G ${host}` }
      : ask('ssh', ...(from === undefined ? [] : ['-F', from]), '-G', '--', host),
  /**
   * what ssh would do for a host by a file that is plain, without Include and without Match, which may run a command; of
   * any other file, and where there is none, the answer has the code 3
   */
  sshEffectiveByFile: (path: string, host: string): Question => ({
    ...ask('sh', '-c', IF_PLAIN, 'sh', path, host),
    shown: `ssh -F ${path} -G ${host}`,
  }),
  /** whether this ssh knows PKCS#11 URIs: it complains of a missing file where it does not */
  sshKnowsUris: (): Question => ask('ssh', '-F', 'none', '-G', '-i', 'pkcs11:', 'x'),
  /** the same of a private key alone, whatever its mode, passphrase and .pub; where its format shows it */
  privateFingerprint: (path: string): Question =>
    ask('sh', '-c', 'exec ssh-keygen -l -E sha256 -f /dev/fd/3 3<"$1"', 'sh', path),
  /** the public key of a private one; its passphrase, if any, comes by standard input */
  publicKey: (path: string): Question => ({
    ...withoutTerminal('ssh-keygen', '-y', '-f', path),
    [asked]: 'built-in',
  }),
  /** the public key of a private one without a passphrase; a mode that ssh-keygen refuses is said, and no hindrance */
  unlockedPublicKey: (path: string): Question => ask('sh', '-c', UNLOCKED, 'sh', path),
  /**
   * the same, where it is an unprotected Ed25519 key that is laid out as OpenSSH does: its {@link PUBLIC_PARTS}, told
   * without a program; nothing where there is no file
   */
  publicParts: (path: string): Question => ({
    ...script(PARTS, path, PUBLIC_PARTS.first),
    joins: true,
    twin: PERL_PARTS,
    shown: `public parts of ${path}, or ssh-keygen -y -f ${path}`,
  }),
  /** the public keys on a PKCS#11 token; no PIN is sent */
  tokenKeys: (provider: string): Question => ({
    ...ask('setsid', '-w', 'ssh-keygen', '-D', provider),
    env: { SSH_ASKPASS_REQUIRE: 'never', DISPLAY: '' },
    timeoutMs: 30_000,
  }),
  keyTypes: (): Question => ask('ssh', '-Q', 'key'),
  /** the entry of an account or a group, by name or number: `name:x:number:…` */
  entry: (database: 'passwd' | 'group', name: string): Question => ask('getent', database, name),
  /** whether an account of the machine's own is `locked` (its password has a `!` before it) or `expired`, a word a line */
  accountState: (name: string): Question => ({ ...script(ACCOUNT_STATE, name), shown: `account state of ${name}` }),
  /** whether a key revocation list has the key that comes by standard input: it says REVOKED */
  revoked: (list: string): Question => ask('ssh-keygen', '-Q', '-f', list, '/dev/stdin'),
  semanageBooleans: (): Question => ask('semanage', 'boolean', '-l'),
  /** what a machine knows of a service, without a process where no systemd has to be asked; `parseSight` reads it */
  unit: (about: AboutUnit<Question>): Question => ({
    ...script(
      UNIT,
      ...[about.program, about.properties.join(','), about.brief ? 'brief' : '', about.config ?? ''],
      ...[about.names.join(' '), about.sockets.join(' '), ...(about.check?.argv ?? [])],
    ),
    ...(about.check === undefined ? {} : { tells: about.check }),
    joins: true,
    twin: PERL_UNIT,
    shown: `look for the service ${about.names.join(' or ')}`,
  }),
  openrcStatus: (name: string): Question => ask('rc-service', name, 'status'),
  sysvStatus: (name: string): Question => ask('service', name, 'status'),
  /** seconds since the machine's boot, since 1970 (to the nanosecond where its date can), and since its boot again */
  clocks: (): Question => ({ ...script(`${CLOCKS}clocks\n`), shown: 'look at the clocks' }),
  dpkgStatus: (names: readonly string[]): Question =>
    ask('dpkg-query', '-W', '-f', '${Package} ${db:Status-Status} ${Version}\\n', '--', ...names),
  rpmStatus: (names: readonly string[]): Question =>
    ask('rpm', '-q', '--qf', '%{NAME} installed %{VERSION}-%{RELEASE}\\n', '--', ...names),
  pacmanStatus: (names: readonly string[]): Question => ask('pacman', '-Q', '--', ...names),
  /** the first package manager that is there, by its name */
  packageManager: (names: readonly string[]): Question =>
    ask('sh', '-c', 'for tool; do command -v -- "$tool" >/dev/null && echo "$tool" && exit; done', 'sh', ...names),
  apkStatus: (names: readonly string[]): Question => ask('apk', 'info', '-e', '-v', ...names),
  hasTool: (name: string): Question => ask('sh', '-c', 'command -v -- "$1"', 'sh', name),
  /** whether whoever asks may write in a directory: 0 or 1 */
  mayWrite: (dir: string): Question => ask('test', '-w', dir),
  /** the slots of a PKCS#11 provider with the tokens in them and their flags; no PIN is sent */
  tokenSlots: (provider: string): Question => ask('pkcs11-tool', '--module', provider, '--list-slots'),
  /** the public keys on a token, with label and id; no PIN is sent */
  tokenObjects: (provider: string, token?: string): Question =>
    ask(
      ...['pkcs11-tool', '--module', provider, ...(token === undefined ? [] : ['--token-label', token])],
      ...['--list-objects', '--type', 'pubkey'],
    ),
  /**
   * whether a card's key signs with the PIN that comes by standard input. The one question that no probe asks: a card
   * counts its tries, so that only an apply may, when there is something to enroll
   */
  keySigns: (provider: string, publicKey: string): Question => ({
    ...ask('sh', '-c', WITH_PIN, 'sh', provider, publicKey),
    shown: `ssh-add -s ${provider}, in an agent of its own`,
    lasting: true,
  }),
  /** a condition of the playbook's own (`unless`, `validate`): run as it is written, also in a dry run */
  own: (script: string): Question => ({ argv: ['/bin/sh', '-c', script], [asked]: 'own' }),
} as const
