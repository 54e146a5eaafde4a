import {
  type Complaint,
  controlSystemd,
  controlUnit,
  defineModule,
  type Facts,
  field,
  findUnit,
  globIn,
  globProblem,
  hasOldFiles,
  isEnabled,
  isMasked,
  isSshd,
  LATER,
  type Look,
  loadProblem,
  optional,
  ownName,
  param,
  params,
  record,
  refuse,
  reloadUnit,
  type Static,
  setEnabled,
  sshdRefusal,
  type Touch,
  type Unit,
} from '../src/module.ts'

const schema = params({
  name: param.text('the unit: one name, no globs; ssh and sshd stand for each other'),
  state: optional(
    param.choice(
      'started and stopped are looked at first; restarted and reloaded happen in every run, and start a unit that is stopped',
      ['started', 'stopped', 'restarted', 'reloaded'],
    ),
  ),
  enabled: optional(param.flag('it is started when the machine boots')),
  masked: optional(param.flag('it cannot be started at all (systemd)')),
  daemon_reload: param.flag('has systemd read its own files first, where they changed', { default: false }),
})

type Params = Static<typeof schema>

const state = record({
  running: field.flag('the unit runs'),
  enabled: field.flag('it is started when the machine boots'),
  masked: field.flag('it cannot be started at all'),
  unit_file: field.text("whether systemd has read the unit's own files: current or stale"),
  done: field.text('restarted or reloaded, or started instead, because the task says so in every run'),
})

type Now = Facts<typeof state>

/** A service runs or not, and is started at boot or not. */
export default defineModule({
  name: 'service',
  summary: 'a service runs or not, and is started at boot or not',
  example: `
- name: the card reader's daemon runs
  service:
    name: pcscd.socket
    state: started
    enabled: true
`,
  params: schema,
  state,
  review: (given) => complaints(given),
  isAct: ({ state }) => isAct(state),
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
  apply: (on, wanted, given, now) => apply(on, wanted, given, now),
})

const isAct = (wanted: Params['state']): boolean => wanted === 'restarted' || wanted === 'reloaded'

const complaints = ({ name, state, enabled, masked, daemon_reload }: Params): readonly Complaint[] => {
  const glob = globIn(name)
  const asksNothing = state === undefined && enabled === undefined && masked === undefined && !daemon_reload
  return [
    ...(glob === null ? [] : [{ param: 'name', message: globProblem(name, glob) }]),
    ...(asksNothing ? [{ message: 'one of the following is required: state, enabled, masked, daemon_reload' }] : []),
  ]
}

const probe = async (on: Look, given: Params): Promise<Now> => {
  const unit = await findUnit(on, given.name)
  checkUnit(unit, given)
  const starts = isAct(given.state) || (given.state === 'started' && !unit.isRunning)
  const refusal = starts && isSshd(given.name) ? await sshdRefusal(on) : null
  if (refusal !== null) refuse(`${unit.name} is left as it is, sshd refuses its configuration: ${refusal}`)
  const enabled = given.enabled === undefined ? undefined : await isEnabled(on, unit)
  if (enabled === null && given.enabled === false) refuse(`${unit.name} is static: it can be masked, not disabled`)
  return {
    ...(given.state === undefined ? {} : { running: unit.isRunning }),
    ...(enabled === undefined ? {} : { enabled: enabled ?? true }),
    ...(given.masked === undefined ? {} : { masked: isMasked(unit) }),
    ...(given.daemon_reload && unit.init === 'systemd' ? { unit_file: hasOldFiles(unit) ? 'stale' : 'current' } : {}),
    ...(isAct(given.state) ? { done: null } : {}),
    notes: notesOf(unit, given),
  }
}

const checkUnit = (unit: Unit, given: Params): void => {
  const problem = loadProblem(unit, given.daemon_reload)
  if (problem !== null) refuse(problem)
  if (given.masked !== undefined && unit.init !== 'systemd') refuse('only systemd can mask a service')
  const starts = given.state !== undefined && given.state !== 'stopped' && !unit.isRunning
  if (starts && isMasked(unit) && given.masked !== false) refuse(`${unit.name} is masked, and cannot be started`)
}

const notesOf = (unit: Unit, given: Params): readonly string[] =>
  given.state === 'stopped' && unit.socket !== null
    ? [`${unit.socket} listens, and starts ${unit.name} again when somebody connects`]
    : []

const plan = (given: Params, now: Now): Now => ({
  ...now,
  ...(given.state === undefined ? {} : { running: given.state !== 'stopped' }),
  ...(given.enabled === undefined ? {} : { enabled: given.enabled }),
  ...(given.masked === undefined ? {} : { masked: given.masked }),
  ...(now.unit_file === undefined ? {} : { unit_file: 'current' }),
  ...(isAct(given.state) ? { done: now.done ?? LATER } : {}),
})

const apply = async (on: Touch, wanted: Now, given: Params, now: Now): Promise<Partial<Now>> => {
  if (now.unit_file !== undefined) await controlSystemd(on, 'daemon-reload')
  const unit = await findUnit(on, given.name)
  if (wanted.masked !== now.masked) await controlSystemd(on, given.masked ? 'mask' : 'unmask', ownName(unit))
  if (wanted.enabled !== now.enabled) await setEnabled(on, unit, given.enabled === true)
  if (given.state === 'stopped' && unit.isRunning) await controlUnit(on, unit, 'stop')
  if (given.state === 'started' && !unit.isRunning) await controlUnit(on, unit, 'start')
  if (!isAct(given.state)) return {}
  const verb = !unit.isRunning ? 'start' : given.state === 'restarted' ? 'restart' : 'reload'
  if (verb === 'reload') await reloadUnit(on, unit)
  else await controlUnit(on, unit, verb)
  return { done: verb === 'start' ? 'started' : String(given.state) }
}
