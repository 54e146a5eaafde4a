import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { missing } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'

/** The owner and group that a task wants, names or numbers, as they are written. */
export interface WantedOwners {
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/**
 * Looks up the accounts that a path is to belong to, and gives a function that spells an entry's owner and group as the
 * task does, where they are the same account: `0` is root. Ends with missing where there is no such account.
 */
export const ownerSpelling = async (on: Look, given: WantedOwners): Promise<(entry: PathState) => PathState> => {
  const [owner, group] = await Promise.all([
    given.owner === undefined ? undefined : ownerName(on, given.owner),
    given.group === undefined ? undefined : groupName(on, given.group),
  ])
  return (entry) => {
    if (entry === null || entry.kind === 'absent') return entry
    return {
      ...entry,
      ...(given.owner !== undefined && entry.owner === owner ? { owner: given.owner } : {}),
      ...(given.group !== undefined && entry.group === group ? { group: given.group } : {}),
    }
  }
}

const isNumber = (name: string): boolean => /^\d+$/.test(name)

const ownerName = async (on: Look, owner: string): Promise<string> => {
  const name = isNumber(owner) ? await entryName(on, 'passwd', owner) : (await on.user(owner))?.name
  return name ?? (isNumber(owner) ? owner : missing({ kind: 'user', name: owner }))
}

const groupName = async (on: Look, group: string): Promise<string> => {
  // a group of the machine's own needs no lookup to be known by its name
  if (!isNumber(group) && entryIn(await on.read('/etc/group'), group) !== undefined) return group
  return (await entryName(on, 'group', group)) ?? (isNumber(group) ? group : missing({ kind: 'group', name: group }))
}

const NOT_FOUND = 2

const entryName = async (on: Look, database: 'passwd' | 'group', name: string): Promise<string | undefined> => {
  const answer = await on.ask(questions.entry(database, name))
  if (answer.code === 0) return answer.stdout.split(':')[0]
  // getent is no part of busybox
  return answer.code === NOT_FOUND ? undefined : entryIn(await on.read(`/etc/${database}`), name)
}

/** The name of the entry that a database's text has for a name or a number. */
export const entryIn = (text: string | null, name: string): string | undefined => {
  const lines = (text ?? '').split('\n').map((line) => line.split(':'))
  return lines.find(([one, , number]) => one === name || number === name)?.[0]
}
