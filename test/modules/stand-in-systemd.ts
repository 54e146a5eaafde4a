import { type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'

/** A unit as the stand-in keeps it: what `systemctl show` prints of it. */
export type StandInUnit = Readonly<Record<string, string>>

/** When the stand-in booted, and how long ago that is. */
export const BOOT_MS = 1_700_000_000_000
export const UPTIME_S = 1000

/** When a thing happened that happened so many seconds after the boot. */
export const afterBoot = (seconds: number): number => BOOT_MS + seconds * 1000

/** ssh.service as Debian has it, loaded so many seconds after the boot. */
export const sshUnit = (seconds: number, more: StandInUnit = {}): StandInUnit => ({
  ...{ Id: 'ssh.service', LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled', MainPID: '42' },
  ...{ CanReload: 'yes', NeedDaemonReload: 'no', ReloadResult: 'success', StateChangeTimestamp: '' },
  ...{ StateChangeTimestampMonotonic: `${seconds * 1_000_000}`, TriggeredBy: '' },
  ...more,
})

/** A machine with a systemd that knows these units by these names, and what was done to it by systemctl. */
export interface StandIn {
  readonly machine: FakeMachine
  readonly calls: string[]
}

/** Makes a machine whose systemctl keeps units in memory; a verb that a unit is to fail is in its `fails`. */
export const systemdMachine = (
  units: Readonly<Record<string, StandInUnit>>,
  files: FakeHost['files'] = {},
  more: (argv: readonly string[]) => { code?: number; stdout?: string; stderr?: string } | undefined = () => undefined,
): StandIn => {
  const kept = new Map(Object.entries(units))
  const calls: string[] = []
  const full = (name: string): string => (/\.(service|socket)$/.test(name) ? name : `${name}.service`)
  const show = (names: readonly string[]) =>
    names
      .map((name) => kept.get(full(name)) ?? { Id: full(name), LoadState: 'not-found', ActiveState: 'inactive' })
      .map((unit) =>
        Object.entries(unit)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      )
      .join('\n')
  const call = (verb: string, name: string) => {
    calls.push([verb, name].join(' ').trim())
    if (verb === 'daemon-reload') {
      for (const [key, one] of kept) kept.set(key, { ...one, NeedDaemonReload: 'no' })
      return { code: 0 }
    }
    const unit = kept.get(full(name))
    if (unit === undefined) return { code: 5 }
    if (unit.fails === verb) return { code: 1, stderr: `Job for ${full(name)} failed.\n` }
    kept.set(full(name), { ...unit, ...(EFFECTS[verb] ?? {}) })
    return { code: 0 }
  }
  const machine = fakeMachine({
    files: { '/run/systemd/system': { directory: true }, '/proc/42': { directory: true }, ...files },
    answer: ({ argv }) => {
      const own = more(argv)
      if (own !== undefined) return own
      if (argv[2]?.includes('systemctl show')) {
        const [, , , , , , , , names = '', sockets = ''] = argv
        return { stdout: `clocks\n${CLOCKS}\nsystemd ${names}\n${show([...names.split(' '), ...sockets.split(' ')])}` }
      }
      if (argv[0] === 'sh' && argv[2]?.includes('date +%s')) return { stdout: `${CLOCKS}\n` }
      const [verb = '', name = ''] = argv.slice(argv.indexOf('systemctl') + 1)
      if (argv[0] === 'systemctl') return call(verb, name)
      if (!argv.includes('systemctl')) return undefined
      // the script that reloads, and waits
      const { code, stderr = '' } = call(verb, name)
      return { stdout: code === 0 ? '\nback\n' : `\nfailed ${code}\n`, stderr }
    },
  })
  return { machine, calls }
}

const CLOCKS = `${UPTIME_S}.00 0.00\n${afterBoot(UPTIME_S) / 1000}.000000000\n${UPTIME_S}.00 0.00`

const NOW = { StateChangeTimestampMonotonic: `${UPTIME_S * 1_000_000}` }
const EFFECTS: Readonly<Record<string, StandInUnit>> = {
  start: { ActiveState: 'active', ...NOW },
  stop: { ActiveState: 'inactive', ...NOW },
  restart: { ActiveState: 'active', ...NOW },
  reload: NOW,
  enable: { UnitFileState: 'enabled' },
  disable: { UnitFileState: 'disabled' },
  mask: { LoadState: 'masked', UnitFileState: 'masked' },
  unmask: { LoadState: 'loaded', UnitFileState: 'disabled' },
}
