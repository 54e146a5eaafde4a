import { type Mistake, place } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { hintForHost } from '../inventory/pattern.ts'
import type { Inventory, Variable } from '../inventory/shape.ts'
import { checkTask } from './check-task.ts'
import { allUses, type Definitions, saying, type Variables, variablesOfInventory } from './definitions.ts'
import { hintForName, listed, type Registered, type Sights, wrongUse } from './known-names.ts'
import { inOrder } from './mistakes.ts'
import { MAGIC, whyNoVariable } from './names.ts'
import type { Play, Playbook, Task, Use } from './shape.ts'
import { mistakesOf } from './template.ts'
import { becomeTemplates, factsOf, templatesOf } from './uses.ts'
import { hostOf, scopeFor } from './variables.ts'

/** What a check is made against: the hosts and tasks that the flags choose, and what is given with -e. */
export interface CheckAbout {
  readonly inventory: Inventory
  readonly extraVars: Readonly<Record<string, unknown>>
  hostsOf(play: Play): readonly string[]
  tasksOf(play: Play): readonly Task[]
}

/**
 * Checks every name of every chosen task for every host of its play, and every value that needs no fact, register or file
 * that a task may make: what is wrong there is found before the first connection.
 */
export const checkPlaybooks = (playbooks: readonly Playbook[], about: CheckAbout): readonly Mistake[] => {
  const mistakes: Mistake[] = []
  const variables = variablesOfInventory(about.inventory)
  checkVariableNames(variables, about.extraVars, mistakes)
  const course: Course = {
    about,
    variables,
    registers: new Map(),
    filesMayCome: false,
    complain: (mistake) => mistakes.push(mistake),
  }
  for (const { plays } of playbooks) for (const play of plays) checkPlay(play, course)
  return inOrder(mistakes)
}

interface Course {
  readonly about: CheckAbout
  readonly variables: Variables
  readonly registers: Map<string, Registered>
  filesMayCome: boolean
  complain(mistake: Mistake): void
}

const checkVariableNames = (variables: Variables, extraVars: object, mistakes: Mistake[]): void => {
  for (const [name, all] of variables) {
    const why = whyNoVariable(name)
    for (const { at } of why === null ? [] : all.values()) mistakes.push({ message: why ?? '', at })
  }
  for (const name of Object.keys(extraVars)) {
    const why = whyNoVariable(name)
    if (why !== null) mistakes.push({ message: `-e: ${why}` })
  }
}

const checkPlay = (play: Play, course: Course): void => {
  const { hostsOf, tasksOf } = course.about
  const hosts = hostsOf(play)
  const chosen = tasksOf(play)
  const claims = new Map<string, Task>()
  const others = otherRegisters(play, chosen)
  for (const task of [...chosen, ...play.handlers]) {
    checkOne({ play, task, hosts, others, claims }, course)
    if (task.register !== null) course.registers.set(task.register, { task, hosts: new Set(hosts) })
    course.filesMayCome ||= isOnControl(play, task, hosts)
  }
  checkUnused(play, hosts, course)
}

/** Variables of a play that no task may have asked for: every name in them must be something somewhere in the play. */
const checkUnused = (play: Play, hosts: readonly string[], course: Course): void => {
  const all = [...play.tasks, ...play.handlers]
  const known = new Set([
    ...[...course.registers.keys(), ...play.vars.keys(), ...play.fileVars.keys(), ...course.variables.keys()],
    ...Object.keys(course.about.extraVars),
    ...all.flatMap(({ loopVar, indexVar, register, vars }) => [loopVar, indexVar, register, ...vars.keys()]),
    ...[...MAGIC, 'facts'],
  ])
  const vars = hosts.length === 0 ? [] : [...play.vars.values(), ...play.fileVars.values()]
  for (const { path, at, optional } of vars.flatMap(({ uses }) => uses)) {
    const [name = ''] = path
    if (optional || known.has(name)) continue
    const names = [...known].filter((one) => one !== null)
    course.complain({ message: `'${name}' is undefined`, at, ...hintForName(name, names) })
  }
}

/** Registers that a task cannot see, with why. */
const otherRegisters = (play: Play, chosen: readonly Task[]): ReadonlyMap<string, string> => {
  const why = (task: Task): string =>
    chosen.includes(task)
      ? `it is registered by a later task, in line ${task.at.line}`
      : `it is registered by the task in line ${task.at.line}, which the tags leave out`
  return new Map(
    [...play.tasks, ...play.handlers].flatMap((task) => (task.register === null ? [] : [[task.register, why(task)]])),
  )
}

const isOnControl = (play: Play, task: Task, hosts: readonly string[]): boolean =>
  !task.flush && (task.delegateTo !== null || play.connection === 'local' || hosts.includes('localhost'))

interface OneTask {
  readonly play: Play
  readonly task: Task
  readonly hosts: readonly string[]
  readonly others: ReadonlyMap<string, string>
  readonly claims: Map<string, Task>
}

const checkOne = (one: OneTask, course: Course): void => {
  const { play, task } = one
  if (task.flush) return
  const definitions: Definitions = { play, task, extraVars: course.about.extraVars, variables: course.variables }
  try {
    const uses = allUses([...templatesOf(task), ...becomeTemplates(play.become)], definitions)
    const able = checkNames(one, uses, course)
    if (task.sound && able !== null) checkValues(one, distinct(able, uses, course), course)
  } catch (error) {
    for (const mistake of mistakesOf(error)) course.complain(mistake)
  }
}

