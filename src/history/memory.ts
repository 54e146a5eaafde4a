import type { Control, Evidence, Waived } from '../contract/control.ts'
import type { Mode, Result } from '../engine/event.ts'
import type { Seen } from '../engine/kept.ts'
import { factsOf, judged, type Verdict, whatCounts } from './drift-judged.ts'
import { byKey } from './drift-keys.ts'
import { absences, GONE } from './drift-left-out.ts'
import { compared } from './drift-values.ts'

/** What the history remembers of a task on a host, from run to run: how it was when it was last judged. */
export interface Remembered {
  readonly host: string
  readonly play: string
  readonly task: string
  readonly item: string | null
  readonly control: Control | null
  readonly state: 'ok' | 'finding'
  /** whether the run that this is of judged it; else it is carried over from an earlier one */
  readonly isJudged: boolean
  /** why not */
  readonly message: string
  /** the hash of what was asked for; null where it is not known */
  readonly statement: string | null
  readonly expected: Evidence['expected']
  readonly effective: Evidence['effective']
  readonly source: Evidence['source']
  /** of a finding: since when, and since when with this value; of what is ok: since when. ISO 8601, in UTC */
  readonly firstSeen: string
  readonly lastChanged: string
  readonly waived: Waived | null
  /** the waiver that answered for it last, also when it does not now: it stays bound to that value */
  readonly answered?: Waived
  /** the id of the run that judged it, and its command */
  readonly run: string
  readonly command: 'run' | 'check' | 'audit'
  /** of what is ok: the id of the run that made it so */
  readonly repairedBy?: string
  /** the keyward that judged it, where it is known */
  readonly version?: string
}

/** By a key that is the same from run to run: host, play, task, item, and a number among those alike. */
export type Memory = Readonly<Record<string, Remembered>>

/** The run whose results are remembered. */
export interface AboutRemembered {
  /** its id */
  readonly run: string
  readonly command: Mode
  /** ISO 8601, in UTC */
  readonly at: string
  /** of keyward */
  readonly version?: string
  /** the hosts on which every task of the playbooks was to have its turn: no tags, no interrupt; what such a host has no result of is in the playbook no longer. Without: none */
  readonly whole?: ReadonlySet<string>
}

/** What is remembered once a run is over, and since when its findings are there. What it did not judge is carried over as it was. */
export const remember = (
  previous: Memory | null,
  results: readonly Result[],
  about: AboutRemembered,
): { readonly memory: Memory; readonly seen: ReadonlyMap<Result, Seen> } => {
  const before = previous ?? {}
  const groups = byKey(results)
  const whyAbsent = absences(results, about.whole)
  const moved = renamed(before, groups, whyAbsent)
  const seen = new Map<Result, Seen>()
  const memory: Record<string, Remembered> = {}
  for (const [key, group] of groups) {
    const result = whatCounts(group, about.command)
    const entry = remembered(result, before[moved.get(key) ?? key], about)
    if (entry === null) continue
    memory[key] = entry
    if (!entry.isJudged || entry.state === 'ok') continue
    const { firstSeen, lastChanged } = entry
    for (const one of group.filter(isFinding)) seen.set(one, { firstSeen, lastChanged })
  }
  const old = new Set(moved.values())
  for (const [key, entry] of Object.entries(before)) {
    if (groups.has(key) || old.has(key)) continue
    const message = whyAbsent(entry)
    if (message !== GONE || entry.isJudged || entry.message !== GONE) memory[key] = carried(entry, message)
  }
  return { memory, seen }
}

const isFinding = (result: Result): boolean => judged(result).state === 'finding'

const carried = (before: Remembered, message: string): Remembered => ({ ...before, isJudged: false, message })

/** What is remembered of a result; null where there is nothing to remember. */
const remembered = (result: Result, before: Remembered | undefined, about: AboutRemembered): Remembered | null => {
  const verdict = judged(result)
  if (verdict.state === 'stateless') return null
  if (verdict.state !== 'unjudged') return fresh(result, verdict.state, before, about)
  return before === undefined ? null : { ...carried(before, verdict.message), control: result.control ?? null }
}

const fresh = (
  result: Result,
  state: Remembered['state'],
  before: Remembered | undefined,
  { run, command, at, version }: AboutRemembered,
): Remembered => {
  const now = {
    host: result.host,
    play: result.play,
    task: result.task,
    item: result.item ?? null,
    control: result.control ?? null,
    state,
    isJudged: true,
    message: '',
    statement: result.statement ?? null,
    ...factsOf(result),
    waived: result.waived ?? null,
    run,
    command,
  }
  const last = before?.state === state ? before : null
  const repairedBy = result.status === 'changed' ? run : last?.repairedBy
  const answered = result.waived ?? before?.answered
  return {
    ...now,
    firstSeen: last?.firstSeen ?? at,
    lastChanged: last === null || compared(last, now).isSame === false ? at : last.lastChanged,
    ...(state === 'ok' && repairedBy !== undefined ? { repairedBy } : {}),
    ...(version === undefined ? {} : { version }),
    ...(answered === undefined ? {} : { answered }),
  }
}

/** Keys of tasks that have another name now, and ask for the very same: from the new key to the old one. */
const renamed = (
  before: Memory,
  groups: ReadonlyMap<string, readonly Result[]>,
  whyAbsent: (entry: Remembered) => string,
): ReadonlyMap<string, string> => {
  const gone = new Map<string, string[]>()
  for (const [key, entry] of Object.entries(before)) {
    if (groups.has(key) || entry.statement === null || whyAbsent(entry) !== GONE) continue
    const what = sameness(entry)
    gone.set(what, [...(gone.get(what) ?? []), key])
  }
  const moved = new Map<string, string>()
  for (const [key, [result]] of groups) {
    if (before[key] !== undefined || result === undefined || !hasState(judged(result))) continue
    const { host, item = null, statement = null } = result
    const old = statement === null ? undefined : gone.get(sameness({ host, item, statement }))?.shift()
    if (old !== undefined) moved.set(key, old)
  }
  return moved
}

const hasState = ({ state }: Verdict): boolean => state === 'ok' || state === 'finding'

/** What two entries share that are the same task under two names. */
export const sameness = ({ host, item, statement }: Pick<Remembered, 'host' | 'item' | 'statement'>): string =>
  JSON.stringify([host, item, statement])
