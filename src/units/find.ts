import { HostError } from '../contract/errors.ts'
import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { missing, refuse } from '../contract/signals.ts'
import { type LoadTime, processStart, unitLoadTime } from './load-time.ts'
import { candidateNames, globIn, isSshd, plainName, programOf } from './names.ts'
import { lookAtUnit, type Sight } from './sight.ts'
import { isActive, isThere, type Properties, parseProperties } from './systemd.ts'

/** What runs the services of a machine; none where a daemon was started by hand or by an init that is not known. */
export type Init = 'systemd' | 'openrc' | 'sysv' | 'none'

/** A service of a machine, whatever init system it has. */
export interface Unit {
  readonly init: Init
  /** the name to call it by */
  readonly name: string
  readonly isRunning: boolean
  /** its main process, where it is known */
  readonly pid: number | null
  /** when it last read its files, where that can be told */
  readonly load: LoadTime | null
  /** where it keeps its process number, where it does */
  readonly pidFile: string | null
  /** a socket of systemd that starts it when somebody connects */
  readonly socket: string | null
  /** what systemd says of it */
  readonly properties: Properties
  /** the links of other init systems that start it when the machine boots */
  readonly starts: readonly string[]
  /** it runs, and systemd was asked nothing more: `socket` and `properties` are not known */
  readonly isBrief: boolean
  /** the machine's clock, where it was asked */
  readonly nowMs: number | null
  /** its daemon would take the files on disk; false where it was not asked */
  readonly isAccepted: boolean
}

/**
 * Finds a unit by the name given, ssh and sshd standing for each other; ends with missing where there is none.
 *
 * @param options.brief does without systemd where a running sshd can be judged without it: see `isBrief`
 */
export const findUnit = async (
  on: Look,
  name: string,
  { brief = false }: { readonly brief?: boolean } = {},
): Promise<Unit> => {
  const glob = globIn(name)
  if (glob !== null) refuse(globProblem(name, glob))
  if (/\s/.test(name) || name === '') notFound(name)
  const [sight] = await Promise.all([
    lookAtUnit(on, name, brief),
    // asked in the same flight: where most daemons have it
    on.file(`/run/${programOf(name)}.pid`, { text: false }),
  ])
  return sight.systemd === null && sight.unit === null
    ? await unitWithout(on, name, sight)
    : await unitOfSystemd(on, name, sight)
}

const shared = (sight: Sight) => ({
  pid: sight.daemon?.pid ?? null,
  pidFile: sight.daemon?.file ?? null,
  starts: sight.starts,
  nowMs: sight.clocks?.nowMs ?? null,
  isAccepted: sight.isAccepted,
  ...{ socket: null, properties: {}, isBrief: false },
})

const unitOfSystemd = async (on: Look, name: string, sight: Sight): Promise<Unit> => {
  const load = await loadByFile(on, sight)
  if (sight.unit !== null)
    return { ...shared(sight), init: 'systemd', name: sight.unit, isRunning: true, load, isBrief: true }
  const { names, shown } = sight.systemd ?? { names: [], shown: '' }
  const units = parseProperties(shown)
  if (sight.code !== 0 || units.length < names.length)
    throw new HostError(`systemctl cannot show ${names.join(', ')}: ${sight.stderr.trim() || 'no answer'}`)
  const found = names.findIndex((_, index) => isThere(units[index] ?? {}))
  const unit = units[found] ?? notFound(name)
  const pid = Number(unit.MainPID ?? 0) || null
  // sshd writes its pid file at each load; others may write it once
  const isOwn = isSshd(name) && load !== null && pid === sight.daemon?.pid
  return {
    ...shared(sight),
    init: 'systemd',
    name: names[found] ?? name,
    isRunning: isActive(unit),
    pid,
    pidFile: pid === sight.daemon?.pid ? (sight.daemon?.file ?? null) : null,
    load: isOwn ? load : unitLoadTime(unit, sight.clocks),
    socket: socketOf(unit, units.slice(names.length)),
    properties: unit,
  }
}

const unitWithout = async (on: Look, name: string, sight: Sight): Promise<Unit> => {
  const { daemon, process, clocks } = sight
  // what an earlier task of a dry run plans there, no question sees
  const scripts = on.planned('/etc/init.d') ? ((await on.list('/etc/init.d')) ?? []) : sight.scripts
  const script = candidateNames(name)
    .map(plainName)
    .find((one) => scripts.includes(one))
  const pid = daemon?.pid ?? process?.pid ?? null
  if (script === undefined && pid === null) notFound(name)
  const init: Init = script === undefined ? 'none' : sight.isOpenrc ? 'openrc' : 'sysv'
  const isRunning = pid !== null || (await hasGoodStatus(on, init, script ?? name))
  const started = process !== null && clocks !== null && process.stat !== '' ? processStart(process.stat, clocks) : null
  const load = daemon === null ? started : await loadByFile(on, sight)
  return { ...shared(sight), init, name: script ?? plainName(name), isRunning, pid, load }
}

/** The time of a pid file is when its daemon last read its files. */
const loadByFile = async (on: Look, { daemon }: Sight): Promise<LoadTime | null> => {
  const file = daemon === null ? null : await on.file(daemon.file, { text: false })
  return file === null ? null : { ms: file.modifiedMs, isExact: true }
}

/** What is wrong with a name that stands for several units, in Ansible's words. */
export const globProblem = (name: string, glob: string): string =>
  `one unit is meant: glob patterns are not supported, found '${glob}' in service name: ${name}`

const notFound = (name: string): never =>
  missing({ kind: 'unit', name, message: `Could not find the requested service ${name}: host` })

const socketOf = (unit: Properties, sockets: readonly Properties[]): string | null => {
  const triggers = (unit.TriggeredBy ?? '').split(' ').filter((one) => one.endsWith('.socket'))
  const active = sockets.filter(isActive).map((one) => one.Id ?? '')
  return active.find((one) => triggers.length === 0 || triggers.includes(one)) ?? null
}

const hasGoodStatus = async (on: Look, init: Init, name: string): Promise<boolean> => {
  if (init === 'none') return false
  const question = init === 'openrc' ? questions.openrcStatus(name) : questions.sysvStatus(name)
  return (await on.ask(question)).code === 0
}
