import type { Library } from './library.ts'

/** How many files {@link ROW} writes together: each takes a descriptor, of which a shell has nine. */
export const MOST_IN_ROW = 4

/**
 * Writes several files of one frame, `k_1` to `k_N`, which set the variables of each. Those that are plain are written
 * together: a process is started for all of them where it can be. A file is plain that is or becomes a regular one in a
 * directory of the writer's own; its directory is held open meanwhile, so that each name stays one of that directory. Where
 * anything is not as it is with a plain one, what was made is taken away, and each goes its own way by `k_write`.
 */
export const ROW: Library = {
  name: 'row',
  text: `
k_each() { # FROM TO: one after the other, each in a shell that ends where it fails
  k_i=$1
  while [ "$k_i" -le "$2" ]; do
    if [ "$k_i" = "$k_total" ]; then "k_$k_i"; k_write; exit; fi
    ("k_$k_i"; k_write)
    k_next $?
    k_i=$((k_i + 1))
  done
}
k_together() { # FROM TO
  k_done=$(($1 - 1)) k_made=
  if [ -d /proc/self/fd ] && ! k_selinux; then
    trap k_unmake EXIT
    trap 'exit 1' HUP INT TERM
    k_row "$1" "$2"
    k_unmake
    trap - EXIT HUP INT TERM
  fi
  exec 3<&- 4<&- 5<&- 6<&- 8>&-
  k_each $((k_done + 1)) "$2"
}
k_unmake() { [ -z "$k_made" ] || rm -f -- $k_made; k_made=; }
k_put_by() { for k_v in $k_kept; do eval "k_\${1}_$k_v=\\$k_$k_v"; done; }
k_take() { for k_v in $k_kept; do eval "k_$k_v=\\$k_\${1}_$k_v"; done; }
k_kept='found found_owner found_group found_mode found_sum owner group mode new_mode sum at t'
k_row() { # FROM TO: k_done is the last one in its place
  k_i=$1 k_fd=3 k_paths= k_sums=
  while [ "$k_i" -le "$2" ]; do
    "k_$k_i"
    k_begin "/proc/self/fd/$k_fd" || return
    k_put_by "$k_i"
    k_i=$((k_i + 1)) k_fd=$((k_fd + 1))
  done
  k_s=$(stat -c '%a
%u
%U
%g
%G' -- $k_paths 2>/dev/null) || return
  k_i=$1
  while [ "$k_i" -le "$2" ]; do
    k_take "$k_i"
    k_ready || return
    k_i=$((k_i + 1))
  done
  # a name is opened only where nobody else can have put another thing in its place: to open a device may do something
  sync -d -- $k_made 2>/dev/null || return
  sha256sum -c >/dev/null 2>&1 <<K || return
$k_sums
K
  k_i=$1
  while [ "$k_i" -le "$2" ]; do
    k_take "$k_i"
    k_kind "$k_at"
    [ "$k_k" = "$k_found" ] && mv -fT -- "$k_t" "$k_at" 2>/dev/null || break
    k_made=\${k_made#" $k_t"} k_done=$k_i
    [ "$k_i" = "$k_total" ] || k_next 0
    k_i=$((k_i + 1))
  done
}
k_begin() { # PLACE: fills the new file, where that is ours alone
  cd -P -- "$k_dir" 2>/dev/null && [ "$PWD" = "$k_dir" ] && [ -O . ] && [ -w . ] || return
  case $k_name in *[!A-Za-z0-9._-]*) return 1 ;; esac
  { eval "command exec $k_fd<."; } 2>/dev/null || return
  k_shown=.keyward-$$-$k_random k_at=$1/$k_name k_t=$1/.keyward-$$-$k_random
  k_kind "$k_at"
  [ "$k_k" = "$k_found" ] || return
  umask "$k_umask"
  set -C
  { command exec 8>"./$k_shown"; } 2>/dev/null || { set +C; return 1; }
  set +C
  k_made="$k_made $k_t"
  ! k_others && k_put >&8 || return
  exec 8>&-
  k_a=$k_at
  [ "$k_found" != absent ] || k_a=$1/.
  k_paths="$k_paths $1/. $k_a $k_t"
  k_sums="$k_sums$k_sum  $k_t$k_break\${k_found_sum:+$k_found_sum  $k_at$k_break}"
}
k_ready() { # the new one has all that it is to have; k_s begins with what was seen of it
  set -f; IFS=$k_break
  set -- $k_s
  unset IFS; set +f
  [ $# -ge 15 ] || return
  case $1 in *[2367]? | *[2367]) return 1 ;; esac
  k_a_mode=$6 k_a_uid=$7 k_a_owner=$8 k_a_gid=$9 k_a_group=\${10}
  k_n_mode=\${11} k_n_uid=\${12} k_n_owner=\${13} k_n_gid=\${14} k_n_group=\${15}
  shift 15
  k_s=
  for k_v; do k_s=$k_s$k_v$k_break; done
  [ "$k_n_mode" = "$k_new_mode" ] || return
  if [ "$k_found" = file ]; then
    k_is "$k_a_owner" "$k_a_uid" "$k_found_owner" && k_is "$k_a_group" "$k_a_gid" "$k_found_group" || return
    [ -z "$k_found_mode" ] || [ "$k_a_mode" = "$k_found_mode" ] || return
    k_keep_all "$k_at" || return
  else
    k_mode=\${k_mode:-644}
  fi
  k_is "$k_n_owner" "$k_n_uid" "$k_owner" && k_is "$k_n_group" "$k_n_gid" "$k_group" || return
  [ -z "$k_mode" ] || [ "$k_n_mode" = "$k_mode" ] || chmod -- "0000$k_mode" "$k_t" 2>/dev/null
}
`,
}
