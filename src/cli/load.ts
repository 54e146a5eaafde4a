import { dirname } from 'node:path'
import { modules } from '../../modules/index.ts'
import { type Mistake, UserError } from '../contract/errors.ts'
import { type FileRead, nothingRead } from '../contract/files-read.ts'
import { loadInventory } from '../inventory/load.ts'
import { chooseHosts, chooseLimit } from '../inventory/pattern.ts'
import type { Inventory } from '../inventory/shape.ts'
import { checkPlaybooks, withFactsOfVariables } from '../playbook/check.ts'
import { loadPlaybooks } from '../playbook/load.ts'
import { inOrder } from '../playbook/mistakes.ts'
import type { Play, Playbook, Task } from '../playbook/shape.ts'
import { checkSelection, isChosen, type Selection, selectTasks } from '../playbook/tags.ts'
import { extraVarsOf } from './extra-vars.ts'
import type { RunFlags } from './flags.ts'
import { keyFlagMistakes } from './key-flag.ts'
import { reachMistakes } from './reach.ts'

/** The flags that say what is loaded and chosen. */
export type LoadFlags = Pick<
  RunFlags,
  'inventory' | 'limit' | 'tags' | 'skipTags' | 'extraVars' | 'startAtTask' | 'user' | 'privateKey' | 'keyFile'
>

/** Playbooks and inventory, read and checked, with the hosts and tasks that the flags choose. */
export interface Loaded {
  readonly playbooks: readonly Playbook[]
  readonly inventory: Inventory
  readonly extraVars: Readonly<Record<string, unknown>>
  /** the hosts of all plays */
  readonly hosts: readonly string[]
  hostsOf(play: Play): readonly string[]
  tasksOf(play: Play): readonly Task[]
  isChosen(handler: Task): boolean
  /** the files that were read so far: for the playbooks, `-e @file` among them, and for the inventory */
  files(): { readonly playbooks: readonly FileRead[]; readonly inventory: readonly FileRead[] }
}

/**
 * Reads everything that the command line names; throws every mistake in it at once.
 *
 * @param about.withHosts false where there is no inventory to look for hosts in
 */
export const loadAll = async (
  files: readonly string[],
  flags: LoadFlags,
  about: { readonly withHosts: boolean } = { withHosts: true },
): Promise<Loaded> => {
  const extraFiles = nothingRead()
  const extraVars = extraVarsOf(flags.extraVars, extraFiles)
  const read = await loadPlaybooks(files, { modules, extraVars })
  const fromInventory = await loadInventory(flags.inventory, { playbookDirectories: files.map(dirname) })
  const { inventory, mistakes } = fromInventory
  const playbooks = withFactsOfVariables(read.playbooks, { inventory, extraVars })
  const plays = playbooks.flatMap((playbook) => playbook.plays)
  const selection = selectionOf(flags)
  const tasks = chooseTasks(plays, selection)
  const hosts = about.withHosts ? hostsOfPlays(inventory, plays, flags) : NO_HOSTS
  const chosen = [...hosts.byPlay].map(([play, names]) => ({ play, hosts: names }))
  const hostsOf = (play: Play): readonly string[] => hosts.byPlay.get(play) ?? []
  const tasksOf = (play: Play): readonly Task[] => tasks.get(play) ?? []
  throwAll([
    ...read.mistakes,
    ...mistakes,
    // which hosts there are is not known where the inventory is wrong, nor which are meant where a play is
    ...(mistakes.length > 0 ? [] : hosts.mistakes),
    ...(mistakes.length > 0 || read.mistakes.length > 0 ? [] : hosts.none),
    ...checkSelection(playbooks, selection),
    ...(await keyFlagMistakes(flags)),
    ...reachMistakes(chosen, { inventory, extraVars, flags }),
    ...(mistakes.length > 0 ? [] : checkPlaybooks(playbooks, { inventory, extraVars, hostsOf, tasksOf })),
  ])
  const allHosts = [...new Set([...hosts.byPlay.values()].flat())]
  const isChosenHandler = (handler: Task): boolean => isChosen(handler.tags, selection)
  return {
    playbooks,
    inventory,
    extraVars,
    hosts: allHosts,
    hostsOf,
    tasksOf,
    isChosen: isChosenHandler,
    files: () => ({ playbooks: [...read.files(), ...extraFiles.all()], inventory: fromInventory.files }),
  }
}