/** Gives the hosts on which every name is defined; null where a name is wrong on all. */
const checkNames = (
  { play, task, hosts, others }: OneTask,
  uses: readonly Use[],
  course: Course,
): readonly string[] | null => {
  const { inventory, extraVars } = course.about
  const own = { play, task, hosts, inventory, extraVars, others, guarded: guardedBy(task) }
  const wrong = uses
    .map((use) => wrongUse(use, { ...own, registers: withOwn(course, task, hosts, use) } satisfies Sights))
    .filter((mistake) => mistake !== null)
  for (const { on: _, ...mistake } of wrong) course.complain(mistake)
  if (wrong.some(({ on }) => on === undefined)) return null
  const without = new Set(wrong.flatMap(({ on }) => on ?? []))
  return hosts.filter((host) => !without.has(host))
}

const checkValues = ({ play, task, hosts, claims }: OneTask, chosen: readonly string[], course: Course): void => {
  const { inventory, extraVars } = course.about
  const registers = new Map([...course.registers.keys()].map((name) => [name, LATER]))
  const parts = { play, task, inventory, facts: LATER, registers, extraVars, registersOf: () => registers }
  // where no host is known, what a host would say is not known either
  const some = hosts.length === 0 ? [null] : chosen
  const said = new Map<string, { readonly mistake: Mistake; readonly on: string[] }>()
  for (const host of some) {
    checkTask({
      task,
      become: [play.become, task.become],
      filesMayCome: course.filesMayCome,
      hintForHost: (name) => hintForHost(name, inventory),
      isHost: (name) => host === null || hostOf(inventory, name) !== undefined,
      complain: (mistake) => {
        const key = `${mistake.at === undefined ? '' : place(mistake.at)} ${mistake.message}`
        const known = said.get(key) ?? { mistake, on: [] }
        said.set(key, known)
        if (host !== null && !known.on.includes(host)) known.on.push(host)
      },
      claim: (what) => claimed(what, task, claims, course),
      scopeOf: (item) => scopeFor(host === null ? { ...parts, item, host: '', open: true } : { ...parts, item, host }),
    })
  }
  for (const { mistake, on } of said.values()) {
    const where = on.length === 0 || on.length === some.length ? '' : ` (on ${listed(on)})`
    course.complain({ ...mistake, message: `${mistake.message}${where}` })
  }
}

/** `changed_when` and `failed_when` see what the task itself registers, by its own name or as `result`. */
const withOwn = (
  { registers }: Course,
  task: Task,
  hosts: readonly string[],
  use: Use,
): ReadonlyMap<string, Registered> => {
  const judging = [...(task.changedWhen ?? []), ...(task.failedWhen ?? [])].some(({ uses }) => uses.includes(use))
  if (!judging) return registers
  return new Map([...registers, [task.register ?? 'result', { task: { ...task, loop: null }, hosts: new Set(hosts) }]])
}

const guardedBy = (task: Task): ReadonlySet<string> =>
  new Set(task.when.flatMap(({ uses }) => uses.filter(({ optional }) => optional).map(({ path }) => path[0] ?? '')))

const claimed = (what: string, task: Task, claims: Map<string, Task>, course: Course): void => {
  const before = claims.get(what)
  if (before !== undefined && before !== task) {
    const message = `two tasks of the play claim ${what}: the other is at ${place(before.moduleAt)}`
    course.complain({ message, at: task.moduleAt })
  }
  if (before === undefined) claims.set(what, task)
}

/** One host for each different set of values that a task's names may have. */
const distinct = (hosts: readonly string[], uses: readonly Use[], course: Course): readonly string[] => {
  const names = [...new Set(uses.map(({ path }) => path[0] ?? ''))]
  if (names.includes('inventory_hostname') || names.includes('hostvars')) return hosts
  const own = names.filter((name) => course.variables.has(name))
  const groups = names.includes('group_names')
  const byValues = new Map<string, string>()
  for (const host of hosts) {
    const known = hostOf(course.about.inventory, host)
    const values = own.map((name) => said(known?.vars.get(name)))
    const key = `${values.join('\0')}\0${groups ? known?.groups.join(' ') : ''}`
    if (!byValues.has(key)) byValues.set(key, host)
  }
  return [...byValues.values()]
}

const said = (variable: Variable | undefined): string => (variable === undefined ? '' : saying(variable))

/** The same playbooks, whose plays also ask for the facts that variables of the inventory and of -e mention. */
export const withFactsOfVariables = (
  playbooks: readonly Playbook[],
  about: Pick<CheckAbout, 'inventory' | 'extraVars'>,
): readonly Playbook[] => {
  const variables = variablesOfInventory(about.inventory)
  return playbooks.map((playbook) => ({
    ...playbook,
    plays: playbook.plays.map((play) => {
      const uses = [...play.tasks, ...play.handlers].flatMap((task) => {
        try {
          return allUses(templatesOf(task), { play, task, extraVars: about.extraVars, variables })
        } catch (error) {
          mistakesOf(error)
          return []
        }
      })
      return { ...play, mentionedFacts: [...new Set([...play.mentionedFacts, ...factsOf(uses)])] }
    }),
  }))
}
