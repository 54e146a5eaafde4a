import type { RawAnswer } from './frame.ts'
import { quote } from './quote.ts'

// The directory of a process is made when it is first looked at: its moment is now. Of the files: names, inodes, sizes and
// the moments of the last change, which no writer can choose; and a switch of the kernel by its value.
const STATE = (globs: readonly string[]): string => `
k_w=$(stat -L -c '%n|%d|%i|%f|%s|%z' -- /proc/self/. ${globs.join(' ')} 2>/dev/null)
k_n=\${k_w%%"$K_break"*} k_w=\${k_w#*"$K_break"} k_l=
[ ! -r /proc/sys/crypto/fips_enabled ] || read -r k_l </proc/sys/crypto/fips_enabled
k_w="$k_w\${K_break}fips $k_l"`

const SAME = 'as remembered'

/**
 * Writes a script that runs a program, unless the files that decide its answer are as they were when it gave it last. It
 * tells their state, the time and then the answer; or that all is as remembered.
 *
 * @param globs of the files, as words of sh
 */
export const witnessScript = (globs: readonly string[], program: string, witness: string | null): string => {
  const state = `K_break='\n'${STATE(globs)}`
  const ask = `printf '%s\\0%s\\0' "$k_w" "$k_n"; ${program}`
  if (witness === null) return `${state}\n${ask}`
  return `${state}\nif [ "$k_w" = ${quote(witness)} ]; then printf %s ${quote(SAME)}; else ${ask}; fi`
}

/** What the script said: that all is as remembered, or the answer with its witness, null where that proves nothing. */
export const readWitness = (
  said: RawAnswer,
): 'same' | { readonly witness: string | null; readonly answer: RawAnswer } => {
  if (said.code === 0 && said.stdout.toString('latin1') === SAME) return 'same'
  const first = said.stdout.indexOf(0)
  const second = said.stdout.indexOf(0, first + 1)
  if (first < 0 || second < 0) return { witness: null, answer: said }
  const witness = said.stdout.toString('utf8', 0, first)
  const now = said.stdout.toString('latin1', first + 1, second)
  const answer = { ...said, stdout: said.stdout.subarray(second + 1) }
  return { witness: isSettled(witness, now) ? witness : null, answer }
}

// without these nothing would show that a program or its libraries were replaced
const CORE: readonly string[] = ['/usr/sbin/sshd', '/etc/ld.so.cache']

// a file that is written twice within one tick of the clock shows one moment only
const TICK_S = 0.05

/** Says whether the last change of every file lies far enough back that another one would show. */
const isSettled = (witness: string, now: string): boolean => {
  if (!now.startsWith('/proc/self/.|') || !CORE.every((path) => witness.includes(`${path}|`))) return false
  const times = witness.split('\n').slice(0, -1).map(timeOf)
  return times.length > 0 && times.every((time) => time < timeOf(now) - TICK_S)
}

/** Seconds since 1970 of the moment at a line's end, as stat tells it; never settled where it is told otherwise. */
const timeOf = (line: string): number => {
  const [, moment, fraction, hours, minutes] =
    /\|(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.(\d{9}) ([+-]\d\d)(\d\d)$/.exec(line) ?? []
  if (moment === undefined) return Number.NaN
  return Date.parse(`${moment.replace(' ', 'T')}${hours}:${minutes}`) / 1000 + Number(`0.${fraction}`)
}
