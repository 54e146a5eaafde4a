import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { missing, refuse } from '../contract/signals.ts'
import { findDaemon, pidFiles } from './daemon.ts'
import { type LoadTime, parseClocks, unitLoadTime } from './load-time.ts'
import { candidateNames, globIn, plainName, programOf } from './names.ts'
import { isActive, isThere, type Properties, systemdUnits } from './systemd.ts'

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
  /** a socket of systemd that starts it when somebody connects */
  readonly socket: string | null
  /** what systemd says of it */
  readonly properties: Properties
}

/** Finds a unit by the name given, ssh and sshd standing for each other; ends with missing where there is none. */
export const findUnit = async (on: Look, name: string): Promise<Unit> => {
  const glob = globIn(name)
  if (glob !== null) refuse(globProblem(name, glob))
  const names = candidateNames(name)
  const sockets = names.map((one) => `${plainName(one)}.socket`)
  const [units, clocks, scripts, openrc] = await Promise.all([
    systemdUnits(on, [...names, ...sockets]),
    on.ask(questions.clocks()),
    on.list('/etc/init.d'),
    on.file('/run/openrc', { text: false }),
    // asked in the same flight for the machines without systemd
    ...pidFiles(programOf(name)).map((path) => on.file(path)),
  ])
  if (units !== null) {
    const found = names.findIndex((_, index) => isThere(units[index] ?? {}))
    const unit = units[found] ?? notFound(name)
    const socket = socketOf(unit, units.slice(names.length))
    const load = unitLoadTime(unit, parseClocks(clocks.stdout))
    const pid = Number(unit.MainPID ?? 0) || null
    return {
      init: 'systemd',
      name: names[found] ?? name,
      isRunning: isActive(unit),
      pid,
      load,
      socket,
      properties: unit,
    }
  }
  const daemon = await findDaemon(on, programOf(name))
  const script = names.map(plainName).find((one) => scripts?.includes(one))
  if (script === undefined && daemon === null) notFound(name)
  const init: Init = script === undefined ? 'none' : openrc === null ? 'sysv' : 'openrc'
  const isRunning = daemon !== null || (await hasGoodStatus(on, init, script ?? name))
  const shared = { pid: daemon?.pid ?? null, load: daemon?.load ?? null, socket: null, properties: {} }
  return { init, name: script ?? plainName(name), isRunning, ...shared }
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