/** Reads inventories alone; throws every mistake in them. */
export const readInventory = async (paths: readonly string[]): Promise<Inventory> => {
  if (paths.length === 0) throw new UserError('there is no inventory', { hint: NO_INVENTORY })
  const { inventory, mistakes } = await loadInventory(paths)
  throwAll(mistakes)
  return inventory
}

/** The hosts of an inventory that `--limit` leaves; a name that nothing defines is a mistake. */
export const chosenHosts = (inventory: Inventory, limit: string | undefined): readonly string[] => {
  if (limit === undefined) return [...inventory.hosts.keys()]
  const { hosts, mistakes } = chooseLimit(limit, inventory)
  throwAll(mistakes)
  return hosts
}

const throwAll = (mistakes: readonly Mistake[]): void => {
  if (mistakes.length > 0) throw new UserError(inOrder(mistakes))
}

const NO_INVENTORY = 'name a file or a directory: -i INVENTORY, or hosts: -i web1,web2,'

interface HostsOfPlays {
  readonly byPlay: ReadonlyMap<Play, readonly string[]>
  readonly mistakes: readonly Mistake[]
  /** that no play has a host, where that is so */
  readonly none: readonly Mistake[]
}

const NO_HOSTS: HostsOfPlays = { byPlay: new Map(), mistakes: [], none: [] }

const hostsOfPlays = (
  inventory: Inventory,
  plays: readonly Play[],
  { limit, inventory: paths }: LoadFlags,
): HostsOfPlays => {
  const byLimit = limit === undefined ? null : chooseLimit(limit, inventory)
  const mistakes: Mistake[] = [...(byLimit?.mistakes ?? [])]
  const stays = new Set(byLimit?.hosts)
  const byPlay = new Map<Play, readonly string[]>()
  for (const play of plays) {
    const chosen = chooseHosts(play.hosts.pattern, inventory)
    mistakes.push(...chosen.mistakes.map((one) => ({ ...one, at: play.hosts.at })))
    byPlay.set(play, byLimit === null ? chosen.hosts : chosen.hosts.filter((host) => stays.has(host)))
  }
  const isEmpty = mistakes.length === 0 && plays.length > 0 && [...byPlay.values()].every((found) => found.length === 0)
  return { byPlay, mistakes, none: isEmpty ? [noHost(limit, paths)] : [] }
}

const noHost = (limit: string | undefined, paths: readonly string[]): Mistake => {
  if (paths.length === 0) return { message: 'no play has a host: there is no inventory', hint: NO_INVENTORY }
  const why = limit === undefined ? 'their groups are empty' : `--limit ${limit} leaves none`
  return { message: `no play has a host: ${why}`, hint: 'keyward inventory shows the groups and their hosts' }
}

const selectionOf = ({ tags, skipTags, startAtTask }: LoadFlags): Selection => ({
  tags: splitTags(tags),
  skipTags: splitTags(skipTags),
  startAtTask: startAtTask ?? null,
})

/** Tags as Ansible takes them: several flags, and commas in each. */
const splitTags = (given: readonly string[]): readonly string[] =>
  given
    .flatMap((text) => text.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')

/** The tasks of each play; the task to start at is in one play, and those after it are whole. */
const chooseTasks = (plays: readonly Play[], selection: Selection): ReadonlyMap<Play, readonly Task[]> => {
  const whole = { tags: [], skipTags: [], startAtTask: selection.startAtTask }
  const first = plays.findIndex((play) => selectTasks(play, whole).length > 0)
  return new Map(
    plays.map((play, index) => {
      if (index < first) return [play, []]
      return [play, selectTasks(play, index === first ? selection : { ...selection, startAtTask: null })]
    }),
  )
}
