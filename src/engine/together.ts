import { HostError } from '../contract/errors.ts'
import type { Plan } from '../contract/machine.ts'
import type { PathState, State } from '../contract/state.ts'
import { barred } from './barred.ts'
import { diff, fileChanges } from './diff.ts'
import { isChanging, isPlain, type Member, memberOf, orNull, pathsOf, planOf } from './member.ts'
import { bareEnding, type Ending, type Follower, left, type Statement } from './statement.ts'
import { writeFiles } from './write.ts'

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
  const others = await followers()
  const members = await company(lead, others)
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

type Members = readonly [Member, ...Member[]]

/** Looks for all of them by one look: they are of one machine, and have the same powers. */
const looked = (members: Members, plan?: Plan): Promise<readonly State[]> => {
  const { machine, power } = members[0].statement
  const on = machine.look({ power, ahead: {}, ...(plan === undefined ? {} : { plan, own: new Set(plan.keys()) }) })
  return Promise.all(
    members.map(async ({ statement: { module, params } }) => (await module.probe(on, params as never)) as State),
  )
}

/** How many of the first records hold: satisfied, and as planned; of one that was looked at exactly, the files. */
const heldOf = (members: readonly Member[], records: readonly State[], plan: Plan): number => {
  const open = members.findIndex((member, index) => {
    const { module, params } = member.statement
    const record = records[index] ?? {}
    const others = diff(record, asLeft(member, plan))
    return left(module, params, record).length > 0 || (member.isExact ? fileChanges(others) : others).length > 0
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
const lookedAhead = async (members: Members, plan: Plan): Promise<number> => {
  const { machine, power } = members[0].statement
  const on = machine.look({ power })
  const [records, ...bars] = await Promise.all([looked(members, plan), ...members.map((member) => barred(on, member))])
  const open = bars.findIndex((bar) => bar !== null)
  return Math.min(heldOf(members, records, plan), open < 0 ? members.length : open)
}

/** The lead with those behind it that hold together with it: where texts alone decide, those of the plan are tried first. */
const company = async (lead: Member, others: readonly Follower[]): Promise<Members> => {
  const exact = new Set(others.filter(({ statement: { module, params } }) => !module.byText?.(params as never)))
  let most = others.length
  for (;;) {
    let members: Members = [lead]
    for (const follower of others.slice(0, most)) {
      const member = await orNull(() => memberOf(follower.statement, members, exact.has(follower)))
      if (member === null) break
      members = [...members, member]
    }
    const held = members.length === 1 ? 1 : ((await orNull(() => lookedAhead(members, planOf(members)))) ?? 0)
    const [open, follower] = [members[held], others[held - 1]]
    if (open === undefined) return members
    // before it is left out, it is looked at through the plan of those before it
    if (!open.isExact && follower !== undefined) exact.add(follower)
    else most = held - 1
    if (most < 1) return [lead]
  }
}

interface Found {
  readonly records: readonly State[]
  /** what the machine said of the writes */
  readonly notes: readonly string[]
}

/** Writes all of it and looks again: the records found; null where it was put back. */
const touched = async (members: Members, plan: Plan): Promise<Found | null> => {
  const [lead, last] = [members[0], members.at(-1)]
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
  // what a plan refuses of it now does not hold either
  const held = after === null ? 0 : ((await orNull(async () => heldOf(members, after, plan))) ?? 0)
  if (after !== null && held === members.length) return { records: after, notes: written.notes }
  const undone = await written.putBack()
  const isKept = ({ changes }: Member): boolean => pathsOf(changes).some((path) => written.kept.has(path))
  if (isKept(lead)) throw new HostError(`several changes do not hold together: ${undone.replace(/; $/, '')}`)
  // somebody else wrote it meanwhile: whatever is found there at its turn, it was changed
  for (const { statement, changes } of members.filter(isKept)) statement.begun?.(changes)
  return null
}

const NOT_BACK = /\bnot put back: /
