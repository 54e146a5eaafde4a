import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Waived } from '../contract/control.ts'
import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Machine, Plan } from '../contract/machine.ts'
import type { Module } from '../contract/module.ts'
import type { Change, Outcome } from '../contract/outcome.ts'
import { Missing, NotAhead, Refused, Skipped, Waiting } from '../contract/signals.ts'
import type { State } from '../contract/state.ts'
import { barred } from './barred.ts'
import { diff, fileChanges } from './diff.ts'
import type { Mode } from './event.ts'
import type { Sight } from './evidence.ts'
import { known, verified } from './learned.ts'
import { overhear } from './overhear.ts'
import { type Planned, withFiles } from './planned.ts'
import { acted, recorded, withMore } from './recorded.ts'
import { unmetText } from './unmet.ts'
import { writeFiles } from './write.ts'

/** One statement to converge: a module with its parameters, on a machine, with somebody's powers. */
export interface Statement {
  readonly task: string
  readonly module: Module
  readonly params: unknown
  readonly machine: Machine
  /** the control node, for paths under `control:` */
  readonly control: Machine | null
  readonly power: string | null
  /** the task has `no_log`: nothing of it shows in a trace */
  readonly hidden: boolean
  /** an act of which `changed_when: false` says that it changes nothing */
  readonly harmless: boolean
  /** asked before anything is done about a finding: somebody may answer for it */
  readonly waive: ((changes: readonly Change[]) => Waived | null) | null
}

/** How a statement ended, and the record that `register` gets. */
export interface Ending extends Outcome {
  readonly record: State
  /** there is nobody to judge: in a dry run an earlier task may still make it */
  readonly missing?: Missing
  /** what was found and what is wanted, where both are known */
  readonly sight?: Sight
  /** what was asked for, as a hash */
  readonly statement?: string
  readonly waived?: Waived
}

/** The one path: looks, decides, looks again through the plan, and only then, in a run, touches and verifies. */
export const converge = async (statement: Statement, mode: Mode, planned: Planned | null): Promise<Ending> => {
  const asked = new Set<string>()
  const hash = createHash('sha256').update(statementKey(statement)).digest('hex').slice(0, HASH_DIGITS)
  try {
    const ending = { ...(await withRetries(statement, mode, planned, asked)), statement: hash }
    return mode === 'run' || asked.size === 0
      ? ending
      : { ...ending, notes: [...ending.notes, `asked for real: ${[...asked].join('; ')}`] }
  } catch (error) {
    return { ...endingOf(error, statement, mode, planned), statement: hash }
  }
}

const HASH_DIGITS = 16
const TRIES = 10
const PAUSE_MS = 40

const withRetries = async (
  statement: Statement,
  mode: Mode,
  planned: Planned | null,
  asked: Set<string>,
): Promise<Ending> => {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const ending = await once(statement, mode, planned, asked)
    if (ending !== 'stale') return ending
    // writers that met here would meet again: each waits for a while of its own, longer each time
    await pause(Math.random() * PAUSE_MS * tries)
  }
  throw new HostError(`its files changed between look and write, ${TRIES} times: somebody else is writing them`)
}

const once = async (
  statement: Statement,
  mode: Mode,
  planned: Planned | null,
  asked: Set<string>,
): Promise<Ending | 'stale'> => {
  const { module, params, machine, control, power, hidden } = statement
  const plan: Plan = planned?.files(machine, control) ?? new Map()
  const act = module.isAct?.(params as never) ?? false
  // what an act does, it does each time
  const before = act ? null : (planned?.record(machine, statementKey(statement)) ?? null)
  if (before !== null) return bareEnding('ok', [], before)

  const now = (await module.probe(overhear(machine.look({ power, hidden, plan }), asked), params as never)) as State
  const wanted = module.plan(params as never, now as never) as State
  const changes = diff(now, wanted)
  const notes = wanted.notes ?? now.notes ?? []
  const ending = (...said: Parameters<typeof bareEnding>): Ending => ({
    ...bareEnding(...said),
    sight: { now, wanted },
  })
  if (act && mode === 'audit') return ending('skipped', [], { ...now, ...wanted }, 'has no state to judge', notes)
  if (act && statement.harmless && mode === 'check')
    return ending('skipped', [], { ...now, ...wanted }, 'would run, and changes nothing', notes)
  if (changes.length === 0) return ending('ok', [], now, notes.join('; '), notes)

  // an act has no state that somebody could answer for
  const waived = act ? null : (statement.waive?.(changes) ?? null)
  if (waived !== null) return { ...ending('drift', changes, now, notes.join('; '), notes), waived }

  if (looksOnly(module, changes)) {
    const message = unmetText(changes)
    if (mode === 'run') return ending('failed', changes, now, message, notes)
    const before = planned?.tasks(machine) ?? []
    return before.length > 0
      ? ending('waiting', [], now, `can be judged only after ${named(before)} (now: ${message})`, notes)
      : ending('drift', changes, now, message, notes)
  }

  const ahead = withFiles(plan, wanted.files)
  const own = new Set(Object.keys(wanted.files ?? {}))
  const [through, bar] = await Promise.all([
    module.probe(overhear(machine.look({ power, hidden, plan: ahead, own }), asked), params as never) as Promise<State>,
    barred(machine.look({ power, hidden, plan }), { now, wanted, changes }),
  ])
  if (bar !== null) return ending('failed', changes, now, bar, notes)
  const unmet = left(module, params, through)
  const open = module.apply === undefined ? unmet : fileChanges(unmet)
  if (open.length > 0) return ending('stuck', changes, now, `it would not hold: ${unmetText(open)}`, notes)

  if (mode !== 'run') {
    const record = { ...now, ...wanted }
    planned?.add(machine, control, statement.task, statementKey(statement), record, wanted.files)
    return ending('drift', changes, record, act ? ['would run', ...notes].join('; ') : notes.join('; '), notes)
  }
  return await touch(statement, now, wanted, changes, notes)
}

