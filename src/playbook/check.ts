import { type Mistake, place } from '../contract/errors.ts'
import type { Inventory } from '../inventory/shape.ts'
import { checkValues, type WrongNames } from './check-values.ts'
import { allUses, type Definitions, type Variables, variablesOfInventory } from './definitions.ts'
import { hintForName, type Registered, type Sights, wrongUse } from './known-names.ts'
import { type ImportedMistake, inOrder } from './mistakes.ts'
import { MAGIC, whyNoVariable } from './names.ts'
import type { Play, Playbook, Task, Use } from './shape.ts'
import { becomeTemplates, factsOf, templatesOf } from './uses.ts'

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
  const mistakes: ImportedMistake[] = []
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
  complain(mistake: ImportedMistake): void
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
    checkOne({ play, task, hosts, others, claims, complain: complainOf([task, play], course) }, course)
    if (task.register !== null) course.registers.set(task.register, { task, hosts: new Set(hosts) })
    course.filesMayCome ||= isOnControl(play, task, hosts)
  }
  checkUnused(play, hosts, course)
}

/** Names the lines that import the file of a mistake, where that is one of a task or of its play. */
const complainOf =
  (owners: readonly (Task | Play)[], { complain }: Course) =>
  (mistake: Mistake): void => {
    const owner = owners.find(({ at }) => at.file === mistake.at?.file)
    complain(owner === undefined ? mistake : { ...mistake, importedAt: owner.importedAt })
  }

/** Variables of a play that no task may have asked for: every name in them must be something somewhere in the play. */
const checkUnused = (play: Play, hosts: readonly string[], course: Course): void => {
  const complain = complainOf([play], course)
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
    complain({ message: `'${name}' is undefined`, at, ...hintForName(name, names) })
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
  complain(mistake: Mistake): void
}

const checkOne = (one: OneTask, course: Course): void => {
  const { play, task, hosts } = one
  const { about, variables, registers, filesMayCome } = course
  if (task.flush) return
  const definitions: Definitions = { play, task, extraVars: about.extraVars, variables }
  const told: Mistake[] = []
  const uses = allUses([...templatesOf(task), ...becomeTemplates(play.become)], definitions, (broken) =>
    told.push(...broken),
  )
  for (const mistake of told) one.complain(mistake)
  const wrong = wrongNames(one, uses, course)
  if (!task.sound) return
  checkValues({
    ...{ play, task, hosts, uses, variables, about, registers: registers.keys(), filesMayCome, wrong, told },
    complain: one.complain,
    claim: (what) => claimed(what, one),
  })
}

/** Complains of names that nothing defines. */
const wrongNames = (
  { play, task, hosts, others, complain }: OneTask,
  uses: readonly Use[],
  course: Course,
): WrongNames => {
  const { inventory, extraVars } = course.about
  const own = { play, task, hosts, inventory, extraVars, others, guarded: guardedBy(task) }
  const everywhere = new Set<string>()
  const byHost = new Map<string, Set<string>>()
  for (const use of uses) {
    const wrong = wrongUse(use, { ...own, registers: withOwn(course, task, hosts, use) } satisfies Sights)
    if (wrong === null) continue
    const { on, ...mistake } = wrong
    const [name = ''] = use.path
    complain(mistake)
    if (on === undefined) everywhere.add(name)
    for (const host of on ?? []) byHost.set(host, (byHost.get(host) ?? new Set()).add(name))
  }
  return { everywhere, byHost }
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

const claimed = (what: string, { task, claims, complain }: OneTask): void => {
  const before = claims.get(what)
  if (before !== undefined && before !== task) {
    const message = `two tasks of the play claim ${what}: the other is at ${place(before.moduleAt)}`
    complain({ message, at: task.moduleAt })
  }
  if (before === undefined) claims.set(what, task)
}

/** The same playbooks, whose plays also ask for the facts that variables of the inventory and of -e mention. */
export const withFactsOfVariables = (
  playbooks: readonly Playbook[],
  about: Pick<CheckAbout, 'inventory' | 'extraVars'>,
): readonly Playbook[] => {
  const variables = variablesOfInventory(about.inventory)
  return playbooks.map((playbook) => ({
    ...playbook,
    plays: playbook.plays.map((play) => {
      const uses = [...play.tasks, ...play.handlers].flatMap((task) =>
        allUses(templatesOf(task), { play, task, extraVars: about.extraVars, variables }, () => {}),
      )
      return { ...play, mentionedFacts: [...new Set([...play.mentionedFacts, ...factsOf(uses)])] }
    }),
  }))
}
