import type { Evidence } from '../contract/control.ts'
import { LATER } from '../contract/later.ts'
import type { Module } from '../contract/module.ts'
import type { ChangeValue } from '../contract/outcome.ts'
import { withoutPrivateKeys } from '../contract/secret.ts'
import type { PathState, State, Value } from '../contract/state.ts'
import { ASIDE, digest, shown } from './diff.ts'

/** The record that a task found, and the one that it wants. */
export interface Sight {
  readonly now: State
  readonly wanted: State
}

/** What an auditor is shown of a task: the fields that its module names, wanted and found, and where they are set. */
export const evidenceOf = ({ evidence }: Module, { now, wanted }: Sight): Evidence => {
  const isShown = (name: string): boolean => evidence === undefined || evidence.includes(name)
  const names = Object.keys(wanted).filter((name) => !ASIDE.has(name) && isShown(name) && wanted[name] !== undefined)
  const paths = isShown('files') ? Object.entries(wanted.files ?? {}) : []
  const inPlace = (path: string): PathState => now.files?.[path] ?? null
  const found = (name: string): ChangeValue => shown((now[name] as Value | undefined) ?? null)
  return {
    expected: Object.fromEntries([
      ...names.map((name) => [name, shown(wanted[name] as Value)]),
      ...paths.flatMap(([path, entry]) => aspects(path, { managed: entry, found: inPlace(path), of: entry })),
    ]),
    effective: Object.fromEntries([
      ...names.map((name) => [name, found(name)]),
      ...paths.flatMap(([path, entry]) => aspects(path, { managed: entry, found: inPlace(path), of: inPlace(path) })),
    ]),
    source: (now.source ?? []).map(({ text, ...rest }) =>
      text === undefined ? rest : { ...rest, text: withoutPrivateKeys(text) },
    ),
  }
}

/** What is managed of a path, as it is in a state of it. Its kind is told where it differs, or where nothing else is managed. */
const aspects = (
  path: string,
  { managed, found, of }: { readonly managed: PathState; readonly found: PathState; readonly of: PathState },
): readonly (readonly [string, ChangeValue])[] => {
  const kind = [`kind of ${path}`, kindOf(of)] as const
  if (managed === null || managed.kind === 'absent') return [kind]
  const attributes = attributesOf(of)
  const names = ASPECTS.filter((name) => attributesOf(managed)[name] !== undefined)
  const rest = [
    ...('text' in managed && managed.text !== undefined ? [[`text of ${path}`, textOf(of)] as const] : []),
    ...names.map((name) => [`${name} of ${path}`, attributes[name] ?? null] as const),
  ]
  return kindOf(found) === managed.kind && rest.length > 0 ? rest : [kind, ...rest]
}

const ASPECTS = ['target', 'mode', 'owner', 'group'] as const

const attributesOf = (state: PathState): Partial<Record<(typeof ASPECTS)[number], string>> =>
  state === null || state.kind === 'absent' ? {} : { ...state }

const kindOf = (state: PathState): string | null => (state === null || state.kind === 'absent' ? null : state.kind)

const textOf = (state: PathState): string | null =>
  state?.kind === 'file' && state.text !== undefined && state.text !== LATER ? digest(state.text) : null