const touch = async (
  statement: Statement,
  now: State,
  wanted: State,
  changes: readonly Change[],
  notes: readonly string[],
): Promise<Ending | 'stale'> => {
  const { module, params, machine, control, power, hidden } = statement
  const written = await writeFiles({ machine, control, power, hidden, now, wanted, changes })
  if (written === 'stale') return 'stale'
  const said = [...notes, ...written.notes]
  const done: string[] = []
  try {
    const learned = await module.apply?.(
      recorded(machine.touch({ power, hidden }), done),
      wanted as never,
      params as never,
      now as never,
    )
    if (module.apply !== undefined) {
      machine.forget()
      if (control !== machine) control?.forget()
    }
    const looked = await verified(module.probe(machine.look({ power, hidden }), params as never) as Promise<State>)
    if (looked instanceof Skipped) return bareEnding('changed', changes, { ...now, ...learned }, looked.message, said)
    const after = { ...looked, ...(learned as State | undefined) }
    const open = left(module, params, after)
    const made = diff(now, known(wanted, after))
    const sight = { now: after, wanted: known(wanted, after) }
    if (open.length === 0) return { ...bareEnding('changed', made, after, said.join('; '), said), sight }
    const stuck = bareEnding(
      'stuck',
      changes,
      after,
      `${await written.putBack()}still not as wanted: ${unmetText(open)}${acted(done)}`,
      said,
    )
    return { ...stuck, sight }
  } catch (error) {
    if (module.apply !== undefined) machine.forget()
    const undone = error instanceof HostError && error.unreachable ? written.leftBehind() : await written.putBack()
    throw withMore(error, undone, `${acted(done)}${written.notes.map((note) => `; ${note}`).join('')}`)
  }
}

/** What is left to do for a record: nothing, when the module is satisfied with it. */
const left = (module: Module, params: unknown, state: State): readonly Change[] =>
  diff(state, module.plan(params as never, state as never) as State)

const looksOnly = (module: Module, changes: readonly Change[]): boolean =>
  module.apply === undefined && fileChanges(changes).length === 0

const statementKey = (statement: Statement): string =>
  `${statement.module.name} ${statement.power ?? ''} ${JSON.stringify(statement.params)}`

const bareEnding = (
  status: Outcome['status'],
  changes: readonly Change[],
  record: State,
  message = '',
  notes: readonly string[] = [],
): Ending => ({ status, changes, record, message, notes })

const endingOf = (error: unknown, statement: Statement, mode: Mode, planned: Planned | null): Ending => {
  const record = unknownRecord(statement.module)
  if (error instanceof Skipped) return bareEnding('skipped', [], {}, error.message)
  if (error instanceof Refused) return bareEnding('failed', [], {}, error.message)
  if (error instanceof Waiting) {
    return mode === 'run'
      ? bareEnding('failed', [], {}, error.message)
      : bareEnding('waiting', [], record, error.message)
  }
  if (error instanceof Missing) {
    if (mode === 'run') return { ...bareEnding('failed', [], {}, error.message), missing: error }
    return {
      ...bareEnding('waiting', [], record, `${error.message}: ${whoMakesIt(error, statement, planned)}`),
      missing: error,
    }
  }
  if (error instanceof NotAhead) throw error
  if (error instanceof HostError) {
    const message = error.hint === undefined ? error.message : `${error.message} (${error.hint})`
    return bareEnding(error.unreachable ? 'unreachable' : 'failed', [], (error.learned ?? {}) as State, message)
  }
  throw error
}

const whoMakesIt = (error: Missing, { machine }: Statement, planned: Planned | null): string => {
  const author = planned?.author(machine, error.subject) ?? null
  if (author !== null) return `waits for ${quoted(author)}`
  const before = planned?.tasks(machine) ?? []
  return before.length > 0 ? `unless made by ${named(before)}` : 'no earlier task plans a change that could make it'
}

const quoted = (task: string): string => `"${task}"`

const named = (tasks: readonly string[]): string => [...new Set(tasks)].map(quoted).join(', ')

/** Every field of a module's record as known after the run only. */
export const unknownRecord = (module: Module): State =>
  Object.fromEntries(
    Object.keys((module.state as { properties?: object }).properties ?? {}).map((name) => [name, LATER]),
  )
