import type { Library } from './library.ts'
import { STALE } from './write-place.ts'

/** What a file keeps of the one it replaces, and what it is given: owner, group, mode, ACL, attributes, label. */
export const KEEP: Library = {
  name: 'keep',
  text: `
k_own() { # FILE: gives it the wanted owner and group; what only root can do is left to root
  k_is "$k_n_owner" "$k_n_uid" "$k_owner" && k_is "$k_n_group" "$k_n_gid" "$k_group" && return
  if k_e=$(chown -h -- "$k_owner\${k_group:+:$k_group}" "$1" 2>&1); then
    # this takes setuid and setgid bits away
    k_n_mode=
  elif [ -n "$k_root_follows" ]; then k_follow=1
  else k_fail "$k_e"; fi
}
k_chmod() { # FILE: with five digits or more GNU chmod clears a directory's setgid bit too
  [ -z "$k_mode" ] || [ "$k_n_mode" = "$k_mode" ] || chmod -- "0000$k_mode" "$1" || exit 1
}
k_keep_all() { # FILE: the new one has owner, group, mode, ACL, attributes and label of this one; fails where the tools cannot
  [ $k_n_uid = 0 ] || [ $k_a_uid:$k_a_gid = $k_n_uid:$k_n_gid ] || return
  k_c=; k_selinux && k_c=,context
  cp --attributes-only --preserve=mode,ownership,xattr$k_c -- "$1" "$k_t" 2>/dev/null || return
  k_n_mode=$k_a_mode k_n_uid=$k_a_uid k_n_owner=$k_a_owner k_n_gid=$k_a_gid k_n_group=$k_a_group
}
k_keep() { # gives the new file what the old one has: owner, group, mode and, where the tools can, ACL, attributes, label
  if k_keep_all "$k_a"; then
    # in another's directory the old one may have been swapped in between, unless it has a name of ours
    if [ -n "$k_in" ] && [ -z "$k_old" ]; then
      k_look "$k_a" "$k_t"
      [ $k_a_uid:$k_a_gid:$k_a_mode = $k_n_uid:$k_n_gid:$k_n_mode ] || exit ${STALE}
    fi
    return
  fi
  k_keep_by_hand
  k_look "$k_a" "$k_t"
}
k_keep_by_hand() {
  k_of=$k_a_uid:$k_a_gid
  if cp --attributes-only --preserve=all -- "$k_a" "$k_t" 2>/dev/null; then
    touch -- "$k_t" || exit 1
  else
    chmod -- "$k_a_mode" "$k_t" || exit 1
    case $(cp --help 2>&1) in *--attributes-only*) ;; *) k_plain=1 ;; esac
  fi
  k_alike '%a %C' || k_fail 'its mode or label cannot be kept'
  k_alike_by getfacl -c && k_alike_by getfattr -d -m - || k_fail 'its ACL or attributes cannot be kept'
  [ -z "$k_plain" ] || { command -v getfacl && command -v getfattr; } >/dev/null 2>&1 || echo 'only mode and owner'
  k_look "$k_a" "$k_t"
  [ $k_n_uid:$k_n_gid = $k_of ] && return 0
  if chown -h -- "$k_of" "$k_t" 2>/dev/null; then chmod -- "$k_a_mode" "$k_t" || exit 1; return 0; fi
  k_is "$k_n_owner" "$k_n_uid" "\${k_owner:-$k_a_uid}" || [ -n "$k_root_follows" ] ||
    k_fail "its owner $k_a_owner cannot be kept"
  [ -n "$k_group" ] || chgrp -- "$k_a_gid" "$k_t" 2>/dev/null || [ -n "$k_root_follows" ] ||
    k_fail "its group $k_a_group cannot be kept"
  printf 'owner %s\\n' "$k_of"
  [ -z "$k_root_follows" ] || k_follow=1
}
k_alike() { [ "$(stat -c "$1" -- "$k_a" 2>/dev/null)" = "$(stat -c "$1" -- "$k_t" 2>/dev/null)" ]; }
k_alike_by() { command -v "$1" >/dev/null 2>&1 || return 0; [ "$("$@" "$k_a" 2>/dev/null | grep -v '^# file:')" = "$("$@" "$k_t" 2>/dev/null | grep -v '^# file:')" ]; }
k_selinux() { [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ]; }
k_label() { # FILE KIND: the label that the policy gives the final name
  k_selinux && selinuxenabled 2>/dev/null || return 0
  k_c=$(matchpathcon -n -m "$2" -- "\${k_pwd%/}/$k_name" 2>/dev/null) || return 0
  case $k_c in *:*:*) chcon -h -- "$k_c" "$1" 2>/dev/null || : ;; esac
}
`,
}
