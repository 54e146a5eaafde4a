import { textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import type { Found } from '../contract/look.ts'
import type { RawAnswer } from './frame.ts'
import type { Library } from './library.ts'

/** Reports what is at a path; works with the tools of GNU and of busybox. */
export const LOOK: Library = {
  name: 'look',
  text: `
k_real() { # PATH: its real path; of what does not exist, as far as it does
  k_p=$(readlink -m -- "$1" 2>/dev/null) && [ -n "$k_p" ] && printf '%s' "$k_p" && return
  k_p=$1 k_i=0
  while :; do
    if [ -d "$k_p" ] && k_d=$(cd -P -- "$k_p" 2>/dev/null && pwd -P); then k_p=$k_d; break; fi
    k_t=/\${k_p##*/} k_d=\${k_p%/*}
    while [ -n "$k_d" ] && [ ! -d "$k_d" ]; do k_t=/\${k_d##*/}$k_t k_d=\${k_d%/*}; done
    k_d=$(cd -P -- "\${k_d:-/}" && pwd -P) || return 1
    k_p=\${k_d%/}$k_t
    [ -L "$k_p" ] || break
    k_i=$((k_i + 1))
    [ $k_i -le 40 ] || return 1
    k_l=$(readlink -- "$k_p") || return 1
    case $k_l in /*) k_p=$k_l ;; *) k_p=\${k_p%/*}/$k_l ;; esac
  done
  printf '%s' "$k_p"
}
k_plain() { # PATH: whether it is real as it stands; tests are of the shell itself, and start no process
  case $1/ in //*|*//*|*/./*|*/../*) return 1 ;; /*) ;; *) return 1 ;; esac
  k_q=$1
  while [ -n "$k_q" ]; do
    [ ! -L "$k_q" ] || return 1
    k_q=\${k_q%/*}
  done
}
k_gone() { # PATH: whether nothing is there, as far as the shell can tell for sure
  k_q=\${1%/*}
  while [ -n "$k_q" ] && [ ! -e "$k_q" ]; do k_q=\${k_q%/*}; done
  [ -d "\${k_q:-/}" ] && [ -x "\${k_q:-/}" ] && [ ! -e "$1" ] && [ ! -L "$1" ]
}
k_stat() { stat -c '%f|%u|%g|%s|%Y|%Z|%y|%z|%U|%G' -- "$1" 2>&1; }
k_file() { # FOLLOW TEXT PATH: found or absent, real path, stat, target, and then the text
  k_link= k_real=1
  if k_plain "$3"; then
    k_r=$3
    if k_gone "$3"; then printf 'absent\\0%s\\0: No such file or directory\\0' "$3"; return 0; fi
  elif [ "$1" = 1 ]; then k_r=$(k_real "$3") || k_real=
  else
    case \${3##*/} in
      ''|.|..) k_r=$(k_real "$3") || k_real= ;;
      *) k_r=$(k_real "\${3%/*}/.") && k_r=\${k_r%/.} k_r=\${k_r%/}/\${3##*/} || k_real= ;;
    esac
  fi
  k_at=$k_r
  if [ "$1" = 1 ]; then
    # a real path that is a link is one that leads to itself
    [ ! -L "$k_r" ] || k_real=
    [ -e "$3" ] || [ ! -L "$3" ] || k_at=$3
  fi
  [ -n "$k_real" ] || { printf 'absent\\0%s\\0%s\\0' "$3" "$(stat -L -- "$3" 2>&1 >/dev/null)"; return 0; }
  [ -e "$k_at" ] || [ -L "$k_at" ] || { printf 'absent\\0%s\\0%s\\0' "$k_r" "$(k_stat "$k_at")"; return 0; }
  [ -L "$k_at" ] && k_link=$(readlink -- "$k_at")
  printf 'found\\0%s\\0' "$k_r"
  k_stat "$k_at"
  printf '\\0%s\\0' "$k_link"
  if [ "$2" = 1 ] && [ -f "$k_at" ] && [ ! -L "$k_at" ]; then cat -- "$k_at"; fi
}
k_list() { # PATH: its names, each ended by a NUL
  if k_plain "$1"; then k_r=$1; else k_r=$(k_real "$1") || k_r=$1; fi
  k_s=$(k_stat "$k_r") || { printf 'absent\\0%s\\0%s\\0' "$k_r" "$k_s"; return 0; }
  [ -d "$k_r" ] || { printf 'other\\0%s\\0%s\\0' "$k_r" "$k_s"; return 0; }
  if [ ! -r "$k_r" ] || ! cd -- "$k_r"; then printf 'denied\\0%s\\0%s\\0' "$k_r" "$k_s"; return 0; fi
  printf 'found\\0%s\\0%s\\0' "$k_r" "$k_s"
  for k_f in * .*; do
    case $k_f in .|..) continue ;; esac
    if [ -e "$k_f" ] || [ -L "$k_f" ]; then printf '%s\\0' "$k_f"; fi
  done
}
k_user() { # NAME: its line of passwd, its group's, and those of all its groups
  k_e=$(k_entry passwd "$1") || return 1
  printf '%s\\n' "$k_e"
  k_g=\${k_e#*:*:*:}
  k_entry group "\${k_g%%:*}" 2>/dev/null || printf '\\n'
  for k_g in $(id -G "$1"); do k_entry group "$k_g" || printf '%s:::\\n' "$k_g"; done
}
`,
}

/** What a machine reported about a path: what is there, or that nothing is; the real path in both cases. */
export interface Report {
  readonly realPath: string
  readonly found: Found | null
}

const ABSENT = /: (?:No such file or directory|Not a directory)\s*$/

/** Reads the report of `k_file`; absent only where the machine said so. */
export const parseReport = (answer: RawAnswer, about: { path: string; user: string }): Report => {
  const [kind, realPath, said, target] = fields(answer.stdout, 4)
  const stat = said.trimEnd()
  // it may have gone between two looks at it
  if (kind === 'absent' || (kind === 'found' && ABSENT.test(stat))) {
    if (!ABSENT.test(stat)) throw cannotLook(about, stat)
    return { realPath, found: null }
  }
  if (kind !== 'found' || answer.code !== 0) throw cannotLook(about, textOf(answer.stderr))
  const found = parseStat(stat)
  if (found === null) throw new HostError(`cannot look at ${about.path}: stat said "${stat}"`)
  const isText = found.kind === 'file'
  return {
    realPath,
    found: {
      path: realPath,
      ...found,
      text: isText ? textOf(after(answer.stdout, 4)) : null,
      target: found.kind === 'link' ? target : null,
    },
  }
}

/** What a machine reported about a directory's names. */
export const parseListing = (
  answer: RawAnswer,
  about: { path: string; user: string },
): { readonly realPath: string; readonly names: readonly string[] | null } => {
  const [kind, realPath, stat] = fields(answer.stdout, 3)
  if (kind === 'absent' && !ABSENT.test(stat)) throw cannotLook(about, stat)
  if (kind === 'absent' || kind === 'other') return { realPath, names: null }
  if (kind === 'denied') throw cannotLook(about, 'Permission denied')
  if (kind !== 'found' || answer.code !== 0) throw cannotLook(about, textOf(answer.stderr))
  const names: Buffer[] = []
  let rest = after(answer.stdout, 3)
  for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
    names.push(rest.subarray(0, end))
    rest = rest.subarray(end + 1)
  }
  return { realPath, names: names.sort(Buffer.compare).map(textOf) }
}

