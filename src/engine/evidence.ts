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
  const found = (name: string): ChangeValue => shown((now[name] as Value | undefined) ?? null)
  return {
    expected: Object.fromEntries([
      ...names.map((name) => [name, shown(wanted[name] as Value)]),
      ...paths.flatMap(([path, entry]) => aspects(path, entry, entry)),
    ]),
    effective: Object.fromEntries([
      ...names.map((name) => [name, found(name)]),
      ...paths.flatMap(([path, entry]) => aspects(path, entry, now.files?.[path] ?? null)),
    ]),
    source: (now.source ?? []).map(({ text, ...rest }) =>
      text === undefined ? rest : { ...rest, text: withoutPrivateKeys(text) },
    ),
  }
}

/** What is managed of a path, as it is in a state of it. */
const aspects = (path: string, managed: PathState, state: PathState): readonly (readonly [string, ChangeValue])[] => {
  if (managed === null || managed.kind === 'absent') return [[`kind of ${path}`, kindOf(state)]]
  const entry = state as Readonly<Record<string, unknown>> | null
  const names = (['target', 'mode', 'owner', 'group'] as const).filter(
    (name) => (managed as unknown as Readonly<Record<string, unknown>>)[name] !== undefined,
  )
  return [
    ...(kindOf(state) === managed.kind ? [] : [[`kind of ${path}`, kindOf(state)] as const]),
    ...('text' in managed && managed.text !== undefined ? [[`text of ${path}`, textOf(state)] as const] : []),
    ...names.map((name) => [`${name} of ${path}`, (entry?.[name] as string | undefined) ?? null] as const),
  ]
}

const kindOf = (state: PathState): string | null => (state === null || state.kind === 'absent' ? null : state.kind)

const textOf = (state: PathState): string | null =>
  state?.kind === 'file' && state.text !== undefined && state.text !== LATER ? digest(state.text) : null
