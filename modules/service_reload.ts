import {
  clockOf,
  controlSystemd,
  controlUnit,
  defineModule,
  type Facts,
  field,
  findUnit,
  globIn,
  globProblem,
  hasOldFiles,
  isMasked,
  isSshd,
  LATER,
  type Look,
  loadProblem,
  newerOf,
  optional,
  param,
  params,
  questions,
  record,
  refuse,
  reloadUnit,
  type Static,
  skip,
  sshdRefusal,
  suspectsOf,
  type Touch,
  type Unit,
  type Watched,
  watchedBySshd,
  watchedPaths,
} from '../src/module.ts'

const schema = params({
  name: param.text('the unit: one name, no globs; ssh and sshd stand for each other'),
  watch: optional(
    param.oneOrMore(
      'the files that the daemon reads (patterns, and directories with the files in them, too); by default, for sshd: ' +
        'all that its configuration leads to, and the directories that its Includes name',
    ),
  ),
  force: param.flag('reloads in any case', { default: false }),
  daemon_reload: param.flag('has systemd read its own files first', { default: false }),
  validate: optional(
    param.text(
      'a command that must succeed before the reload; by default, for sshd: sshd must accept its configuration',
    ),
  ),
})

type Params = Static<typeof schema>

const state = record({
  running: field.flag('the unit runs'),
  loaded: field.text('whether it has read its files since they changed: current or stale'),
  unit_file: field.text("whether systemd has read the unit's own files: current or stale"),
  reloaded: field.flag('it was reloaded because the task forces it'),
})

type Now = Facts<typeof state>

/** A running daemon obeys the files that it reads; it is reloaded for that, or started, and never restarted. */
export default defineModule({
  name: 'service_reload',
  summary: 'a running daemon obeys the files that it reads',
  example: `
- name: sshd obeys its configuration
  service_reload:
    name: sshd
`,
  standing: true,
  params: schema,
  state,
  review: ({ name }) => {
    const glob = globIn(name)
    return glob === null ? [] : [{ param: 'name', message: globProblem(name, glob) }]
  },
  isAct: ({ force }) => force,
  probe: (on, given) => probe(on, given),
  plan: (given, now) => ({
    ...now,
    running: true,
    ...(now.loaded === undefined ? {} : { loaded: 'current' }),
    ...(now.unit_file === undefined ? {} : { unit_file: 'current' }),
    ...(given.force ? { reloaded: now.reloaded ?? LATER } : {}),
  }),
  apply: (on, _, given, now) => apply(on, given, now),
})

const probe = async (on: Look, given: Params): Promise<Now> => {
  const [first, watched] = await Promise.all([
    findUnit(on, given.name, { brief: mayBeBrief(given) }),
    watchedFor(on, given),
  ])
  checkUnit(first, given)
  if (!first.isRunning && first.socket !== null) {
    skip(`nothing to reload: ${first.socket} starts ${first.name} at the next connection, and it reads its files then`)
  }
  if (watched === null && !given.force && first.isRunning) {
    refuse(`it is not known what ${first.name} reads: name the files by watch, or say force: true`)
  }
  const isSuspect = first.isRunning && watched !== null && suspectsOf(first, watched).length > 0
  const [unit, nowMs] = isSuspect
    ? await Promise.all([wholeUnit(on, given), clockOf(on, first), askAheadOfRefusal(on, given, first)])
    : [first, 0]
  checkUnit(unit, given)
  const newer = isSuspect ? newerOf(unit, watched, nowMs) : []
  const needed = given.force || !unit.isRunning || newer.length > 0
  if (needed) await validate(on, given, unit)
  return {
    running: unit.isRunning,
    ...(watched === null ? {} : { loaded: unit.isRunning ? (newer.length > 0 ? 'stale' : 'current') : null }),
    ...(given.daemon_reload && unit.init === 'systemd' ? { unit_file: hasOldFiles(unit) ? 'stale' : 'current' } : {}),
    ...(given.force ? { reloaded: null } : {}),
    notes: needed ? notesOf(unit, newer) : [],
    source: newer.map(({ path, changedMs }) =>
      Number.isFinite(changedMs) ? { file: path, modifiedMs: changedMs } : { file: path },
    ),
  }
}

/** Only what is to be reloaded, or read anew, has to be known from systemd. */
const mayBeBrief = ({ force, daemon_reload }: Params): boolean => !force && !daemon_reload

/** The unit with all that systemd says of it, by the questions that the look asks. */
const wholeUnit = async (on: Look, given: Params): Promise<Unit> => {
  const unit = await findUnit(on, given.name, { brief: mayBeBrief(given) })
  return unit.isBrief ? await findUnit(on, given.name) : unit
}

const watchedFor = async (on: Look, { name, watch }: Params): Promise<readonly Watched[] | null> => {
  if (watch !== undefined) return await watchedPaths(on, typeof watch === 'string' ? [watch] : watch)
  return isSshd(name) ? await watchedBySshd(on) : null
}

const checkUnit = (unit: Unit, { daemon_reload }: Params): void => {
  const problem = loadProblem(unit, daemon_reload)
  if (problem !== null) refuse(problem)
  if (isMasked(unit) && !unit.isRunning) refuse(`${unit.name} is masked, and cannot be started`)
  const isReread = daemon_reload && hasOldFiles(unit)
  if (unit.properties.CanReload === 'no' && unit.isRunning && !isReread) {
    refuse(`${unit.name} cannot be reloaded: its unit says no way to`)
  }
}

/** What `validate` will want to know, in the same flight; what comes of it counts there. */
const askAheadOfRefusal = async (on: Look, given: Params, unit: Unit): Promise<void> => {
  if (given.validate === undefined && isSshd(given.name)) await sshdRefusal(on, unit.isAccepted).catch(() => {})
}

const validate = async (on: Look, given: Params, unit: Unit): Promise<void> => {
  if (given.validate !== undefined) {
    const answer = await on.ask(questions.own(given.validate))
    if (answer.code === 0) return
    const words = answer.stderr.trim() || answer.stdout.trim()
    refuse(`${unit.name} is not reloaded, failed to validate: rc:${answer.code} error:${words} (${given.validate})`)
  }
  const refusal = isSshd(given.name) ? await sshdRefusal(on, unit.isAccepted) : null
  if (refusal !== null) refuse(`${unit.name} is not reloaded, sshd refuses its configuration: ${refusal}`)
}

const notesOf = (unit: Unit, newer: readonly Watched[]): readonly string[] => [
  ...(newer.length > 0 ? [`newer than its last load: ${newer.map(({ path }) => path).join(', ')}`] : []),
  ...(unit.isRunning && unit.socket !== null && isSshd(unit.name)
    ? [`${unit.socket} listens: Port and ListenAddress count only after a daemon-reload and a restart of that socket`]
    : []),
]

const apply = async (on: Touch, given: Params, now: Now): Promise<Partial<Now>> => {
  if (given.daemon_reload && now.unit_file !== undefined) await controlSystemd(on, 'daemon-reload')
  const unit = await wholeUnit(on, given)
  if (!unit.isRunning) await controlUnit(on, unit, 'start')
  else if (given.force || now.loaded !== 'current') await reloadUnit(on, unit)
  const after = unit.isRunning && unit.load?.isExact ? unit : await wholeUnit(on, given)
  return {
    // where the machine has no exact time of its last load, what was just done is all that can be known
    ...(now.loaded !== undefined && after.isRunning && !after.load?.isExact ? { loaded: 'current' } : {}),
    ...(given.force ? { reloaded: true } : {}),
  }
}
