import { type Mistake, UserError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import { Waiting } from '../contract/signals.ts'
import { flagOf } from '../yaml/flag.ts'
import { needlessJudgements } from './acts.ts'
import { givenOf, itemLabel, loopedParams, loopItems } from './bind.ts'
import { NoFile } from './control-file.ts'
import { checkParams } from './params.ts'
import type { Become, Scope, Task, Template } from './shape.ts'
import { contains, isLater, wordsFor } from './values.ts'

/** What checking the values of one task on one host needs. */
export interface TaskCheck {
  readonly task: Task
  /** those of the play and of the task itself */
  readonly become: readonly Become[]
  /** what names mean, for one item of its loop; what only the run can know is LATER */
  scopeOf(item: { readonly value: unknown; readonly index: number } | null): Scope
  /** earlier tasks may make files on the control node: one that is not there is not known to be a mistake */
  readonly filesMayCome: boolean
  isHost(name: string): boolean
  /** what is said to a name that is no host */
  hintForHost(name: string): { readonly hint?: string }
  complain(mistake: Mistake): void
  /** what the task claims for itself alone */
  claim(what: string): void
}

/** Evaluates what is known of a task before the run, and holds it against its module's schema. */
export const checkTask = (check: TaskCheck): void => {
  const { task } = check
  if (task.loop === null) {
    checkItem(check, check.scopeOf(null))
    return
  }
  const items = attempt(check, () => loopItems(task, check.scopeOf({ value: LATER, index: 0 })))
  // where there is no telling what the items are, the rest is looked at all the same
  const known = items === OPEN || items === WRONG ? [LATER] : items
  for (const [index, value] of known.entries()) checkItem(check, check.scopeOf({ value, index }))
}

const OPEN = Symbol('known after the run')
const WRONG = Symbol('wrong')

const attempt = <Value>(check: TaskCheck, compute: () => Value): Value | typeof OPEN | typeof WRONG => {
  try {
    return compute()
  } catch (error) {
    if (error instanceof NoFile) {
      if (check.filesMayCome) return OPEN
      check.complain({ message: error.message, at: error.at })
      return WRONG
    }
    if (error instanceof Waiting) return OPEN
    if (!(error instanceof UserError)) throw error
    for (const mistake of error.mistakes) check.complain(mistake)
    return WRONG
  }
}

const checkItem = (check: TaskCheck, scope: Scope): void => {
  const { task } = check
  let certain = true
  for (const condition of task.when) {
    const holds = attempt(check, () => condition.evaluate(scope))
    if (holds === false) return
    if (holds === OPEN || holds === WRONG) certain = false
  }
  if (task.loop !== null) attempt(check, () => itemLabel(task, scope))
  checkDelegate(check, scope)
  for (const become of check.become) checkBecome(become, check, scope)
  checkValues(check, scope, certain)
}

const checkDelegate = (check: TaskCheck, scope: Scope): void => {
  const template = check.task.delegateTo
  if (template === null) return
  const host = attempt(check, () => template.evaluate(scope))
  if (typeof host === 'symbol' || (typeof host === 'string' && check.isHost(host))) return
  const name = String(host)
  check.complain({ message: `delegate_to: there is no host "${name}"`, at: template.at, ...check.hintForHost(name) })
}

const checkBecome = ({ become, user }: Become, check: TaskCheck, scope: Scope): void => {
  if (user !== undefined) attempt(check, () => user.evaluate(scope))
  if (typeof become !== 'object') return
  const value = attempt(check, () => become.evaluate(scope))
  if (typeof value === 'symbol' || flagOf(value) !== undefined) return
  check.complain({ message: `"become" is yes or no, not ${wordsFor(value)}`, at: become.at })
}

const checkValues = (check: TaskCheck, scope: Scope, certain: boolean): void => {
  const { task } = check
  const values = new Map<string, unknown>()
  const open = new Set<string>()
  let wrong = false
  for (const [name, template] of task.params) {
    const value = attempt(check, () => evaluated(template, scope))
    if (value === OPEN || value === WRONG) open.add(name)
    else values.set(name, value)
    wrong ||= value === WRONG
  }
  const checked = checkParams(task.module, givenOf(task, values, open), { looped: loopedParams(task) })
  const mistakes = [...checked.mistakes, ...needlessJudgements(task, checked)]
  for (const mistake of mistakes) check.complain(mistake)
  if (wrong || mistakes.length > 0 || open.size > 0 || !certain) return
  const claim = task.module.sole?.(checked.params as never) ?? null
  if (claim !== null) check.claim(claim)
}

const evaluated = (template: Template, scope: Scope): unknown => {
  const value = template.evaluate(scope)
  if (contains(value, isLater)) throw new Waiting('a part of it is known after the run')
  return value
}
