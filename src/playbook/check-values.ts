import { type Mistake, place } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { hintForHost } from '../inventory/pattern.ts'
import type { Inventory, Variable } from '../inventory/shape.ts'
import { checkTask } from './check-task.ts'
import { saying, type Variables } from './definitions.ts'
import { listed } from './known-names.ts'
import type { Play, Task, Use } from './shape.ts'
import { hostOf, type ScopeParts, scopeFor } from './variables.ts'

/** Names that nothing defines, everywhere or on some hosts: that was said, and what they mean is not known. */
export interface WrongNames {
  readonly everywhere: ReadonlySet<string>
  readonly byHost: ReadonlyMap<string, ReadonlySet<string>>
}

/** What checking the values of one task on the hosts of its play needs. */
export interface ValuesCheck {
  readonly play: Play
  readonly task: Task
  readonly hosts: readonly string[]
  /** every name that its templates lead to */
  readonly uses: readonly Use[]
  readonly variables: Variables
  readonly about: { readonly inventory: Inventory; readonly extraVars: Readonly<Record<string, unknown>> }
  /** the names that earlier tasks register */
  readonly registers: Iterable<string>
  readonly filesMayCome: boolean
  readonly wrong: WrongNames
  /** what was said of it already */
  readonly told: readonly Mistake[]
  complain(mistake: Mistake): void
  claim(what: string): void
}

/** Checks the values of a task once for each different set of them; a mistake on some hosts only names them. */
export const checkValues = (check: ValuesCheck): void => {
  const { play, task, hosts, wrong, filesMayCome, claim } = check
  const { inventory, extraVars } = check.about
  const registers = new Map([...check.registers].map((name) => [name, LATER]))
  const registersOf = () => registers
  const given = { play, task, inventory, registers, registersOf, extraVars }
  // where no host is known, what a host would say is not known either
  const some = hosts.length === 0 ? [null] : distinct(check)
  const told = new Set(check.told.map(keyOf))
  const said = new Map<string, { readonly mistake: Mistake; readonly on: Set<string> }>()
  for (const host of some) {
    const names = host === null ? wrong.everywhere : namesWrongOn(host, wrong)
    checkTask({
      task,
      become: [play.become, task.become],
      filesMayCome,
      hintForHost: (name) => hintForHost(name, inventory),
      isHost: (name) => host === null || hostOf(inventory, name) !== undefined,
      complain: (mistake) => {
        const key = keyOf(mistake)
        if (told.has(key)) return
        const known = said.get(key) ?? { mistake, on: new Set() }
        said.set(key, known)
        if (host !== null) known.on.add(host)
      },
      claim,
      scopeOf: (item) => scopeFor(partsFor(given, host, names, item)),
    })
  }
  for (const { mistake, on } of said.values()) {
    const suffix = on.size === 0 || on.size === some.length ? '' : ` (on ${listed([...on])})`
    check.complain({ ...mistake, message: `${mistake.message}${suffix}` })
  }
}

/** Spelled out field by field: it is made for every host and task. */
const partsFor = (
  given: Pick<ScopeParts, 'play' | 'task' | 'inventory' | 'registers' | 'registersOf' | 'extraVars'>,
  host: string | null,
  wrong: ReadonlySet<string>,
  item: ScopeParts['item'],
): ScopeParts => {
  const { play, task, inventory, registers, registersOf, extraVars } = given
  return {
    play,
    task,
    inventory,
    registers,
    registersOf,
    extraVars,
    facts: LATER,
    wrong,
    item,
    host: host ?? '',
    open: host === null,
  }
}

const namesWrongOn = (host: string, { everywhere, byHost }: WrongNames): ReadonlySet<string> => {
  const own = byHost.get(host)
  return own === undefined ? everywhere : new Set([...everywhere, ...own])
}

const keyOf = ({ at, message }: Mistake): string => `${at === undefined ? '' : place(at)} ${message}`

/** One host for each different set of values that a task's names may have. */
const distinct = ({ hosts, uses, variables, about }: ValuesCheck): readonly string[] => {
  const names = [...new Set(uses.map(({ path }) => path[0] ?? ''))]
  if (names.includes('inventory_hostname') || names.includes('hostvars')) return hosts
  const own = names.filter((name) => variables.has(name))
  const groups = names.includes('group_names')
  const byValues = new Map<string, string>()
  for (const host of hosts) {
    const known = hostOf(about.inventory, host)
    const values = own.map((name) => said(known?.vars.get(name)))
    const key = `${values.join('\0')}\0${groups ? known?.groups.join(' ') : ''}`
    if (!byValues.has(key)) byValues.set(key, host)
  }
  return [...byValues.values()]
}

const said = (variable: Variable | undefined): string => (variable === undefined ? '' : saying(variable))
