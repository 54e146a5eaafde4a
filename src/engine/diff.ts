import { createHash } from 'node:crypto'
import { createTwoFilesPatch } from 'diff'
import { byData } from '../contract/by-text.ts'
import { bytesOf } from '../contract/bytes.ts'
import { LATER } from '../contract/later.ts'
import type { Change, ChangeValue } from '../contract/outcome.ts'
import { holdsPrivateKey, withoutPrivateKeys } from '../contract/secret.ts'
import type { PathState, State, Value } from '../contract/state.ts'

/** The fields that differ between the record found and the record wanted; what the wanted one leaves out is not compared. */
export const diff = (now: State, wanted: State): readonly Change[] => [
  ...fieldChanges(now, wanted),
  ...Object.entries(wanted.files ?? {}).flatMap(([path, entry]) => pathChanges(path, now.files?.[path] ?? null, entry)),
]

/** Gives only the changes of files. */
export const fileChanges = (changes: readonly Change[]): readonly Change[] =>
  changes.filter((change) => change.path !== undefined)

/** What a record holds beside its fields. */
export const ASIDE: ReadonlySet<string> = new Set(['files', 'notes', 'source'])

const fieldChanges = (now: State, wanted: State): readonly Change[] =>
  Object.keys(wanted)
    .filter((name) => !ASIDE.has(name) && wanted[name] !== undefined)
    .flatMap((name) => valueChange(name, (now[name] as Value | undefined) ?? null, wanted[name] as Value))

const valueChange = (field: string, before: Value, after: Value, path?: string): readonly Change[] => {
  if (same(before, after)) return []
  const about = path === undefined ? { field } : { field, path }
  return [
    { ...about, before: shown(before), after: shown(after), ...(after === LATER ? { later: true as const } : {}) },
  ]
}

const same = (before: Value, after: Value): boolean =>
  before === after ||
  // what is known after the run is wanted as it comes: anything found there is done
  (after === LATER && before !== null) ||
  (Array.isArray(before) &&
    Array.isArray(after) &&
    before.length === after.length &&
    before.every((item, index) => item === after[index]))

/** A value as changes and evidence show it. */
export const shown = (value: Value): ChangeValue => {
  if (value === LATER) return null
  if (typeof value === 'string') return withoutPrivateKeys(value)
  return Array.isArray(value) ? value.map(withoutPrivateKeys) : value
}

const pathChanges = (path: string, now: PathState, wanted: PathState): readonly Change[] => {
  const before = now === null || now.kind === 'absent' ? null : now
  if (wanted === null || wanted.kind === 'absent') {
    return before === null ? [] : [{ field: 'kind', path, before: before.kind, after: null, ...removed(path, before) }]
  }
  const kind = before?.kind ?? null
  const base = before !== null && before.kind === wanted.kind ? before : null
  return [
    ...(wanted.kind === 'file' && wanted.text !== undefined ? textChange(path, base, wanted.text) : []),
    ...(kind !== wanted.kind && !(wanted.kind === 'file' && wanted.text !== undefined)
      ? [{ field: 'kind', path, before: kind, after: wanted.kind }]
      : []),
    ...(wanted.kind === 'link'
      ? valueChange('target', base?.kind === 'link' ? base.target : null, wanted.target, path)
      : []),
    ...attributes(base, wanted).flatMap(([field, from, to]) => valueChange(field, from, to, path)),
  ]
}

const attributes = (
  before: Exclude<PathState, null> | null,
  wanted: Exclude<PathState, null>,
): readonly (readonly [string, Value, Value])[] =>
  (['mode', 'owner', 'group'] as const).flatMap((field) => {
    const to = attribute(wanted, field)
    return to === undefined ? [] : [[field, attribute(before, field) ?? null, to] as const]
  })

const attribute = (entry: PathState, field: 'mode' | 'owner' | 'group'): string | undefined =>
  entry === null || !(field in entry) ? undefined : (entry as { mode?: string; owner?: string; group?: string })[field]

const textChange = (path: string, before: PathState, after: string | typeof LATER): readonly Change[] => {
  const from = before?.kind === 'file' && before.text !== undefined && before.text !== LATER ? before.text : null
  if (after === LATER) {
    return before?.kind === 'file' ? [] : [{ field: 'text', path, before: null, after: null, later: true }]
  }
  if (from === after) return []
  return [
    {
      field: 'text',
      path,
      before: from === null ? null : digest(from),
      after: digest(after),
      diff: unified(path, from, after),
    },
  ]
}

const removed = (path: string, before: Exclude<PathState, null>): { diff?: string } =>
  before.kind === 'file' && typeof before.text === 'string' ? { diff: unified(path, before.text, null) } : {}

/** Names a text by its hash, as changes show it. */
export const digest = (text: string): string => `sha256:${createHash('sha256').update(bytesOf(text)).digest('hex')}`

/** A unified diff of two texts; null is no file. Private key material is never shown. */
export const unified = (path: string, before: string | null, after: string | null): string => {
  if (holdsPrivateKey(before ?? '') || holdsPrivateKey(after ?? '')) return `${path}: holds a private key, not shown\n`
  return patchOf([path, before, after])
}

// a hundred hosts with the same file have the same diff
const patchOf = byData(([path, before, after]: readonly [string, string | null, string | null]): string => {
  const name = (text: string | null): string => (text === null ? '/dev/null' : path)
  const patch = createTwoFilesPatch(name(before), name(after), before ?? '', after ?? '', undefined, undefined, {
    context: 3,
  })
  return patch.slice(patch.indexOf('--- '))
})
