import type { Schedule } from './shape.ts'

/** The units that call `keyward schedule tick` on a file. */
export interface Units {
  readonly name: string
  readonly service: string
  readonly timer: string
  /** the same for cron */
  readonly cron: string
}

const MARK = '# written by keyward schedule install'

/** What units are made of. */
export interface AboutUnits {
  readonly name: string
  readonly file: string
  /** the words that start keyward, all paths absolute */
  readonly command: readonly string[]
  /** null: where the file says, or the usual place */
  readonly history: string | null
  /** whether they are a user's units */
  readonly user: boolean
  readonly schedules: readonly Pick<Schedule, 'timing' | 'jitterMs' | 'retry'>[]
}

/** Writes the units: they tick every minute, or every ten where nothing is due in between. */
export const unitsFor = (about: AboutUnits): Units => {
  const words = [
    ...about.command,
    ...['schedule', 'tick', about.file],
    ...(about.history === null ? [] : ['--history-file', about.history]),
  ]
  const minutes = minutesOf(about.schedules)
  return {
    name: `keyward-${about.name}`,
    service: `${MARK}
[Unit]
Description=keyward: what is due in ${escaped(about.file)}
${about.user ? '' : 'Wants=network-online.target\nAfter=network-online.target\n'}
[Service]
Type=oneshot
ExecStart=${words.map(quoted).join(' ')}
# findings (3) and hosts that were not reached (4) are told by keyward itself
SuccessExitStatus=3 4
TimeoutStartSec=infinity
`,
    timer: `${MARK}
[Unit]
Description=keyward: when to look what is due in ${escaped(about.file)}

[Timer]
OnCalendar=${minutes === null ? 'minutely' : `*:${minutes.map((one) => String(one).padStart(2, '0')).join(',')}`}
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
`,
    cron: `${minutes === null ? '*' : minutes.join(',')} * * * *${about.user ? '' : ' root'} ${words.map(shellQuoted).join(' ')}`,
  }
}

/** Whether a unit is one that was written here, and may be written anew. */
export const isOurs = (text: string): boolean => text.startsWith(MARK)

/** The minutes of an hour at which anything can be due; null: any. Dates depend on time zones, and jitter moves slots: both want every minute. */
const minutesOf = (schedules: AboutUnits['schedules']): readonly number[] | null => {
  const isCoarse = schedules.every(
    ({ timing, jitterMs, retry }) =>
      timing.kind === 'every' && timing.ms % STEP_MS === 0 && jitterMs === 0 && retry.attempts === 0,
  )
  return schedules.length > 0 && isCoarse ? [0, 10, 20, 30, 40, 50] : null
}

const STEP_MS = 600_000

/** In systemd `%` and `$` begin something, and a backslash escapes. */
const escaped = (text: string): string => text.replaceAll('%', '%%')

const quoted = (word: string): string => {
  const safe = escaped(word).replaceAll('\\', '\\\\').replaceAll('$', '$$$$').replaceAll('"', '\\"')
  return /^[\w@%+=:,./-]+$/.test(word) ? safe : `"${safe}"`
}

const shellQuoted = (word: string): string => {
  // cron ends a line at a percent sign
  const safe = word.replaceAll('%', '\\%')
  return /^[\w@+=:,./-]+$/.test(word) ? word : `'${safe.replaceAll("'", "'\\''")}'`
}
