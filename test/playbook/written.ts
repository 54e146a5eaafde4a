import { join } from 'node:path'
import { type Mistake, place, UserError } from '../../src/contract/errors.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { chooseHosts } from '../../src/inventory/pattern.ts'
import type { Inventory } from '../../src/inventory/shape.ts'
import { bindParams } from '../../src/playbook/bind.ts'
import { checkPlaybooks, withFactsOfVariables } from '../../src/playbook/check.ts'
import { loadPlaybooks } from '../../src/playbook/load.ts'
import { inOrder } from '../../src/playbook/mistakes.ts'
import type { Play, Scope, Task } from '../../src/playbook/shape.ts'
import { type ScopeParts, scopeFor } from '../../src/playbook/variables.ts'
import { folder } from '../kit/story.ts'
import { fakeModules } from './fake-modules.ts'

/** Files of a playbook by name; `site.yml` is the playbook, `hosts.yml` its inventory. */
export type Files = Readonly<Record<string, string>>

/** A playbook that was written, loaded and checked. */
export interface Written {
  readonly plays: readonly Play[]
  readonly inventory: Inventory
  readonly mistakes: readonly Mistake[]
  /** every mistake as a line of the screen, with its hint; places are relative to the folder */
  readonly screen: string
}

const HOSTS = 'all:\n  hosts:\n    web1:\n'

/** Writes the files, loads the playbook and its inventory, and checks both. */
export const written = async (
  given: Files | string,
  about: { readonly extraVars?: Readonly<Record<string, unknown>> } = {},
): Promise<Written> => {
  const files = typeof given === 'string' ? { 'site.yml': given } : given
  const root = folder({ 'hosts.yml': HOSTS, ...files })
  const extraVars = about.extraVars ?? {}
  const read = await loadPlaybooks([join(root, 'site.yml')], { modules: fakeModules, extraVars })
  const { inventory, mistakes } = await loadInventory([join(root, 'hosts.yml')], { playbookDirectories: [root] })
  const playbooks = withFactsOfVariables(read.playbooks, { inventory, extraVars })
  const hosts = new Map(
    playbooks.flatMap(({ plays }) => plays.map((play) => [play, chooseHosts(play.hosts.pattern, inventory).hosts])),
  )
  const hostsOf = (play: Play): readonly string[] => hosts.get(play) ?? []
  const checked = checkPlaybooks(playbooks, { inventory, extraVars, hostsOf, tasksOf: ({ tasks }) => tasks })
  const all = inOrder([...read.mistakes, ...mistakes, ...checked])
  return {
    plays: playbooks.flatMap(({ plays }) => plays),
    inventory,
    mistakes: all,
    screen: screenOf(all, root),
  }
}

/** Mistakes as they stand on the screen, without their excerpts. */
export const screenOf = (mistakes: readonly Mistake[], root = ''): string =>
  mistakes
    .map(({ at, message, hint }) =>
      [
        at === undefined ? message : `${place(at)}: ${message}`,
        ...(hint === undefined ? [] : [`  hint: ${hint}`]),
      ].join('\n'),
    )
    .join('\n')
    .replaceAll(root === '' ? '\0' : `${root}/`, '')

/** One task of a play of `web1`. */
export const taskOf = (text: string): string => `- hosts: web1\n  tasks:\n${text.replaceAll(/^/gm, '    ')}\n`

/** The first task of a playbook, with what its names mean. */
export const firstTask = async (
  given: Files | string,
  parts: Partial<ScopeParts> = {},
): Promise<{ readonly task: Task; readonly play: Play; readonly scope: Scope }> => {
  const { plays, inventory } = await written(given)
  const play = plays[0] as Play
  const task = play.tasks[0] as Task
  const base = { play, task, host: 'web1', inventory, facts: {}, registers: new Map(), extraVars: {}, item: null }
  return { task, play, scope: scopeFor({ ...base, ...parts }) }
}

/** What a task's module is given, or the words of why it is given nothing. */
export const bound = async (given: Files | string, parts: Partial<ScopeParts> = {}): Promise<unknown> => {
  const { task, scope } = await firstTask(given, parts)
  try {
    return bindParams(task, scope)
  } catch (error) {
    if (error instanceof UserError) return error.mistakes.map(({ message }) => message).join('\n')
    return (error as Error).message
  }
}
