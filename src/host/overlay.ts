import { posix } from 'node:path'
import { bytesOf } from '../contract/bytes.ts'
import { LATER } from '../contract/later.ts'
import type { Found } from '../contract/look.ts'
import type { Plan } from '../contract/machine.ts'
import type { AbsentState, PathState } from '../contract/state.ts'
import { isBelow } from './memory.ts'

/** The latest moment a Date can hold: a planned file is newer than anything that ever happened. */
const AFTER_ALL_MS = 8_640_000_000_000_000

/** What will be at a path that is not absent. */
export type Present = Exclude<PathState, null | AbsentState>

/** What a plan says about a path. */
export type Planned =
  | { readonly kind: 'unplanned' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'entry'; readonly state: Present }
  /** a planned link on the way: the path leads elsewhere */
  | { readonly kind: 'elsewhere'; readonly path: string }

/** Says what a plan makes of a path, the planned links and files on the way to it included. */
export const plannedAt = (plan: Plan, path: string): Planned => {
  for (const [planned, state] of plan) {
    if (!isBelow(path, planned) || state?.kind === 'directory') continue
    if (state?.kind === 'link')
      return { kind: 'elsewhere', path: leadsTo(planned, state.target) + path.slice(planned.length) }
    return { kind: 'absent' }
  }
  const state = plan.get(path)
  if (state === undefined) return { kind: 'unplanned' }
  return state === null || state.kind === 'absent' ? { kind: 'absent' } : { kind: 'entry', state }
}

/** Where a link leads, in words: the links on the way are not resolved. */
export const leadsTo = (link: string, target: string): string => posix.resolve(posix.dirname(link), target)

/** Whose a new file is where its plan does not say. */
export interface Maker {
  readonly owner: string
  readonly group: string
}

/** Modes of what is made new, where its plan does not say. */
export const NEW_MODES = { file: '0644', directory: '0755', link: '0777' } as const

/** What will be at a path: what is planned, over what is there now. */
export const foundAsPlanned = (path: string, state: Present, now: Found | null, maker: Maker): Found => {
  const same = now?.kind === state.kind ? now : null
  const text = state.kind !== 'file' ? null : state.text === undefined ? (same?.text ?? '') : state.text
  return {
    path,
    kind: state.kind,
    text,
    mode: (state.kind === 'link' ? undefined : state.mode) ?? same?.mode ?? NEW_MODES[state.kind],
    owner: state.owner ?? same?.owner ?? state.as ?? maker.owner,
    group: state.group ?? same?.group ?? maker.group,
    size: text === null || text === LATER ? (same?.size ?? 0) : bytesOf(text).length,
    modifiedMs: AFTER_ALL_MS,
    changedMs: AFTER_ALL_MS,
    target: state.kind === 'link' ? state.target : null,
  }
}

/** The names in a directory as planned; null where there will be none. */
export const namesAsPlanned = (
  plan: Plan,
  directory: string,
  now: readonly string[] | null,
): readonly string[] | null => {
  const own = plannedAt(plan, directory)
  if (own.kind === 'absent') return null
  if (own.kind === 'entry' && own.state.kind !== 'directory') return null
  if (own.kind === 'unplanned' && now === null) return null
  const names = new Set(now ?? [])
  for (const [path, state] of plan) {
    if (posix.dirname(path) !== directory || path === directory) continue
    if (state === null || state.kind === 'absent') names.delete(posix.basename(path))
    else names.add(posix.basename(path))
  }
  return [...names].sort((one, other) => Buffer.compare(bytesOf(one), bytesOf(other)))
}
