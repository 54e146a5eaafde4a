import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Plan } from '../contract/machine.ts'
import type { Change } from '../contract/outcome.ts'
import { Missing, NotAhead, Refused, Skipped, Waiting } from '../contract/signals.ts'
import type { PathState, State } from '../contract/state.ts'
import { decide } from './decide.ts'
import { CONTROL, withFiles } from './planned.ts'
import type { Statement } from './statement.ts'

/** A statement with what was found and what is wanted: a file that those before it change is found as they leave it. */
export interface Member {
  readonly statement: Statement
  readonly now: State
  readonly wanted: State
  readonly changes: readonly Change[]
  /** it was looked at through the plan of those before it; else what it found on the machine is taken for that, but for texts */
  readonly isExact: boolean
}

/** The files as members leave them that change something. */
export const planOf = (members: readonly Member[]): Plan =>
  members.filter(isChanging).reduce<Plan>((plan, { wanted }) => withFiles(plan, wanted.files), new Map())

/** Says whether a member has anything to change. */
export const isChanging = ({ changes }: Member): boolean => changes.length > 0

/** What ends a look, or keeps a machine from answering, ends the company only: alone, it counts. */
export const orNull = async <Result>(work: () => Promise<Result>): Promise<Result | null> => {
  try {
    return await work()
  } catch (error) {
    const isTold = [HostError, Missing, NotAhead, Refused, Skipped, Waiting].some((kind) => error instanceof kind)
    if (isTold) return null
    throw error
  }
}

/** The paths that changes are about. */
export const pathsOf = (changes: readonly Change[]): readonly string[] => changes.flatMap(({ path }) => path ?? [])

/** Says whether a member changes nothing but files of its machine, if anything, and has nothing to say. */
export const isPlain = ({ now, wanted, changes }: Member): boolean => {
  const paths = pathsOf(changes)
  return (
    (wanted.notes ?? now.notes ?? []).length === 0 &&
    !changes.some(({ later }) => later) &&
    !paths.some((path) => path.startsWith(CONTROL)) &&
    !Object.values(wanted.files ?? {}).some((entry) => entry?.kind === 'file' && entry.text === LATER)
  )
}

/**
 * A statement as it comes behind others; null where it is not plain what it would find behind them.
 *
 * @param isExact looks through their plan, as in a dry run, which may ask the machine once more; else the texts of the plan
 *   are taken for enough
 */
export const memberOf = async (
  statement: Statement,
  before: readonly Member[],
  isExact: boolean,
): Promise<Member | null> => {
  const { module, params, machine, power } = statement
  if (machine !== before[0]?.statement.machine || power !== before[0].statement.power) return null
  const plan = planOf(before)
  const looked = async (through: { readonly plan?: Plan }): Promise<State> =>
    (await module.probe(machine.look({ power, ahead: {}, ...through }), params as never)) as State
  const found = isExact ? await looked({ plan }) : ((await statement.seen?.()) ?? (await looked({})))
  // what is as wanted already may be otherwise behind the others
  if (!isExact && decide(module, params, found).changes.length === 0) return await memberOf(statement, before, true)
  const now = isExact ? found : withTexts(found, before, plan)
  if (now === null) return null
  const member = { statement, now, ...decide(module, params, now), isExact }
  if (!isPlain(member)) return null
  if (isExact && !isChanging(member)) return member
  if (pathsOf(member.changes).length === 0 || !keepsAway(member, before)) return null
  return isExact || isMadeOnce(member) ? member : null
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
const isMadeOnce = (member: Member): boolean => {
  const before = madeOnce.get(member.changes)
  if (before !== undefined) return before
  const { now, wanted } = member
  const twice = wantedOf(member, { ...now, files: { ...now.files, ...wanted.files } })
  const isOnce = Object.entries(wanted.files ?? {}).every(([path, entry]) => {
    const other = twice.files?.[path] ?? null
    return entry?.kind !== 'file' || (other?.kind === 'file' && other.text === entry.text)
  })
  madeOnce.set(member.changes, isOnce)
  return isOnce
}

// the changes of one decision are shared by all hosts that it is about
const madeOnce = new WeakMap<readonly Change[], boolean>()

/** What the statement wants of a record; where it refuses that, what it wanted before. */
const wantedOf = ({ statement: { module, params }, wanted }: Member, state: State): State => {
  try {
    return decide(module, params, state).wanted
  } catch (error) {
    if (error instanceof Refused) return wanted
    throw error
  }
}
