import type { Library } from './library.ts'

/** What `k_write` ends with where what is there is not what was found. */
export const STALE = 10

/** Where a file is written: what is there, whose turn it is, and the place where nobody else can reach what is made. */
export const PLACE: Library = {
  name: 'place',
  text: `
k_break='
'
k_fail() { printf '%s\\n' "$1" >&2; exit 1; }
k_kind() { if [ -L "$1" ]; then k_k=link; elif [ -f "$1" ]; then k_k=file; elif [ -d "$1" ]; then k_k=directory; elif [ -e "$1" ]; then k_k=other; else k_k=absent; fi; }
k_is() { # NAME NUMBER WANTED: an owner or group is the one named, or none is named
  [ -z "$3" ] || [ "$1" = "$3" ] || [ "$2" = "$3" ]
}
k_look() { # THERE NEW: modes and owners of the directory, of what is there and of what is made
  k_s=$(stat -c '%a
%u
%U
%g
%G' -- . "$1" "$2" 2>/dev/null) || exit ${STALE}
  set -f; IFS=$k_break
  set -- $k_s
  unset IFS; set +f
  [ $# = 15 ] || exit ${STALE}
  k_dir_mode=$1 k_a_mode=$6 k_a_uid=$7 k_a_owner=$8 k_a_gid=$9 k_a_group=\${10}
  k_n_mode=\${11} k_n_uid=\${12} k_n_owner=\${13} k_n_gid=\${14} k_n_group=\${15}
}
k_one() { # two names are of one file; an overlay may number it anew by name, but never has another its moment of change
  [ "$1" -ef "$2" ] && return
  k_s=$(stat -c '%s|%y|%z|%a|%u|%g|%h' -- "$1" "$2" 2>/dev/null) && [ "\${k_s%%"$k_break"*}" = "\${k_s#*"$k_break"}" ]
}
k_same_kind() { # also where the old one has a second name, which then is of the same file
  k_kind "$k_at"
  [ "$k_k" = "$k_found" ] || exit ${STALE}
  [ -z "$k_old" ] || k_one "$k_old" "$k_at" || exit ${STALE}
}
k_same() { # what was looked at is what was found
  k_same_kind
  k_is "$k_a_owner" "$k_a_uid" "$k_found_owner" && k_is "$k_a_group" "$k_a_gid" "$k_found_group" || exit ${STALE}
  [ -z "$k_found_mode" ] || [ "$k_a_mode" = "$k_found_mode" ] || exit ${STALE}
  [ "$k_found" != link ] || [ "$(readlink -- "$k_at"; echo x)" = "$k_found_target
x" ] || exit ${STALE}
}
k_same_text() {
  [ -z "$k_found_sum" ] && return
  k_s=$(sha256sum <"$k_a") || exit 1
  [ "\${k_s%% *}" = "$k_found_sum" ] || exit ${STALE}
}
k_sums() { # both texts are what they should be; sums may stand in a here-document, texts never
  if [ -n "$k_found_sum" ]; then
    case $k_a in *[!A-Za-z0-9./_-]*) ;; *)
      sha256sum -c >/dev/null 2>&1 <<K && return ;;
$k_sum  $k_t
$k_found_sum  $k_a
K
    esac
  fi
  k_s=$(sha256sum <&7) && [ "\${k_s%% *}" = "$k_sum" ] || k_fail 'the text did not arrive whole'
  k_same_kind
  k_same_text
}
k_show() { # shows that somebody writes here, by the file or link that is filled; its name holds who, and cannot be guessed
  k_t=./$k_shown
  if [ $k_want = link ]; then ln -s -- "$k_target" "$k_t" || exit 1; return; fi
  k_open
}
k_open() {
  umask "$k_umask"
  set -C; exec 8>"$k_t" || exit 1; set +C
}
k_hide() { rm -f -- "$k_t"; k_t=; }
k_others() { # says whether others show theirs, and in k_first whether ours is the first of them
  k_first=1 k_o=
  for k_f in ./.keyward-*-*; do
    if [ "$k_f" = "./$k_shown" ]; then [ -z "$k_o" ] || k_first=; continue; fi
    k_f=\${k_f#./.keyward-}
    k_f=\${k_f%%-*}
    [ "$k_f" = $$ ] || [ ! -d "/proc/$k_f" ] || k_o=1
  done
  [ -n "$k_o" ]
}
k_turn() { # our own writers of one directory take turns: each shows itself, then looks; of those who met, the first stays
  k_shown=.keyward-$$-$k_random
  k_show
  k_i=0
  while k_others; do
    # whoever may write in a directory may show something: that keeps nobody from writing for ever
    [ $k_i -lt 100 ] || return 0
    k_f=$k_first
    [ -n "$k_f" ] || k_hide
    if sleep 0.1 2>/dev/null; then k_i=$((k_i + 1)); else sleep 1 && k_i=$((k_i + 10)); fi
    [ -n "$k_f" ] || k_show
  done
}
k_ours() { # nobody else can change the names in this directory: a mask of an ACL shows in the mode of the group
  [ -O . ] || return 1
  case $k_dir_mode in *[2367]? | *[2367]) return 1 ;; esac
}
k_private() { # a directory of our own in that of the file: nobody else can put a link in the place of what is made in it
  k_p=.keyward-$$-d$k_random
  mkdir -m 700 -- "./$k_p" || exit 1
  cd -P -- "./$k_p" || exit 1
  [ "$PWD" = "\${k_pwd%/}/$k_p" ] && [ -O . ] || k_fail 'somebody else changes its directory'
  k_in=1 k_at=../$k_name k_a=../$k_name k_left=$k_t k_t=
}
k_checked() { case $k_dir_mode in 700 | ?700) ;; *) k_fail 'somebody else changes its directory' ;; esac; }
k_seat() { # the new file is filled where nobody else can reach it, and what it and the old one are is known
  if [ -O . ]; then
    k_look_both
    # where the directory has others rights to what is made in it, the mode is another one
    k_ours && [ $k_n_mode = $k_new_mode ] && return
  fi
  k_private
  k_t=./$k_random
  k_open
  # by a second name in here, the old one stays the same file whatever is put in its place
  if [ $k_found = file ] && ln -- "$k_at" ./$k_random.was 2>/dev/null; then k_a=./$k_random.was k_old=$k_a; fi
  k_look_both
  k_checked
}
k_look_both() { if [ $k_found = absent ]; then k_look . "$k_t"; else k_look "$k_a" "$k_t"; fi; }
`,
}
