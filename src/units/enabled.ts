import { posix } from 'node:path'
import { HostError } from '../contract/errors.ts'
import type { Look, Touch } from '../contract/look.ts'
import { refuse } from '../contract/signals.ts'
import { controlSystemd } from './control.ts'
import type { Unit } from './find.ts'

const LEVELS = ['/etc/rc2.d', '/etc/rc3.d']
const RUNLEVELS = ['/etc/runlevels/default', '/etc/runlevels/boot']

/** Says whether a unit is started when the machine boots; null where that can be neither said nor changed (a static unit). */
export const isEnabled = async (on: Look, unit: Unit): Promise<boolean | null> => {
  if (unit.init === 'systemd') return enabledBySystemd(unit.properties.UnitFileState ?? '')
  if (unit.init === 'none') return refuse(`${unit.name} belongs to no init system that is known here`)
  const openrc = unit.init === 'openrc'
  // what an earlier task of a dry run plans there, no question sees
  const starts = await Promise.all(
    (openrc ? RUNLEVELS : LEVELS).map(async (directory) =>
      on.planned(directory)
        ? ((await on.list(directory)) ?? [])
        : unit.starts.filter((link) => posix.dirname(link) === directory).map((link) => posix.basename(link)),
    ),
  )
  return starts.flat().some((name) => (openrc ? name : startedName(name)) === unit.name)
}

const startedName = (link: string): string | null => /^S\d\d(.*)$/.exec(link)?.[1] ?? null

/** As Ansible counts: enabled for this boot only, by an alias or by another unit is not enabled. */
const enabledBySystemd = (state: string): boolean | null =>
  state === 'static' || state === 'transient'
    ? null
    : state === 'enabled' || state === 'generated' || state === 'linked'

/** Says whether systemd knows that a unit's files changed since it read them. */
export const hasOldFiles = ({ properties }: Unit): boolean => properties.NeedDaemonReload === 'yes'

/** Why systemd cannot use a unit's files, in its own words; null where it can, or where it will read other ones first. */
export const loadProblem = (unit: Unit, rereads: boolean): string | null => {
  const { LoadState: load, LoadError: error } = unit.properties
  if ((load !== 'error' && load !== 'bad-setting') || (rereads && hasOldFiles(unit))) return null
  return `Error loading unit file '${unit.name}': ${error}`
}

/** Says whether a unit cannot be started at all. */
export const isMasked = ({ properties }: Unit): boolean =>
  properties.LoadState === 'masked' || (properties.UnitFileState ?? '').startsWith('masked')

/** Has a unit started when the machine boots, or not. */
export const setEnabled = async (on: Touch, unit: Unit, wanted: boolean): Promise<void> => {
  const verb = wanted ? 'enable' : 'disable'
  // systemctl refuses to enable an alias: the unit's own name is the one
  if (unit.init === 'systemd') return await controlSystemd(on, verb, ownName(unit))
  const argv =
    unit.init === 'openrc'
      ? ['rc-update', wanted ? 'add' : 'del', unit.name, ...(wanted ? ['default'] : [])]
      : await sysvCommand(on, unit.name, wanted)
  const answer = await on.do({ argv })
  if (answer.code === 0) return
  throw new HostError(`Unable to ${verb} service ${unit.name}: ${answer.stderr.trim() || answer.stdout.trim()}`)
}

/** The name given where it is the unit's own, else its own. */
export const ownName = (unit: Unit): string => {
  const own = unit.properties.Id ?? unit.name
  return own === unit.name || own === `${unit.name}.service` ? unit.name : own
}

const sysvCommand = async (on: Look, name: string, wanted: boolean): Promise<readonly string[]> => {
  const hasDebians = (await on.file('/usr/sbin/update-rc.d', { text: false })) !== null
  return hasDebians ? ['update-rc.d', name, wanted ? 'enable' : 'disable'] : ['chkconfig', name, wanted ? 'on' : 'off']
}
