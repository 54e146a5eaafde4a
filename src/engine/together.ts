import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Plan } from '../contract/machine.ts'
import type { Change } from '../contract/outcome.ts'
import { Missing, NotAhead, Refused, Skipped, Waiting } from '../contract/signals.ts'
import type { PathState, State } from '../contract/state.ts'
import { barred } from './barred.ts'
import { diff, fileChanges } from './diff.ts'
import { CONTROL, withFiles } from './planned.ts'
import { bareEnding, type Ending, type Follower, left, type Statement } from './statement.ts'
import { writeFiles } from './write.ts'

/** A statement with what was found and what is wanted: a file that those before it change is found as they leave it. */
export interface Member {
  readonly statement: Statement
  readonly now: State
  readonly wanted: State
  readonly changes: readonly Change[]
}

/**
 * Converges a statement with those that follow it, where all that they change is files, if anything: planned one after the
 * other, looked at once through the plan of all, written at once and verified by one look. The company ends before the
 * first that is not plain, or would not hold. Null where none is left, or where what was written did not hold: then nothing
 * was touched, or all was put back, and each goes its own way.
 */
export const together = async (
  lead: Member,
  followers: NonNullable<Statement['followers']>,
): Promise<{ readonly ending: Ending; readonly others: readonly [Follower, Ending][] } | null> => {
  if (!isPlain(lead) || pathsOf(lead.changes).length === 0) return null
  let members: readonly Member[] = [lead]
  const others = await followers()
  for (const follower of others) {
    const member = await orNull(() => memberOf(follower.statement, members, planOf(members)))
    if (member === null) break
    members = [...members, member]
  }
  // one that would not hold goes its own way, and those behind it
  while (members.length > 1) {
    const held = (await orNull(() => lookedAhead(members, planOf(members)))) ?? 0
    if (held === members.length) break
    members = members.slice(0, held)
  }
  const after = members.length > 1 ? await touched(members, planOf(members)) : null
  if (after === null) return null
  const plan = planOf(members)
  const endings = members.map((member, index) => {
    const record = after.records[index] ?? member.now
    // what was said of the writes is said once, as by a task that makes them alone
    const notes = index === 0 ? after.notes : []
    return {
      ...bareEnding(isChanging(member) ? 'changed' : 'ok', member.changes, record, notes.join('; '), notes),
      sight: { now: record, wanted: asLeft(member, plan) },
    }
  })
  const [ending] = endings
  return ending === undefined
    ? null
    : { ending, others: endings.slice(1).flatMap((end, index) => (others[index] ? [[others[index], end]] : [])) }
}

/** The files as members leave them that change something. */
const planOf = (members: readonly Member[]): Plan =>
  members.filter(isChanging).reduce<Plan>((plan, { wanted }) => withFiles(plan, wanted.files), new Map())

const isChanging = ({ changes }: Member): boolean => changes.length > 0

/** What ends a look, or keeps a machine from answering, ends the company only: alone, it counts. */
const orNull = async <Result>(work: () => Promise<Result>): Promise<Result | null> => {
  try {
    return await work()
  } catch (error) {
    const isTold = [HostError, Missing, NotAhead, Refused, Skipped, Waiting].some((kind) => error instanceof kind)
    if (isTold) return null
    throw error
  }
}

const pathsOf = (changes: readonly Change[]): readonly string[] => changes.flatMap(({ path }) => path ?? [])

const isPlain = ({ now, wanted, changes }: Member): boolean => {
  const paths = pathsOf(changes)
  return (
    (wanted.notes ?? now.notes ?? []).length === 0 &&
    !changes.some(({ later }) => later) &&
    !paths.some((path) => path.startsWith(CONTROL)) &&
    !Object.values(wanted.files ?? {}).some((entry) => entry?.kind === 'file' && entry.text === LATER)
  )
}

/** A statement as it comes behind others; null where it is not plain what it would find behind them. */
const memberOf = async (statement: Statement, before: readonly Member[], plan: Plan): Promise<Member | null> => {
  const { module, params, machine, power } = statement
  if (machine !== before[0]?.statement.machine || power !== before[0].statement.power) return null
  const known = (await statement.seen?.()) ?? null
  const found = known ?? ((await module.probe(machine.look({ power, ahead: {} }), params as never)) as State)
  const planned = (state: State): State => module.plan(params as never, state as never) as State
  if (diff(found, planned(found)).length === 0) return await satisfied(statement, plan)
  const now = withTexts(found, before, plan)
  if (now === null) return null
  const wanted = planned(now)
  const member = { statement, now, wanted, changes: diff(now, wanted) }
  if (!isPlain(member) || pathsOf(member.changes).length === 0 || !keepsAway(member, before)) return null
  return (await isMadeOnce(member, planned)) ? member : null
}

/** A statement that is as wanted already; null where that is otherwise behind the others, or where it has something to say. */
const satisfied = async (statement: Statement, plan: Plan): Promise<Member | null> => {
  const { module, params, machine, power } = statement
  const now = (await module.probe(machine.look({ power, ahead: {}, plan }), params as never)) as State
  const wanted = module.plan(params as never, now as never) as State
  const member = { statement, now, wanted, changes: diff(now, wanted) }
  return member.changes.length === 0 && isPlain(member) ? member : null
}

