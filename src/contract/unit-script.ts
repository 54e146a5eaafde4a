// What a look at a service asks a machine, in one script: where no program has to be asked, it is done by builtins alone.

/** A service to look for. */
export interface AboutUnit<Check extends { readonly argv: readonly string[] }> {
  /** the name of its process and of its pid file */
  readonly program: string
  /** under which it is looked for, in this order; no blanks, no patterns */
  readonly names: readonly string[]
  /** the sockets that may start it */
  readonly sockets: readonly string[]
  /** what systemd is asked about it */
  readonly properties: readonly string[]
  /** systemd is not asked where the pid file and its process say enough; only for a daemon that writes that at each load */
  readonly brief: boolean
  /** the file that the daemon reads: where it, or the directory beside it, is newer than the pid file, more is asked at once */
  readonly config?: string
  /** a program that says whether the daemon would take its files; asked only where they are newer */
  readonly check?: Check
}

/** Defines `clocks`: three lines. Only `date` is a program. */
export const CLOCKS = `
clocks() {
  read -r before rest < /proc/uptime && echo "$before" && date +%s.%N && read -r after rest < /proc/uptime && echo "$after"
}
`

/**
 * Puts out a line for each thing that is so: `daemon PID FILE`, `unit NAME` (and nothing behind it), `clocks` (and three
 * lines), `accepted`, `openrc`, `script NAME`, `starts LINK`, `process PID STAT`; and `systemd NAME...`, behind which is
 * what systemctl shows of these and of the sockets.
 */
export const UNIT = `${CLOCKS}
unit() {
set -f
program=$1 properties=$2 brief=$3 config=$4 names=$5 sockets=$6
shift 6
tell_clocks() {
  # the two looks at the uptime are to be near each other: a busy machine is given three tries
  for try in 1 2 3; do
    echo clocks
    clocks || return
    [ "\${before%?}" != "\${after%?}" ] || return
  done
}

pid= newer=
for file in "/run/$program.pid" "/var/run/$program.pid" "/run/$program/$program.pid"; do
  pid= rest=
  [ ! -f "$file" ] || { read -r pid rest < "$file"; } 2> /dev/null
  case "$pid$rest" in
    '' | *[!0-9]*) pid= ;;
    *) [ ! -d "/proc/$pid" ] || break ;;
  esac
  pid=
done
if [ -n "$pid" ]; then
  echo "daemon $pid $file"
  if [ -n "$config" ] && { [ "$config" -nt "$file" ] || [ "$config.d" -nt "$file" ]; }; then newer=1; fi
fi
if [ -d /run/systemd/system ]; then
  if [ -n "$pid" ] && [ -n "$brief" ] && [ -z "$newer" ]; then
    while read -r group; do
      for name in $names; do
        case $group in *:name=systemd:*"/\${name%.service}.service" | 0::*"/\${name%.service}.service")
          echo "unit $name"
          return 0
        esac
      done
    done < "/proc/$pid/cgroup"
  fi
  tell_clocks
elif [ -n "$newer" ]; then
  tell_clocks
fi 2> /dev/null
if [ -n "$newer" ] && [ $# -gt 0 ]; then
  if command -v k_checked > /dev/null; then k_checked "$@"; else "$@" > /dev/null 2>&1; fi && echo accepted
fi

has_file() {
  for place in /etc/systemd/system /run/systemd/system /run/systemd/transient /run/systemd/generator.early \
    /run/systemd/generator /run/systemd/generator.late /etc/systemd/system.attached /run/systemd/system.attached \
    /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    [ ! -e "$place/$1" ] || return 0
  done
  return 1
}
if [ -d /run/systemd/system ]; then
  # a unit that is not there costs systemd the most: of several names the first one that has a file is asked about
  asked=
  for name in $names; do
    [ -n "$asked" ] || ! has_file "\${name%.service}.service" || asked=$name
  done
  echo "systemd \${asked:=$names}"
  for socket in $sockets; do
    ! has_file "$socket" || asked="$asked $socket"
  done
  TZ=UTC systemctl show --no-pager --property="$properties" -- $asked
  return
fi

[ ! -e /run/openrc ] || echo openrc
for name in $names; do
  name=\${name%.service}
  case $name in */*) continue ;; esac
  [ -e "/etc/init.d/$name" ] || continue
  echo "script $name"
  set +f
  for link in /etc/rc[23].d/S[0-9][0-9]"$name" /etc/runlevels/default/"$name" /etc/runlevels/boot/"$name"; do
    if [ -e "$link" ] || [ -L "$link" ]; then echo "starts $link"; fi
  done
  set -f
done
if [ -z "$pid" ] && pid=$(pgrep -o -x -- "$program" 2> /dev/null); then
  stat=
  read -r stat < "/proc/$pid/stat"
  printf 'process %s %s\\n' "$pid" "$stat"
  tell_clocks
fi 2> /dev/null
return 0
}
unit "$@"
`