const cannotLook = (about: { path: string; user: string }, words: string): HostError => {
  const last = words.trim().split('\n').at(-1) ?? ''
  const why = /([^:]*)$/.exec(last)?.[1]?.trim() ?? ''
  const reason = why === '' ? 'no answer' : `${why.charAt(0).toLowerCase()}${why.slice(1)}`
  return new HostError(`${about.user} cannot look at ${about.path}: ${reason}`)
}

const KINDS: Readonly<Record<number, Found['kind']>> = { 32768: 'file', 16384: 'directory', 40960: 'link' }

const parseStat = (line: string): Omit<Found, 'path' | 'text' | 'target'> | null => {
  const [mode, uid, gid, size, modified, changed, modifiedText, changedText, owner, ...group] = line.split('|')
  const bits = Number.parseInt(mode ?? '', 16)
  if (Number.isNaN(bits) || uid === undefined || gid === undefined) return null
  const name = (known: string | undefined, number: string) =>
    known === undefined || known === '' || known === 'UNKNOWN' ? number : known
  return {
    kind: KINDS[bits & 0xf000] ?? 'other',
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: name(owner, uid),
    group: name(group.join('|'), gid),
    size: Number(size),
    modifiedMs: milliseconds(modified, modifiedText),
    changedMs: milliseconds(changed, changedText),
  }
}

const milliseconds = (seconds = '0', text = ''): number =>
  Number(seconds) * 1000 + Math.floor(Number(/\.(\d{9})/.exec(text)?.[1] ?? 0) / 1e6)

const fields = (bytes: Buffer, count: number): [string, string, string, string] => {
  const all: string[] = []
  let from = 0
  for (let index = 0; index < count; index += 1) {
    const end = bytes.indexOf(0, from)
    if (end < 0) break
    all.push(textOf(bytes.subarray(from, end)))
    from = end + 1
  }
  return [all[0] ?? '', all[1] ?? '', all[2] ?? '', all[3] ?? '']
}

const after = (bytes: Buffer, count: number): Buffer => {
  let from = 0
  for (let index = 0; index < count; index += 1) from = bytes.indexOf(0, from) + 1
  return bytes.subarray(from)
}
