import { HostError } from '../contract/errors.ts'
import type { Answer, Touch } from '../contract/look.ts'
import type { Command } from '../contract/questions.ts'
import { refuse } from '../contract/signals.ts'
import type { Unit } from './find.ts'

/** What can be done to a unit that runs or could. */
export type Verb = 'start' | 'stop' | 'restart' | 'reload'

const TIMEOUT_MS = 180_000

/** Starts, stops, restarts or reloads a unit by its init system; throws with the tool's own words where it fails. */
export const controlUnit = async (on: Touch, unit: Unit, verb: Verb): Promise<void> => {
  const answer = await on.do(commandFor(unit, verb))
  const script = scriptOf(unit)
  const last = answer.code === 127 && script !== null ? await on.do(command(script, verb)) : answer
  if (last.code !== 0) throw new HostError(`Unable to ${verb} service ${unit.name}: ${lastWords(last)}`)
}

/** Does one thing of systemd's own: enable, disable, mask, unmask, daemon-reload. */
export const controlSystemd = async (on: Touch, verb: string, name?: string): Promise<void> => {
  const answer = await on.do(command('systemctl', verb, ...(name === undefined ? [] : [name])))
  // where it ends badly without a word, the look that follows says whether it was done
  if (answer.code === 0 || (answer.stderr + answer.stdout).trim() === '') return
  const what = name === undefined ? `failure ${answer.code} during ${verb}` : `Unable to ${verb} service ${name}`
  throw new HostError(`${what}: ${lastWords(answer)}`)
}

const command = (...argv: readonly string[]): Command => ({ argv, timeoutMs: TIMEOUT_MS })

/** Its script, which does what the tool of SysV would, where that is missing. */
export const scriptOf = ({ init, name }: Unit): string | null => (init === 'sysv' ? `/etc/init.d/${name}` : null)

/** The command by which a unit's init system is told what to do with it. */
export const commandFor = (unit: Unit, verb: Verb): Command => {
  if (unit.init === 'systemd') return command('systemctl', verb, unit.name)
  if (unit.init === 'openrc') return command('rc-service', unit.name, verb)
  if (unit.init === 'sysv') return command('service', unit.name, verb)
  if (verb === 'reload' && unit.pid !== null) return command('kill', '-HUP', String(unit.pid))
  return refuse(`${unit.name} belongs to no init system that is known here: it cannot be told to ${verb}`)
}

/** What a tool said last. */
export const lastWords = (answer: Pick<Answer, 'code' | 'stdout' | 'stderr'>): string =>
  (answer.stderr.trim() || answer.stdout.trim() || `code ${answer.code}`).split('\n').slice(-4).join(' ')
