import type { Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Play, Playbook, Task } from './shape.ts'

/** What of a playbook is to run: tags and the task to start at, as the flags of the same name say. */
export interface Selection {
  /** empty: all */
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** a task's name, or a glob of names; null: the first */
  readonly startAtTask: string | null
}

const SPECIAL = new Set(['all', 'tagged', 'untagged', 'always', 'never'])

/** The tasks of a play that tags choose; where a task to start at is named, those from the first that has its name. */
export const selectTasks = (play: Play, selection: Selection): readonly Task[] => {
  const from = startIn(play, selection.startAtTask)
  return play.tasks.slice(from).filter((task) => isChosen(task.tags, selection))
}

/** Says whether tags choose a task: skipping wins, `always` is chosen unless skipped, `never` only where it is named. */
export const isChosen = (tags: readonly string[], { tags: wanted, skipTags }: Selection): boolean => {
  const own = tags.length === 0 ? ['untagged'] : [...tags, 'tagged']
  const only = wanted.length === 0 ? ['all'] : wanted
  const named = only.some((tag) => tags.includes(tag))
  const all = only.includes('all') && !tags.includes('never')
  const kind =
    only.some((tag) => (tag === 'tagged' || tag === 'untagged') && own.includes(tag)) && !tags.includes('never')
  const always = tags.includes('always')
  if (!named && !all && !kind && !always) return false
  if (skipTags.some((tag) => own.includes(tag))) return false
  return !(skipTags.includes('all') && !(always && !skipTags.includes('always')))
}

const startIn = (play: Play, name: string | null): number => {
  if (name === null) return 0
  const pattern = globOf(name)
  const found = play.tasks.findIndex((task) => !task.flush && (task.name === name || pattern.test(task.name)))
  return found === -1 ? play.tasks.length : found
}

const globOf = (glob: string): RegExp => {
  const escaped = glob.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}

/** Names of the flags that no task has: each is wrong input. */
export const checkSelection = (playbooks: readonly Playbook[], selection: Selection): readonly Mistake[] => {
  const tasks = playbooks.flatMap(({ plays }) => plays.flatMap((play) => [...play.tasks, ...play.handlers]))
  const tags = new Set(tasks.flatMap((task) => task.tags))
  const unknown = (flag: string, names: readonly string[]): readonly Mistake[] =>
    names
      .filter((tag) => !SPECIAL.has(tag) && !tags.has(tag))
      .map((tag) => ({ message: `${flag}: no task has the tag "${tag}"`, ...tagHint(tag, tags) }))
  const start = selection.startAtTask
  const starts =
    start === null || playbooks.some(({ plays }) => plays.some((play) => startIn(play, start) < play.tasks.length))
  const names = tasks.filter((task) => !task.flush).map((task) => task.name)
  return [
    ...unknown('--tags', selection.tags),
    ...unknown('--skip-tags', selection.skipTags),
    ...(starts
      ? []
      : [{ message: `--start-at-task: no task has the name "${start}"`, ...didYouMean(String(start), names) }]),
  ]
}

const tagHint = (tag: string, tags: ReadonlySet<string>): { readonly hint?: string } => {
  const meant = didYouMean(tag, tags)
  if (meant.hint !== undefined) return meant
  const all = [...tags].filter((name) => !SPECIAL.has(name)).sort()
  return all.length === 0 ? { hint: 'no task has a tag' } : { hint: `the tags are ${all.join(', ')}` }
}
