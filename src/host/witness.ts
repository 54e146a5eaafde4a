import type { RawAnswer } from './frame.ts'
import type { Library } from './library.ts'
import { quote } from './quote.ts'

/** What `stat` tells of a file, in the words of its flag: the name ends the line, the moment of the last change is {@link CHANGED}. */
export const STAT_FORMAT = '%f|%u|%g|%s|%Y|%Z|%y|%z|%U|%G|%d|%i|%n'

const CHANGED = 7

/** Finds which files decide an answer, and tells them; nothing is known where a name has a letter that needs quotes. */
export const WITNESS: Library = {
  name: 'witness',
  text: `
k_watch() { # PATH...: which of them are there, how many, whether one is a link; and a switch of the kernel
  K_names= K_count=0 K_links= k_l=
  for k_d; do
    [ -e "$k_d" ] || continue
    case $k_d in *[!A-Za-z0-9._/-]*) K_count=odd; break ;; esac
    [ ! -L "$k_d" ] || K_links=1
    K_names="$K_names $k_d" K_count=$((K_count + 1))
  done
  [ ! -r /proc/sys/crypto/fips_enabled ] || read -r k_l </proc/sys/crypto/fips_enabled
  K_state="$K_count fips $k_l"
}
k_tell() { # PATH...: the state of files and the time: the directory of a process is made when it is first looked at
  k_watch "$@"
  k_w=$(TZ=UTC0 stat -L -c '${STAT_FORMAT}' -- /proc/self/. $K_names 2>/dev/null)
  printf '%s\\0%s\\0%s\\0' "$K_state" "\${k_w#*"$K_break"}" "\${k_w%%"$K_break"*}"
}
K_break='
'
`,
}

/**
 * Defines `k_checked`, by which a script asks on its way what `globs` decide, and goes on by its exit code. What was written
 * a moment ago may be written once more within the same tick of the clock, and nothing would show it: it waits until a change
 * would, and only then looks at the files and asks. {@link cutTold} finds what it told.
 */
export const checkedScript = (globs: readonly string[]): string =>
  `k_checked() {
sleep ${WAIT_S} 2>/dev/null
case $- in *f*) k_f=-f ;; *) k_f=+f ;; esac
set +f
printf '${TOLD}\\0'; k_tell ${globs.join(' ')}
set $k_f
"$@" 2>/dev/null; k_e=$?
printf '\\0%s\\0' $k_e
return $k_e
}
`

const TOLD = 'told on the way'

/** What `k_checked` told, as {@link readWitness} reads it, and what is said without it; null where it was not called. */
export const cutTold = (said: RawAnswer): { readonly told: RawAnswer; readonly rest: RawAnswer } | null => {
  const begin = `${TOLD}\0`
  const from = said.stdout.indexOf(begin)
  let end = from + begin.length - 1
  for (let part = 0; part < PARTS && end >= 0; part += 1) end = said.stdout.indexOf(0, end + 1)
  if (from < 0 || end < 0) return null
  const [before, behind] = [said.stdout.subarray(0, from), said.stdout.subarray(end + 1)]
  const coded = said.stdout.subarray(from + begin.length, end)
  const last = coded.lastIndexOf(0)
  const told = { ...said, code: Number(coded.toString('latin1', last + 1)), stdout: coded.subarray(0, last) }
  return { told, rest: { ...said, stdout: Buffer.concat([before, behind]) } }
}

// the state, its lines, the time, the answer, its exit code
const PARTS = 5

/** What a script says where all is as it was. */
export const SAME = 'as remembered'

/**
 * Writes a script that tells the state of files, the time, and then what a program answers that they decide.
 *
 * @param globs of the files, as words of sh
 */
export const witnessScript = (globs: readonly string[], program: string): string =>
  `k_tell ${globs.join(' ')}; ${program}`

/**
 * Writes the part of a batch of looks that has its `stat` tell the files, and the batch run a program unless they are as
 * they were. Where one of them is a link, what it leads to is told by a `stat` of its own.
 */
export const unlessScript = (globs: readonly string[], program: string, { state, stats }: Witness): string =>
  `k_globs=${quote(globs.join(' '))}; k_watch $k_globs
k_same=${quote(state)} k_lines=${quote(stats)} k_ask=${quote(program)} k_led=
if [ -z "$K_links" ]; then set -- $K_names "$@"; k_c=$((k_c + K_count))
else k_led=$(TZ=UTC0 stat -L -c '${STAT_FORMAT}' -- $K_names 2>/dev/null); fi
`

/** How many files there were, and what was told of them: names, inodes, sizes, and the moments of the last change, which no writer can choose. */
export interface Witness {
  readonly state: string
  /** a line of `stat` for each */
  readonly stats: string
}

/** What the script said: the answer with its witness, null where that proves nothing. */
export const readWitness = (said: RawAnswer): { readonly witness: Witness | null; readonly answer: RawAnswer } => {
  const ends: number[] = []
  for (let end = said.stdout.indexOf(0); end >= 0 && ends.length < 3; end = said.stdout.indexOf(0, end + 1))
    ends.push(end)
  const [first, second, third] = ends
  if (first === undefined || second === undefined || third === undefined) return { witness: null, answer: said }
  const text = (from: number, to: number): string => said.stdout.toString('utf8', from, to)
  const witness = { state: text(0, first), stats: text(first + 1, second) }
  const now = text(second + 1, third)
  const answer = { ...said, stdout: said.stdout.subarray(third + 1) }
  return { witness: isSettled(witness, now) ? witness : null, answer }
}

// without these nothing would show that a program or its libraries were replaced
const CORE: readonly string[] = ['/usr/sbin/sshd', '/etc/ld.so.cache']

// A file that is written twice within one tick of the clock shows one moment only. The kernel takes the moments of changes,
// and of a process's directory, from one clock that goes on 100 to 1000 times a second: what lies two of the slowest ticks
// back would show another change. The same holds for a later look only where the answer was asked for behind that: what is
// written after it, within the tick, looks as it did before.
const TICK_S = 0.02
const WAIT_S = 0.04

/** Says whether the last change of every file lies far enough back that another one would show. */
const isSettled = ({ state, stats }: Witness, now: string): boolean => {
  const lines = stats.split('\n')
  // one that is there and not told could change unseen
  if (!state.startsWith(`${lines.length} fips `)) return false
  if (!now.endsWith('|/proc/self/.') || !CORE.every((path) => lines.some((line) => line.endsWith(`|${path}`))))
    return false
  return lines.every((line) => timeOf(line) < timeOf(now) - (isWholeSecond(line) ? 2 : TICK_S))
}

/** Some file systems know seconds only, or two of them. */
const isWholeSecond = (line: string): boolean => /\.0{9} /.test(line.split('|')[CHANGED] ?? '')

/** Seconds since 1970 of the moment of change, as stat tells it; never settled where it is told otherwise. */
const timeOf = (line: string): number => {
  const [, moment, fraction, hours, minutes] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.(\d{9}) ([+-]\d\d)(\d\d)$/.exec(line.split('|')[CHANGED] ?? '') ?? []
  if (moment === undefined) return Number.NaN
  return Date.parse(`${moment.replace(' ', 'T')}${hours}:${minutes}`) / 1000 + Number(`0.${fraction}`)
}
