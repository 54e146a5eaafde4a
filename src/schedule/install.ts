/** The units that call `keyward schedule tick` on a file once a minute. */
export interface Units {
  readonly name: string
  readonly service: string
  readonly timer: string
  /** the same for cron */
  readonly cron: string
}

const MARK = '# written by keyward schedule install'

/**
 * Writes the units.
 *
 * @param about.command the words that start keyward, all paths absolute
 * @param about.user whether they are a user's units
 */
export const unitsFor = (about: {
  readonly name: string
  readonly file: string
  readonly command: readonly string[]
  readonly history: string | null
  readonly user: boolean
}): Units => {
  const words = [
    ...about.command,
    ...['schedule', 'tick', about.file],
    ...(about.history === null ? [] : ['--history-file', about.history]),
  ]
  const name = `keyward-${about.name}`
  return {
    name,
    service: `${MARK}
[Unit]
Description=keyward: what is due in ${escaped(about.file)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${words.map(quoted).join(' ')}
# findings (3) and hosts that were not reached (4) are told by keyward itself
SuccessExitStatus=3 4
KillMode=mixed
TimeoutStartSec=infinity
`,
    timer: `${MARK}
[Unit]
Description=keyward: what is due in ${escaped(about.file)}, every minute

[Timer]
OnCalendar=minutely
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
`,
    cron: `* * * * *${about.user ? '' : ' root'} ${words.map(shellQuoted).join(' ')}`,
  }
}

/** Whether a unit is one that was written here, and may be written anew. */
export const isOurs = (text: string): boolean => text.startsWith(MARK)

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
