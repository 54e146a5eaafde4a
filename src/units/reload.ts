import { HostError } from '../contract/errors.ts'
import type { Touch } from '../contract/look.ts'
import type { Command } from '../contract/questions.ts'
import { commandFor, lastWords, scriptOf } from './control.ts'
import type { Unit } from './find.ts'
import { isSshd } from './names.ts'

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
  const args = [String(unit.pid ?? ''), reopens ? 'reopens' : '', unit.pidFile ?? '', scriptOf(unit) ?? '', ...argv]
  return { argv: ['sh', '-c', RELOAD, 'sh', ...args], inPlace: true, shown: argv.join(' '), timeoutMs: LIMIT_MS }
}

/**
 * Waits until the main process lives, listens where it did so before, and has its pid file again. A daemon that keeps its
 * sockets (or has them from systemd) is taken as back after a moment. Times are hundredths of a second.
 */
const RELOAD = `
pid=$1 reopens=$2 file=$3 script=$4
shift 4
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
  [ -z "$file" ] || [ -s "$file" ] || [ "$waited" -ge 150 ] || return
  [ -n "$before" ] || return 0
  listening
  for inode in $found; do
    case "$before " in *" $inode "*) ;; *) return 0 ;; esac
  done
  [ -n "$found" ] && { [ -z "$reopens" ] || [ "$waited" -ge 150 ]; }
}
before=
[ -z "$pid" ] || { listening; before=$found; }
"$@"
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
