import type { Library } from './library.ts'

/** What `k_write` ends with where all is written, and an owner or group is left to root. */
export const FOLLOWS = 11

/**
 * Writes one file. What is wanted and what was found come in variables, a text by the function `k_put`; everything happens
 * from inside the directory, so that nobody can put another in its place meanwhile. Works with GNU and busybox tools. A
 * process costs more than all else here: what a builtin can say is asked of a builtin, and of `stat` all at once.
 */
export const WRITE: Library = {
  name: 'write',
  text: `
k_next() { # CODE: between two writes of one frame; the later ones rest on the earlier
  [ "$1" = 0 ] || exit "$1"
  printf %s "$k_mark"; printf %s "$k_mark" >&2
}
k_move() { # puts the new one in its place
  mv -fT -- "$k_t" "$k_at" 2>/dev/null || k_e=$(mv -fT -- "$k_t" "$k_at" 2>&1) && { k_t=; return 0; }
  case $k_e in
    *'esource busy'*) [ $k_found = file ] && [ $k_want = file ] || k_fail "$k_e"; k_in_place ;;
    *ption* | *'is a directory'*)
      if [ -d "$k_at" ]; then [ -L "$k_at" ] || k_fail 'it is a directory'; rm -f -- "$k_at" || exit 1; fi
      mv -f -- "$k_t" "$k_at" || exit 1 ;;
    *) k_fail "$k_e" ;;
  esac
}
k_in_place() { # a file that is a mount of its own cannot be replaced
  [ -z "$k_old" ] || rm -f -- "$k_old"
  k_old=$k_t.old
  cp -p -- "$k_at" "$k_old" || exit 1
  if ! cat -- "$k_t" >"$k_at" || ! k_s=$(sha256sum <"$k_at") || [ "\${k_s%% *}" != "$k_sum" ]; then
    if cat -- "$k_old" >"$k_at"; then k_fail 'it could not be written in place; what it was is restored'; fi
    mv -- "$k_old" "\${k_at%/*}/.keyward-old-$k_random"
    k_fail "it could not be written in place; what it was is kept in \${k_pwd%/}/.keyward-old-$k_random"
  fi
  k_n_mode=$k_a_mode k_n_uid=$k_a_uid k_n_owner=$k_a_owner k_n_gid=$k_a_gid k_n_group=$k_a_group
  k_own "$k_at"
  k_chmod "$k_at"
}
k_fill() { # a builtin puts the text out; why it could not, a program tells better
  k_put >&8 || { k_put | cat >&8 || exit 1; k_fail 'the text did not arrive whole'; }
  exec 7<"$k_t" 8>&- || exit 1
  sync -d -- "$k_t" 2>/dev/null || :
}
k_write_file() {
  case $k_found in file | link | absent) ;; *) k_fail 'it is there and no regular file' ;; esac
  if [ -z "$k_text" ] && [ $k_found != absent ]; then
    [ $k_found = file ] || k_fail 'it is a link'
    k_settle_file
    return
  fi
  k_turn
  k_seat
  [ $k_found = absent ] || k_same
  k_fill
  if [ $k_found = file ]; then k_keep; else k_label "$k_t" file; k_mode=\${k_mode:-644}; fi
  k_own "$k_t"
  k_chmod "$k_t"
  # it may have been changed while the text came in: what remains of the window is the rename's
  k_sums
  k_same_kind
  k_move
}
k_settle_file() { # owner and mode of a file, by a name that nobody else can change
  k_named=
  k_turn
  k_look "$k_at" "$k_at"
  k_same
  k_same_text
  k_f=$k_at
  if ! k_ours; then
    k_private
    k_f=./$k_random.was
    if ln -- "$k_at" "$k_f" 2>/dev/null; then
      k_old=$k_f
      k_same_kind
      k_look "$k_f" "$k_f"
      k_checked
    else
      [ -O .. ] || k_fail 'it cannot be reached safely: its directory belongs to somebody else'
      k_f=$k_at
    fi
  fi
  k_own "$k_f"
  k_chmod "$k_f"
}
k_write_directory() {
  k_named=
  case $k_found in
    absent)
      # as it is made it has its mode, exactly, even where the directory around it hands its group down
      mkdir -m "0000\${k_mode:-755}" -- "$k_at" || { k_same_kind; exit 1; }
      k_label "$k_at" dir
      case $k_owner$k_group/\${k_mode:-755} in /[0-7][0-7][0-7]) [ -g "$k_at" ] || return 0 ;; esac
      k_mode=\${k_mode:-755} k_found=directory ;;
    directory) ;;
    *) k_fail 'it is there and no directory' ;;
  esac
  k_look "$k_at" "$k_at"
  k_same
  if k_ours || [ "$(id -u)" != 0 ]; then k_own "$k_at"; k_chmod "$k_at"; return; fi
  (
    cd -P -- "$k_at" && [ "$PWD" = "\${k_pwd%/}/$k_name" ] || k_fail 'it leads elsewhere'
    k_own .
    k_chmod .
    [ -z "$k_follow" ] || exit ${FOLLOWS}
  ) || exit
}
k_write_link() {
  [ $k_found != directory ] || k_fail 'it is a directory'
  if [ $k_found = absent ] && [ -z "$k_owner$k_group" ] && ! k_selinux; then
    ln -sT -- "$k_target" "$k_at" && return
    k_same_kind
  fi
  k_turn
  if [ -n "$k_owner$k_group" ] || k_selinux; then
    k_private
    k_t=./$k_random
    ln -s -- "$k_target" "$k_t" || exit 1
    k_label "$k_t" link
    k_look "$k_t" "$k_t"
    k_checked
    k_own "$k_t"
  fi
  [ $k_found = absent ] || { k_look "$k_at" "$k_at"; k_same; k_same_text; }
  k_same_kind
  k_move
}
k_write_absent() {
  [ $k_found != absent ] || return 0
  if [ $k_found = directory ]; then k_look "$k_at" "$k_at"; k_same; rmdir -- "$k_at" || exit 1; return; fi
  k_turn
  k_look "$k_at" "$k_at"
  k_same
  k_same_text
  rm -f -- "$k_at" "$k_t" || exit 1
  k_t=
}
k_clean() {
  k_f=\${k_left:+\${k_in:+.}$k_left}
  [ -z "$k_t$k_old$k_f" ] || rm -f -- \${k_t:+"$k_t"} \${k_old:+"$k_old"} \${k_f:+"$k_f"}
  [ -z "$k_in" ] || cd ..
  [ -z "$k_p" ] || rmdir -- "./$k_p" 2>/dev/null
}
k_write() {
  k_t= k_p= k_in= k_left= k_old= k_plain= k_follow= k_at=./$k_name k_a=./$k_name
  trap k_clean EXIT
  trap 'exit 1' HUP INT TERM
  cd -P -- "$k_dir" 2>/dev/null || k_fail "no directory: $(stat -- "$k_dir/." 2>&1 >/dev/null)"
  k_pwd=$PWD
  # root is led by nobody; a user may be led to what is his
  [ "$k_pwd" = "$k_dir" ] || { [ $k_found = absent ] && [ ! -O / ]; } || k_fail "its directory leads to $k_pwd"
  k_same_kind
  k_named=1
  k_write_$k_want
  # a name that is not on the disk yet would bring an old file back after a crash: a key that was taken away, too
  [ -z "$k_named" ] || [ -n "$k_unsynced" ] || sync "\${k_in:+.}." 2>/dev/null
  [ -z "$k_follow" ] || exit ${FOLLOWS}
}
k_chown() { # OWNER NAME: as root, what the user could not do, in a directory that the user may have swapped
  cd -P -- "$k_dir" && [ "$PWD" = "$k_dir" ] || k_fail 'its directory is reached by a link'
  [ -d "./$2" ] || [ "$(stat -c %h -- "./$2")" = 1 ] || k_fail 'it has more than one name (hard links)'
  chown -h -- "$1" "./$2"
}
`,
}
