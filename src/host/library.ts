import { byText } from '../contract/by-text.ts'
import type { Account } from './accounts.ts'
import type { PerlAsk } from './perl.ts'
import { quote } from './quote.ts'

/** Functions of sh that frames use: defined once per shell, where a frame needs them first. */
export interface Library {
  readonly name: string
  readonly text: string
}

/** Writes what defines a library: as a variable too, so that the shell of another user can be handed it. */
export const libraryText = ({ name, text }: Library): string => `K_${name}=${quote(bare(text))}; eval "$K_${name}"\n`

/** A text without its comments and indents, which no host needs to be sent; no library has a text that begins a line with blanks. */
const bare = byText((text) =>
  text
    .replace(/^ *# .*\n/gm, '')
    .replace(/\{ # .*$/gm, '{')
    .replace(/^ +/gm, ''),
)

/** What every shell has: a plain environment, the accounts, and the way to another user's powers. */
export const BASE: Library = {
  name: 'base',
  text: `
unalias -a 2>/dev/null
unset CDPATH ENV BASH_ENV LANGUAGE IFS
LC_ALL=C
PATH=\${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
umask 022
k_entry() { # DATABASE KEY: the line of passwd for a name, or of group for a number
  if command -v getent >/dev/null 2>&1; then getent "$1" "$2"; return; fi
  while IFS= read -r k_line || [ -n "$k_line" ]; do
    case $1:$k_line in "passwd:$2:"* | "group:"*:*":$2:"*) printf '%s\\n' "$k_line"; return 0 ;; esac
  done <"/etc/$1"
  return 2
}
k_as() { # SCRIPT LIBRARIES USER [UID GID HOME]: runs a script with the powers of a user; 219: there is no such user
  k_script=$1 k_libraries=$2 k_user=$3 k_uid=$4 k_gid=$5 k_home=$6
  if [ -z "$k_uid" ]; then
    k_line=$(k_entry passwd "$k_user") || return 219
    k_home=\${k_line%:*} k_home=\${k_home##*:}
    k_line=\${k_line#*:*:}
    k_uid=\${k_line%%:*} k_line=\${k_line#*:}
    k_gid=\${k_line%%:*}
  fi
  cd -- "$k_home" 2>/dev/null || cd /
  # that of util-linux is a file; busybox has one too, which knows less
  if [ -x /usr/bin/setpriv ] && [ ! -L /usr/bin/setpriv ]; then
    set -- /usr/bin/setpriv --reuid "$k_uid" --regid "$k_gid" --init-groups /bin/sh
  elif setpriv --reuid 0 --regid 0 --init-groups true 2>/dev/null; then
    set -- setpriv --reuid "$k_uid" --regid "$k_gid" --init-groups /bin/sh
  else
    set -- su -s /bin/sh -c 'exec /bin/sh' "$k_user"
  fi
  printf '%s\\n' "$k_libraries" "$k_script" 2>/dev/null | HOME=$k_home USER=$k_user LOGNAME=$k_user "$@"
}
`,
}

/** Writes a script that runs another with the powers of a user, from a shell of root; who is known need not be looked up. */
export const asScript = (who: string | Account, script: string, libraries: readonly Library[]): string => {
  const defined = [BASE, ...libraries].map((library) => `$K_${library.name}`).join('\n')
  const about =
    typeof who === 'string' ? [who, '', '', ''] : [who.user.name, `${who.user.uid}`, `${who.gid}`, who.user.home]
  return `k_as ${quote(`(eval ${quote(script)}) </dev/null`)} "${defined}" ${about.map(quote).join(' ')}`
}

/** What {@link asScript} ends with where there is no such user. */
export const NO_SUCH_USER = 219

const SETPRIV = '/usr/bin/setpriv'

/** Writes words that start a program with the powers of a user, from a shell of root. */
export const withPowersOf = ({ user, gid }: Account): string =>
  `${SETPRIV} --reuid ${user.uid} --regid ${gid} --init-groups`

/** Ends a script with {@link NO_SETPRIV} where those words start nothing: busybox has a setpriv too, which knows less. */
export const UNLESS_SETPRIV = `[ -x ${SETPRIV} ] && [ ! -L ${SETPRIV} ] || exit 218`

/** See {@link UNLESS_SETPRIV}. */
export const NO_SETPRIV = 218

const GROUP = `read -r k_stat </proc/$$/stat && k_stat=\${k_stat##*) } && set -- $k_stat && printf %s "$3"`

/** What a new shell is sent first; it answers with its process group, after ending that of a shell given up. */
export const preamble = (
  leftOver: number | null,
): { readonly text: string; readonly script: string; readonly ask: PerlAsk } => ({
  text: libraryText(BASE),
  script: leftOver === null || leftOver <= 1 ? GROUP : `kill -s KILL -- -${leftOver} 2>/dev/null; ${GROUP}`,
  ask: { name: 'group', parts: [], fields: [`${leftOver ?? 0}`], libraries: [] },
})
