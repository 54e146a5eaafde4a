import type { Library } from './library.ts'

/** What `k_write` ends with where what is there is not what was found. */
export const STALE = 10

/**
 * Writes one file. What is wanted and what was found come in variables, a text by standard input; everything happens
 * from inside the directory, so that nobody can put another in its place meanwhile. Works with GNU and busybox tools.
 */
export const WRITE: Library = {
  name: 'write',
  text: `
k_fail() { printf '%s\\n' "$1" >&2; exit 1; }
k_lock() { # our own writers of one directory take turns; where that cannot be, the comparison alone has to do
  if command -v flock >/dev/null 2>&1; then
    [ -r . ] && exec 9<. || return 0
    set -- flock -n 9
  else set -- k_claim; fi
  k_i=0
  until "$@" 2>/dev/null; do
    [ $? = 1 ] || return 0
    # whoever may read a directory may lock it: that keeps nobody from writing for ever
    [ $k_i -lt 100 ] || return 0
    if sleep 0.1 2>/dev/null; then k_i=$((k_i + 1)); else sleep 1 && k_i=$((k_i + 10)); fi
  done
}
k_claim() { # of those who make one link, one succeeds, and it names him; 1: held by another, 2: none can be made here
  read -r k_pid k_rest </proc/self/stat || return 2
  k_e=$(ln -sn "$k_pid" .keyward-lock 2>&1) && k_held=1 && return 0
  case $k_e in *exists*) ;; *) return 2 ;; esac
  k_pid=$(readlink .keyward-lock) && [ ! -d "/proc/$k_pid" ] &&
    mv .keyward-lock ".keyward-left-$k_pid" && rm -f ".keyward-left-$k_pid"
  return 1
}
k_sum() { k_s=$(sha256sum <"$1") && printf '%s' "\${k_s%% *}"; }
k_kind() { if [ -L "$1" ]; then echo link; elif [ -f "$1" ]; then echo file; elif [ -d "$1" ]; then echo directory; elif [ -e "$1" ]; then echo other; else echo absent; fi; }
k_is() { # NAME NUMBER WANTED: an owner or group is the one named, or none is named
  [ -z "$3" ] || [ "$1" = "$3" ] || [ "$2" = "$3" ]
}
k_same() { # what is there is what was found
  [ "$(k_kind "$k_at")" = "$k_found" ] || return 1
  [ "$k_found" = absent ] && return 0
  k_is "$(stat -c %U -- "$k_at")" "$(stat -c %u -- "$k_at")" "$k_found_owner" || return 1
  k_is "$(stat -c %G -- "$k_at")" "$(stat -c %g -- "$k_at")" "$k_found_group" || return 1
  [ -z "$k_found_mode" ] || [ "$(stat -c %a -- "$k_at")" = "$k_found_mode" ] || return 1
  if [ -n "$k_found_sum" ]; then
    k_s=$(k_sum "$k_at") || exit 1
    [ "$k_s" = "$k_found_sum" ] || return 1
  fi
  [ "$k_found" != link ] || [ "$(readlink -- "$k_at"; echo x)" = "$k_found_target
x" ]
}
k_own() { # FILE: gives it the wanted owner and group; what only root can do is left to root
  [ -n "$k_owner$k_group" ] || return 0
  k_is "$(stat -c %U -- "$1")" "$(stat -c %u -- "$1")" "$k_owner" &&
    k_is "$(stat -c %G -- "$1")" "$(stat -c %g -- "$1")" "$k_group" && return 0
  k_e=$(chown -h -- "$k_owner\${k_group:+:$k_group}" "$1" 2>&1) && return 0
  [ -n "$k_root_follows" ] || k_fail "$k_e"
}
k_chmod() { # FILE: with five digits or more GNU chmod clears a directory's setgid bit too
  [ -z "$k_mode" ] || [ "$(stat -c %a -- "$1")" = "$k_mode" ] || chmod -- "0000$k_mode" "$1" || exit 1
}
k_keep() { # gives the new file what the old one has: owner, group, mode and, where the tools can, ACL, attributes, label
  k_of=$(stat -c %u:%g -- "$k_at") || exit 1
  if cp --attributes-only --preserve=all -- "$k_at" "$k_t" 2>/dev/null; then
    touch -- "$k_t" || exit 1
  else
    chmod -- "$(stat -c %a -- "$k_at")" "$k_t" || exit 1
    case $(cp --help 2>&1) in *--attributes-only*) ;; *) k_plain=1 ;; esac
  fi
  k_alike '%a %C' || k_fail 'its mode or label cannot be kept'
  k_alike_by getfacl -c && k_alike_by getfattr -d -m - || k_fail 'its ACL or attributes cannot be kept'
  [ -z "$k_plain" ] || { command -v getfacl && command -v getfattr; } >/dev/null 2>&1 || echo 'only mode and owner'
  [ "$(stat -c %u:%g -- "$k_t")" = "$k_of" ] && return 0
  k_m=$(stat -c %a -- "$k_at")
  if chown -h -- "$k_of" "$k_t" 2>/dev/null; then chmod -- "$k_m" "$k_t" || exit 1; return 0; fi
  k_is "$(stat -c %U -- "$k_t")" "$(stat -c %u -- "$k_t")" "\${k_owner:-\${k_of%:*}}" || [ -n "$k_root_follows" ] ||
    k_fail "its owner $(stat -c %U -- "$k_at") cannot be kept"
  [ -n "$k_group" ] || chgrp -- "\${k_of#*:}" "$k_t" 2>/dev/null || [ -n "$k_root_follows" ] ||
    k_fail "its group $(stat -c %G -- "$k_at") cannot be kept"
  printf 'owner %s\\n' "$k_of"
}
k_alike() { [ "$(stat -c "$1" -- "$k_at" 2>/dev/null)" = "$(stat -c "$1" -- "$k_t" 2>/dev/null)" ]; }
k_alike_by() { command -v "$1" >/dev/null 2>&1 || return 0; [ "$("$@" "$k_at" 2>/dev/null | grep -v '^# file:')" = "$("$@" "$k_t" 2>/dev/null | grep -v '^# file:')" ]; }
k_label() { # FILE KIND: the label that the policy gives the final name
  command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled 2>/dev/null || return 0
  k_c=$(matchpathcon -n -m "$2" -- "\${k_pwd%/}/$k_name" 2>/dev/null) || return 0
  case $k_c in *:*:*) chcon -h -- "$k_c" "$1" 2>/dev/null || : ;; esac
}
k_sync() { case $(sync --help 2>&1) in *FILE*) sync "$1" 2>/dev/null ;; esac; return 0; }
k_move() { # puts the new one in its place
  k_e=$(mv -fT -- "$k_t" "$k_at" 2>&1) && return 0
  case $k_e in
    *'esource busy'*) [ "$k_found" = file ] && [ "$k_want" = file ] || k_fail "$k_e"; k_in_place ;;
    *ption* | *'is a directory'*)
      if [ -d "$k_at" ]; then [ -L "$k_at" ] || k_fail 'it is a directory'; rm -f -- "$k_at" || exit 1; fi
      mv -f -- "$k_t" "$k_at" || exit 1 ;;
    *) k_fail "$k_e" ;;
  esac
}
k_in_place() { # a file that is a mount of its own cannot be replaced
  cp -p -- "$k_at" ./old || exit 1
  if ! cat -- "$k_t" >"$k_at" || [ "$(k_sum "$k_at")" != "$k_sum" ]; then
    if cat -- ./old >"$k_at"; then k_fail 'it could not be written in place; what it was is restored'; fi
    mv -- ./old "../.keyward-old-$k_random"
    k_fail "it could not be written in place; what it was is kept in \${k_pwd%/}/.keyward-old-$k_random"
  fi
  k_own "$k_at"
  k_chmod "$k_at"
}
k_private() { # a directory of our own in that of the file: nobody else can put a link in the place of what is made in it
  k_p=$(umask 077; mktemp -d ./.keyward-XXXXXX) || exit 1
  k_p=\${k_p#./}
  cd -P -- "./$k_p" || exit 1
  [ "$(pwd -P)" = "\${k_pwd%/}/$k_p" ] || k_fail 'somebody else changes its directory'
  case $(stat -c %u:%a .) in "$(id -u)":700 | "$(id -u)":?700) ;; *) k_fail 'somebody else changes its directory' ;; esac
  k_in=1 k_at=../$k_name k_t=./new
}
k_settle_file() { # owner and mode of a file, by a name that nobody else can change
  k_private
  if ln -- "$k_at" "$k_t" 2>/dev/null; then
    [ "$(k_kind "$k_t")" = file ] || exit ${STALE}
    k_own "$k_t"
    k_chmod "$k_t"
    return
  fi
  [ "$(stat -c %u ..)" = "$(id -u)" ] || k_fail 'it cannot be reached safely: its directory belongs to somebody else'
  k_own "$k_at"
  k_chmod "$k_at"
}
k_settle_directory() { # the same of a directory, from inside
  if [ "$(id -u)" != 0 ]; then k_own "$k_at"; k_chmod "$k_at"; return; fi
  (
    cd -P -- "$k_at" && [ "$(pwd -P)" = "\${k_pwd%/}/$k_name" ] || k_fail 'it leads elsewhere'
    k_own .
    k_chmod .
  ) || exit 1
}
k_write_file() {
  case $k_found in file | link | absent) ;; *) k_fail "it is there and no regular file" ;; esac
  if [ -z "$k_text" ] && [ "$k_found" != absent ]; then
    [ "$k_found" = file ] || k_fail 'it is a link'
    k_settle_file
    return
  fi
  k_private
  (umask 077; : >"$k_t") || exit 1
  if [ -n "$k_text" ]; then
    cat >"$k_t" || exit 1
    [ "$(k_sum "$k_t")" = "$k_sum" ] || k_fail 'the text did not arrive whole'
  fi
  if [ "$k_found" = file ]; then k_keep; else k_label "$k_t" file; k_mode=\${k_mode:-644}; fi
  k_own "$k_t"
  k_chmod "$k_t"
  k_sync "$k_t"
  # it may have been changed while the text came in: what remains of the window is the rename's
  k_same || exit ${STALE}
  k_move
}
k_write_directory() {
  case $k_found in
    absent) mkdir -m "\${k_mode:-755}" -- "$k_at" || exit 1; k_label "$k_at" dir ;;
    directory) ;;
    *) k_fail 'it is there and no directory' ;;
  esac
  k_settle_directory
}
k_write_link() {
  [ "$k_found" != directory ] || k_fail 'it is a directory'
  k_private
  ln -s -- "$k_target" "$k_t" || exit 1
  k_label "$k_t" link
  k_own "$k_t"
  k_same || exit ${STALE}
  k_move
}
k_write_absent() {
  case $k_found in absent) ;; directory) rmdir -- "$k_at" || exit 1 ;; *) rm -f -- "$k_at" || exit 1 ;; esac
}
k_clean() {
  [ -z "$k_in" ] || { rm -f -- ./new ./old; cd ..; }
  [ -z "$k_p" ] || rmdir -- "./$k_p" 2>/dev/null
  [ -z "$k_held" ] || rm -f ./.keyward-lock
}
k_write() {
  k_t= k_p= k_in= k_held= k_plain= k_at=./$k_name
  trap k_clean EXIT
  trap 'exit 1' HUP INT TERM
  cd -P -- "$k_dir" 2>/dev/null || k_fail "no directory: $(stat -- "$k_dir/." 2>&1 >/dev/null)"
  k_pwd=$(pwd -P)
  [ "$k_found" = absent ] || [ "$k_pwd" = "$k_dir" ] || k_fail "its directory leads to $k_pwd"
  k_lock
  k_same || exit ${STALE}
  k_write_$k_want
  k_sync .
}
k_chown() { # OWNER NAME: as root, what the user could not do, in a directory that the user may have swapped
  cd -P -- "$k_dir" && [ "$(pwd -P)" = "$k_dir" ] || k_fail 'its directory is reached by a link'
  [ -d "./$2" ] || [ "$(stat -c %h -- "./$2")" = 1 ] || k_fail 'it has more than one name (hard links)'
  chown -h -- "$1" "./$2"
}
`,
}
