import type { Library } from './library.ts'
import { SAME, STAT_FORMAT } from './witness.ts'

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
  case $1/ in //) return 0 ;; //*|*//*|*/./*|*/../*) return 1 ;; /*) ;; *) return 1 ;; esac
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
k_sort() { # FOLLOW TEXT PATH: says of a path, by what the shell itself can tell, how it is looked at, and at which real path
  k_s=o k_at=$3 k_asked=$3
  if ! k_plain "$3"; then
    case \${3##*/} in
      ''|.|..) k_at= ;;
      *) if cd -P -- "\${3%/*}/" 2>/dev/null; then k_at=\${PWD%/}/\${3##*/}; else k_at=; fi ;;
    esac
    [ -n "$k_at" ] && k_plain "$k_at" || k_at=
  fi
  if [ -z "$k_at" ]; then k_at=$3
  elif k_gone "$k_at"; then k_s=a
  elif [ -n "$k_reader" ] && { case $k_at in /proc|/proc/*|/sys/*|/dev/*) ;; *) false ;; esac; }; then k_s=o
  elif [ -e "$k_at" ]; then
    k_s=s
    if [ "$2" = 1 ] && [ -f "$k_at" ]; then
      case $k_at in
        /proc/sys/*|/sys/*) [ -r "$k_at" ] && k_s=v || k_s=o ;;
        /proc/*) k_s=o ;;
        *) [ -r "$k_at" ] && k_s=t || k_s=o ;;
      esac
    fi
  fi
  printf '%s\\0%s\\0' "$k_s" "$k_at"
  case $k_s in
    o) [ -n "$k_reader" ] || (k_file "$1" "$2" "$3") && k_e=0 || k_e=$?; printf '%03d%s' $k_e "$k_mark" ;;
    v) while IFS= read -r k_l; do printf '%s\\n' "$k_l"; done <"$k_at"; printf '%s\\0' "$k_l" ;;
  esac
}
# puts a path that is sorted where stat alone, or stat and tail, find it among the arguments; a user is to miss what is not there
K_put='case $k_s in s|v) set -- "$k_at" "$@"; k_c=$((k_c + 1)) ;; t) set -- "$@" "$k_at" ;;
a) [ -z "$k_reader" ] || set -- "$@" "$k_asked/" ;; esac'
k_unless() { # PATH...: stat of all of them, and what is asked unless those that decide the answer are as they were
  k_e=
  k_out=$(TZ=UTC0 stat -c '${STAT_FORMAT}' -- "$@" 2>/dev/null)
  # a line is whole between two ends of lines: a name ends it
  case "$K_break$k_led$K_break$K_break$k_out$K_break" in
    *"$K_break$k_lines$K_break"*) [ "$K_state" = "$k_same" ] && k_e=same ;;
  esac
  if [ "$k_e" = same ]; then k_e=0; printf %s '${SAME}'; else (k_tell $k_globs; eval "$k_ask"); k_e=$?; fi
  printf '%03d%s' $k_e "$k_mark"
  printf '%s\\n%s' "$k_out" "$k_mark"
}
k_rest() { # MARK COUNT PATH...: stat of all of them, the question that they decide, and, behind the first COUNT, the texts
  k_mark=$1 k_c=$2
  shift 2
  if [ -n "$k_same" ]; then k_unless "$@"
  else
    [ $# = 0 ] || stat -c '${STAT_FORMAT}' -- "$@" 2>/dev/null
    printf %s "$k_mark"
  fi
  shift "$k_c"
  [ $# = 0 ] || if [ -n "$k_reader" ]; then $k_reader tail -v -c +1 -- "$@"; else tail -v -c +1 -- "$@" 2>/dev/null; fi
}
k_list() { # PATH: its names, each ended by a NUL
  if k_plain "$1"; then k_r=$1; else k_r=$(k_real "$1") || k_r=$1; fi
  if [ ! -d "$k_r" ]; then
    if k_s=$(k_stat "$k_r"); then k_t=other; else k_t=absent; fi
    printf '%s\\0%s\\0%s\\0' "$k_t" "$k_r" "$k_s"
    return 0
  fi
  if [ ! -r "$k_r" ] || ! cd -- "$k_r"; then printf 'denied\\0%s\\0\\0' "$k_r"; return 0; fi
  printf 'found\\0%s\\0\\0' "$k_r"
  for k_f in * .*; do
    case $k_f in .|..) continue ;; esac
    if [ -e "$k_f" ] || [ -L "$k_f" ]; then printf '%s\\0' "$k_f"; fi
  done
}
k_local() { # whether only files tell the accounts; systemd's source knows root, nobody and transient users besides
  [ ! -d /etc/userdb ] && [ ! -d /run/userdb ] && [ -r /etc/nsswitch.conf ] || return 1
  k_n=
  while read -r k_d k_l; do
    k_l=\${k_l%%#*}
    case $k_d in
      initgroups:) return 1 ;;
      passwd:|group:) for k_f in $k_l; do case $k_f in files|systemd) ;; *) return 1 ;; esac; done; k_n=$k_n$k_d ;;
      passwd:*|group:*|initgroups:*) return 1 ;;
    esac
  done </etc/nsswitch.conf
  case $k_n in passwd:group:|group:passwd:) ;; *) return 1 ;; esac
}
k_user() { # NAME: its line of passwd, its group's, and those of all its groups; nothing where /etc/passwd tells it
  if k_local; then
    while IFS=: read -r k_n k_e; do [ "$k_n" != "$1" ] || return 0; done </etc/passwd
  fi
  k_e=$(k_entry passwd "$1") || return 1
  printf '%s\\n' "$k_e"
  k_g=\${k_e#*:*:*:}
  k_entry group "\${k_g%%:*}" 2>/dev/null || printf '\\n'
  for k_g in $(id -G "$1"); do k_entry group "$k_g" || printf '%s:::\\n' "$k_g"; done
}
`,
}
