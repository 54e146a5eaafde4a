import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Plan } from '../contract/machine.ts'
import type { Module } from '../contract/module.ts'
import type { Change } from '../contract/outcome.ts'
import { Missing, NotAhead, Refused, Skipped, Waiting } from '../contract/signals.ts'
import type { State } from '../contract/state.ts'
import { barred } from './barred.ts'
import { decide } from './decide.ts'
import { fileChanges } from './diff.ts'
import type { Mode } from './event.ts'
import { overhear } from './overhear.ts'
import { type Planned, withFiles } from './planned.ts'
import { bareEnding, type Ending, left, type Statement } from './statement.ts'
import { together } from './together.ts'
import { touch } from './touch.ts'
import { unmetText } from './unmet.ts'

export type { Ending, Statement } from './statement.ts'

/** The one path: looks, decides, looks again through the plan, and only then, in a run, touches and verifies. */
export const converge = async (statement: Statement, mode: Mode, planned: Planned | null): Promise<Ending> => {
  const asked = new Set<string>()
  const hash = statementHash(statement)
  try {
    const ended = statement.settled ?? (await withRetries(statement, mode, planned, asked))
    const { changed } = statement
    const ending: Ending = {
      ...(ended.status === 'ok' && changed !== undefined ? { ...ended, status: 'changed', changes: changed } : ended),
      statement: hash,
    }
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

  const known = plan.size === 0 ? ((await statement.seen?.()) ?? null) : null
  const now =
    known ?? ((await module.probe(overhear(machine.look({ power, hidden, plan }), asked), params as never)) as State)
  const { wanted, changes } = decide(module, params, now)
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

  if (mode === 'run' && statement.followers !== undefined) {
    const all = await together({ statement, now, wanted, changes, isExact: true }, statement.followers)
    for (const [follower, end] of all?.others ?? []) follower.settle(end)
    if (all !== null) return all.ending
  }

  const through = withFiles(plan, wanted.files)
  const own = new Set(Object.keys(wanted.files ?? {}))
  const [seen, bar] = await Promise.all([
    module.probe(
      overhear(machine.look({ power, hidden, plan: through, own }), asked),
      params as never,
    ) as Promise<State>,
    barred(machine.look({ power, hidden, plan }), { now, wanted, changes }),
  ])
  if (bar !== null) return ending('failed', changes, now, bar, notes)
  const unmet = left(module, params, seen)
  const open = module.apply === undefined ? unmet : fileChanges(unmet)
  if (open.length > 0) return ending('stuck', changes, now, `it would not hold: ${unmetText(open)}`, notes)

  if (mode !== 'run') {
    const record = { ...now, ...wanted }
    planned?.add(machine, control, statement.task, statementKey(statement), record, wanted.files)
    return ending('drift', changes, record, act ? ['would run', ...notes].join('; ') : notes.join('; '), notes)
  }
  return await touch(statement, now, wanted, changes, notes)
}

const looksOnly = (module: Module, changes: readonly Change[]): boolean =>
  module.apply === undefined && fileChanges(changes).length === 0

interface Hashed {
  readonly module: Module
  readonly power: string | null
  readonly hash: string
}

// most parameters are bound once for all hosts: so is their hash
const hashes = new WeakMap<object, Hashed>()

const statementHash = (statement: Statement): string => {
  const { module, power } = statement
  const params = statement.params as object
  const known = hashes.get(params)
  if (known?.module === module && known.power === power) return known.hash
  const hash = createHash('sha256').update(statementKey(statement)).digest('hex').slice(0, HASH_DIGITS)
  hashes.set(params, { module, power, hash })
  return hash
}

const statementKey = (statement: Statement): string =>
  `${statement.module.name} ${statement.power ?? ''} ${JSON.stringify(statement.params)}`

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