/** The record with the texts that others leave; null where they leave anything else of what it is about. */
const withTexts = (found: State, before: readonly Member[], plan: Plan): State | null => {
  const files: Record<string, PathState> = { ...found.files }
  for (const [path, entry] of Object.entries(files)) {
    const others = before.flatMap(({ changes }) => changes.filter((change) => change.path === path))
    if (others.length === 0) continue
    const left = plan.get(path)
    const isText = others.every(({ field, before: text }) => field === 'text' && text !== null)
    if (!isText || entry?.kind !== 'file' || left?.kind !== 'file' || typeof left.text !== 'string') return null
    files[path] = { ...entry, text: left.text }
  }
  return found.files === undefined ? found : { ...found, files }
}

/**
 * Says whether a statement changes nothing that others change but the text of the one before it, and nothing above or
 * below: written in the order of the statements, it is what each would write.
 */
const keepsAway = ({ now, wanted, changes }: Member, before: readonly Member[]): boolean => {
  const others = new Set(before.flatMap((member) => pathsOf(member.changes)))
  const last = new Set(pathsOf(before.filter(isChanging).at(-1)?.changes ?? []))
  return changes.every(({ path, field }) => {
    if (path === undefined) return true
    if (others.has(path))
      return (
        field === 'text' &&
        last.has(path) &&
        now.files?.[path]?.kind === 'file' &&
        wanted.files?.[path]?.kind === 'file'
      )
    return ![...others].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))
  })
}

/**
 * Says whether what is changed in a text would not be changed once more by a record that still says that it is to be:
 * then another one's change cannot have made it needless.
 */
const isMadeOnce = async ({ now, wanted }: Member, planned: (state: State) => State): Promise<boolean> => {
  const again = async (): Promise<State> => planned({ ...now, files: { ...now.files, ...wanted.files } })
  const twice = await again().catch((error: unknown) => {
    if (error instanceof Refused) return wanted
    throw error
  })
  return Object.entries(wanted.files ?? {}).every(([path, entry]) => {
    const other = twice.files?.[path] ?? null
    return entry?.kind !== 'file' || (other?.kind === 'file' && other.text === entry.text)
  })
}

const looked = (members: readonly Member[], plan?: Plan): Promise<readonly State[]> => {
  const options = plan === undefined ? {} : { plan, own: new Set(plan.keys()) }
  return Promise.all(
    members.map(async ({ statement: { module, params, machine, power } }) => {
      return (await module.probe(machine.look({ power, ahead: {}, ...options }), params as never)) as State
    }),
  )
}

/** How many of the first records hold: satisfied, and with their files as planned. */
const heldOf = (members: readonly Member[], records: readonly State[], plan: Plan): number => {
  const open = members.findIndex((member, index) => {
    const { module, params } = member.statement
    const record = records[index] ?? {}
    return left(module, params, record).length > 0 || fileChanges(diff(record, asLeft(member, plan))).length > 0
  })
  return open < 0 ? members.length : open
}

/** What a statement wants, its texts with what those behind it make of them. */
const asLeft = ({ wanted }: Member, plan: Plan): State => {
  const files = Object.entries(wanted.files ?? {}).map(([path, entry]): readonly [string, PathState] => {
    const last = plan.get(path)
    const isText = entry?.kind === 'file' && last?.kind === 'file' && last.text !== undefined
    return [path, isText ? { ...entry, text: last.text } : entry]
  })
  return wanted.files === undefined ? wanted : { ...wanted, files: Object.fromEntries(files) }
}

/** How many of the first would hold, and could be written. */
const lookedAhead = async (members: readonly Member[], plan: Plan): Promise<number> => {
  const [records, ...bars] = await Promise.all([
    looked(members, plan),
    ...members.map((member) => barred(member.statement.machine.look({ power: member.statement.power }), member)),
  ])
  const open = bars.findIndex((bar) => bar !== null)
  return Math.min(heldOf(members, records, plan), open < 0 ? members.length : open)
}

interface Found {
  readonly records: readonly State[]
  /** what the machine said of the writes */
  readonly notes: readonly string[]
}

/** Writes all of it and looks again: the records found; null where it was put back. */
const touched = async (
  members: readonly [Member, ...Member[]] | readonly Member[],
  plan: Plan,
): Promise<Found | null> => {
  const [lead, last] = [members[0], members.at(-1)]
  if (lead === undefined) return null
  const { machine, control, power } = lead.statement
  const begun = new Set<string>()
  const records = members.map(({ now, changes }) => {
    const fresh = changes.filter(({ path }) => path !== undefined && !begun.has(path))
    for (const path of pathsOf(fresh)) begun.add(path)
    return { now, wanted: { files: Object.fromEntries(plan) }, changes: fresh }
  })
  const writing = writeFiles({ machine, control, power, hidden: false, records })
  // sent right behind the writes, and answered with them
  const behind = orNull(() => looked(members))
  last?.statement.meanwhile?.()
  const written = await writing.catch((error: unknown) => {
    if (error instanceof HostError && !error.unreachable && !NOT_BACK.test(error.message)) return 'stale' as const
    throw error
  })
  if (written === 'stale') return null
  const after = written.inOrder ? await behind : await orNull(() => looked(members))
  if (after !== null && heldOf(members, after, plan) === members.length) return { records: after, notes: written.notes }
  const undone = await written.putBack()
  const isKept = ({ changes }: Member): boolean => pathsOf(changes).some((path) => written.kept.has(path))
  if (isKept(lead)) throw new HostError(`several changes do not hold together: ${undone.replace(/; $/, '')}`)
  // somebody else wrote it meanwhile: whatever is found there at its turn, it was changed
  for (const { statement, changes } of members.filter(isKept)) statement.begun?.(changes)
  return null
}

const NOT_BACK = /\bnot put back: /
