import { FACTS } from './names.ts'
import type { Play, Task, Template, Use } from './shape.ts'

/** Every template of a task. */
export const templatesOf = (task: Task): readonly Template[] =>
  [
    ...task.params.values(),
    ...task.when,
    task.loop,
    task.loopLabel,
    task.title,
    task.delegateTo,
    ...task.vars.values(),
    ...becomeTemplates(task.become),
    ...(task.changedWhen ?? []),
    ...(task.failedWhen ?? []),
  ].filter((template) => template !== null)

/** The templates of `become` and `become_user`. */
export const becomeTemplates = ({ become, user }: Play['become']): readonly Template[] => [
  ...(typeof become === 'object' ? [become] : []),
  ...(user === undefined ? [] : [user]),
]

/** The facts that a play's own templates mention; `facts` alone means all of them. */
export const factsIn = (play: Play): readonly string[] => {
  const templates = [
    ...play.vars.values(),
    ...play.fileVars.values(),
    ...becomeTemplates(play.become),
    ...[...play.tasks, ...play.handlers].flatMap(templatesOf),
  ]
  return factsOf(templates.flatMap(({ uses }) => uses))
}

/** The facts among mentioned names. */
export const factsOf = (uses: readonly Use[]): readonly string[] => {
  const mentioned = uses
    .filter(({ path }) => path[0] === 'facts')
    .flatMap(({ path }) => {
      const wanted = path.slice(1).join('.')
      return FACTS.filter((fact) => wanted === '' || fact === wanted || fact.startsWith(`${wanted}.`))
    })
  return FACTS.filter((fact) => mentioned.includes(fact))
}
