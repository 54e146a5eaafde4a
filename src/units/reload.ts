import { HostError } from '../contract/errors.ts'
import type { Touch } from '../contract/look.ts'
import { type Command, questions, SSHD } from '../contract/questions.ts'
import { NEUTRAL } from '../sshd/ask.ts'
import { commandFor, lastWords, scriptOf } from './control.ts'
import type { Unit } from './find.ts'
import { isSshd } from './names.ts'
import { PERL_RELOAD } from './reload-perl.ts'

const SECOND_MS = 1_000
const LIMIT_MS = 200_000

/** Reloads a running unit, and waits until it listens again: all on the machine, in one flight. */
export const reloadUnit = async (on: Touch, unit: Unit): Promise<void> => {
  // a machine whose file times are whole seconds must not load within the second of the last change
  if (unit.load !== null && unit.init !== 'systemd' && unit.load.ms % SECOND_MS === 0) {
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS))
  }
  const { code, stdout, stderr } = await on.do(reloadCommand(unit))
  const [, said = '', end = '', failure] = /^([\s\S]*?)\n?(back|gone|silent|failed (\d+))\n$/.exec(stdout) ?? []
  if (end === 'back') return
  // sshd that has its sockets from systemd ends at a reload: the socket goes on listening, and starts a new one
  if (end === 'gone' && unit.socket !== null) return
  if (end === 'gone')
    throw new HostError(`${unit.name} did not survive its reload: its main process ${unit.pid} is gone`, {
      hint: 'keep this session open, and look at its log',
    })
  if (end === 'silent') throw new HostError(`${unit.name} was reloaded and does not listen again after 15 s`)
  const words = lastWords({ code: failure === undefined ? code : Number(failure), stdout: said || stdout, stderr })
  throw new HostError(`Unable to reload service ${unit.name}: ${words}`)
}

/** The command that reloads a unit, and then waits for it; its last line says how that ended. */
export const reloadCommand = (unit: Unit): Command => {
  const { argv } = commandFor(unit, 'reload')
  // sshd closes its sockets and opens new ones: only new ones say that it is back
  const reopens = isSshd(unit.name) && unit.socket === null
  const hasFile = reopens && unit.pid !== null && unit.pidFile !== null
  // a script of SysV does the same by fifteen processes
  const isTold = hasFile && unit.init === 'sysv'
  const script = [scriptOf(unit) ?? '', ...argv]
  const args = [String(unit.pid ?? ''), reopens ? 'reopens' : '', unit.pidFile ?? '', isTold ? SSHD : '', ...script]
  const shown = `${isTold ? `${SSHD} -t && kill -HUP ${unit.pid} || ` : ''}${argv.join(' ')}`
  // where it would leave all to the script, that would come a flight later
  const twin =
    isTold || (hasFile && unit.init === 'none') ? { twin: PERL_RELOAD, relies: questions.sshdObeys(NEUTRAL) } : {}
  return { argv: ['sh', '-c', RELOAD, 'sh', ...args], inPlace: true, ...twin, shown, timeoutMs: LIMIT_MS }
}

/**
 * Tells the daemon, and waits until the main process lives, listens where it did so before, and has its pid file again.
 * sshd takes its pid file away when it is told, and writes a new one when it listens: where that happens, nothing else is
 * looked at. A daemon that keeps its sockets (or has them from systemd) is taken as back after a moment. Times are
 * hundredths of a second.
 */
const RELOAD = `
pid=$1 reopens=$2 file=$3 program=$4 script=$5
shift 5
end() { printf '\\n%s\\n' "$1"; exit 0; }
listening() { # the inodes of the sockets of TCP on which the process listens
  found=
  open=$(ls -l "/proc/$pid/fd" 2> /dev/null) || return
  for inode in $(sed -n 's/^ *[0-9]*: [^ ]* [^ ]* 0A [^ ]* [^ ]* [^ ]* *[0-9]* *[0-9]* \\([0-9]*\\) .*/\\1/p' \\
    "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2> /dev/null); do
    case $open in *"socket:[$inode]"*) found="$found $inode" ;; esac
  done
}
is_back() {
  if [ -n "$held" ]; then
    # another file than the one that is held open
    [ -s "$file" ] && [ -e /proc/self/fd/9 ] && ! [ "$file" -ef /proc/self/fd/9 ] && return
    [ "$waited" -ge 150 ] || return
    listening
    [ -n "$found" ]
    return
  fi
  [ -z "$file" ] || [ -s "$file" ] || [ "$waited" -ge 150 ] || return
  [ -n "$before" ] || return 0
  listening
  for inode in $found; do
    case "$before " in *" $inode "*) ;; *) return 0 ;; esac
  done
  [ -n "$found" ] && { [ -z "$reopens" ] || [ "$waited" -ge 150 ]; }
}
asked_as() { # as its process was started, sshd would take its files: it tells its arguments itself, split as the blanks are
  [ "/proc/$pid/exe" -ef "$program" ] || return
  title=
  read -r title < "/proc/$pid/cmdline"
  case $title in
    "sshd: $program "*'[listener] '*) title=\${title#"sshd: $program "} title=\${title%%'[listener] '*} ;;
    *) return 1 ;;
  esac
  (set -f; exec "$program" -t $title)
}
tell() { # a daemon that refuses its files is not told: it would not survive that
  if [ -n "$program" ] && asked_as > /dev/null 2>&1 && kill -HUP "$pid" 2> /dev/null; then return; fi
  "$@"
}
before= held=
if [ -n "$pid" ]; then
  if [ -n "$reopens" ] && [ -r "$file" ] && [ "$file" -ef "$file" ] 2> /dev/null; then
    held=1
    exec 9< "$file"
  else
    listening
    before=$found
  fi
fi
tell "$@" 9<&-
code=$?
if [ "$code" = 127 ] && [ -n "$script" ]; then "$script" reload; code=$?; fi
[ "$code" = 0 ] || end "failed $code"
[ -n "$pid" ] || end back
waited=0 pause=2
while [ "$waited" -lt 1500 ]; do
  sleep "0.0$pause" 2> /dev/null || sleep 1
  waited=$((waited + pause))
  [ -d "/proc/$pid" ] || end gone
  ! is_back || end back
  [ "$pause" -ge 8 ] || pause=$((pause + 2))
done
end silent
`
