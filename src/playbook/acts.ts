import type { Mistake } from '../contract/errors.ts'
import type { Module } from '../contract/module.ts'
import { everyAnswer } from './every-answer.ts'
import type { Fields } from './fields.ts'
import type { CheckedParams } from './params.ts'
import type { Task } from './shape.ts'
import type { TemplateContext } from './template.ts'

const HINT = 'it is changed exactly when something differs, and failed when it cannot be brought about'

/** Reads `changed_when` and `failed_when`, which belong to acts only. */
export const judgementsOf = (
  fields: Fields,
  module: Module | null,
  context: TemplateContext,
): Pick<Task, 'changedWhen' | 'failedWhen'> => {
  for (const key of ['changed_when', 'failed_when']) {
    const entry = fields.entry(key)
    if (entry === undefined || module === null || module.isAct !== undefined) continue
    const message = `"${key}" is for acts such as command; ${module.name} judges itself`
    context.complain({ message, at: entry.at, hint: HINT })
  }
  return {
    changedWhen: fields.has('changed_when') ? fields.conditions('changed_when') : null,
    failedWhen: fields.has('failed_when') ? fields.conditions('failed_when') : null,
  }
}

/** Complains of `changed_when` and `failed_when` where the parameters ask for something that has a state to judge. */
export const needlessJudgements = (
  { module, changedWhen, failedWhen, moduleAt }: Task,
  { params, unknowns }: Pick<CheckedParams, 'params' | 'unknowns'>,
): readonly Mistake[] => {
  if (module.isAct === undefined || (changedWhen === null && failedWhen === null)) return []
  const answers = everyAnswer((asked) => module.isAct?.(asked as never), params, unknowns)
  if (answers === null || answers.some((isAct) => isAct !== false)) return []
  const judgements = [...Object.entries({ changed_when: changedWhen, failed_when: failedWhen })]
  return judgements.flatMap(([key, conditions]) => {
    if (conditions === null) return []
    const message = `"${key}" is for acts: with these parameters ${module.name} judges itself`
    return [{ message, at: conditions[0]?.at ?? moduleAt, hint: HINT }]
  })
}
