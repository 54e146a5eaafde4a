import { HostError, UserError } from '../contract/errors.ts'
import { Waiting } from '../contract/signals.ts'
import { bindParams, evaluateConditions } from '../playbook/bind.ts'
import type { Scope, Task } from '../playbook/shape.ts'
import { askBehind, itemsOf, type LoopItem, type Place } from './ask-ahead.ts'
import { type HostRun, scopeOf } from './host-run.ts'
import { powerOf } from './power.ts'
import { itemTitle, titleOf } from './result.ts'
import type { Follower, Statement } from './statement.ts'

/** What a statement is about, beside its task. */
export interface AboutStatement extends Omit<Place, 'task'> {
  readonly label: string | null
  readonly target: string
}

/** States a task for one host. */
export const statementOf = async (
  run: HostRun,
  task: Task,
  scope: Scope,
  about: AboutStatement,
): Promise<Statement> => {
  const { label, next, index, target } = about
  const params = bindParams(task, scope)
  const machine = await run.machines.open(target, run.play)
  const control = await run.machines.control()
  const power = powerOf(run, task, target, scope)
  const settled = run.settled.take(task, index)
  const changed = run.settled.begun(task, index)
  return {
    task: task.name,
    module: task.module,
    params,
    machine,
    control,
    power,
    hidden: task.noLog,
    harmless: isHarmless(task, scope),
    waive: waiverOf(run, task, label),
    ...(task.delegateTo === null
      ? {
          meanwhile: () => askBehind(run, machine, { task, index, next }),
          seen: () => run.seen.take({ task, index, params, power }),
        }
      : {}),
    ...(settled === null ? {} : { settled }),
    ...(changed === null ? {} : { changed }),
    begun: (changes) => run.settled.begin(task, index, changes),
    ...(hasCompany(run, task) ? { followers: () => followersOf(run, { task, index, next }) } : {}),
  }
}

const MOST_FOLLOWERS = 19

/** What comes behind one, in its order; ends where that is not known yet. */
function* behindOf(run: HostRun, { task, index, next }: Place): Iterable<Place & { readonly item: LoopItem | null }> {
  for (const item of itemsOf(run, task).slice(index + 1)) yield { task, index: item?.index ?? 0, item, next }
  for (const [place, other] of next.entries()) {
    const behind = next.slice(place + 1)
    for (const item of itemsOf(run, other)) yield { task: other, index: item?.index ?? 0, item, next: behind }
  }
}

/** The tasks behind one that may be converged with it. */
const followersOf = async (run: HostRun, place: Place): Promise<readonly Follower[]> => {
  const followers: Follower[] = []
  try {
    for (const { task, index, item, next } of behindOf(run, place)) {
      if (!hasCompany(run, task) || mayTurn(run, task)) break
      const scope = scopeOf(run, task, item)
      // passed over, as it will be at its turn
      if (!evaluateConditions(task.when, scope)) continue
      const statement = await statementOf(run, task, scope, { label: null, next, index, target: run.host })
      followers.push({ statement, settle: (ending) => run.settled.put(task, index, ending) })
      if (followers.length === MOST_FOLLOWERS) break
    }
  } catch (error) {
    // not known yet: it counts at the task's turn
    if (!(error instanceof Waiting || error instanceof UserError || error instanceof HostError)) throw error
  }
  return followers
}

/** Says whether a task is plain enough to be converged with its neighbours: nothing but files, and nothing said about its end. */
const hasCompany = ({ mode, parts }: HostRun, task: Task): boolean =>
  mode === 'run' &&
  parts.step === null &&
  parts.waive === null &&
  task.module.apply === undefined &&
  task.module.isAct === undefined &&
  task.checkMode === null &&
  [task.delegateTo, task.register, task.changedWhen, task.failedWhen].every((one) => one === null) &&
  ![task.flush, task.runOnce, task.noLog, task.ignoreErrors].includes(true)

/** Says whether its conditions or its loop may turn out otherwise at its turn: what is registered until then has a say in them. */
const mayTurn = ({ tasks }: HostRun, { when, loop }: Task): boolean =>
  [...when, ...(loop === null ? [] : [loop])].some(({ mentions }) =>
    mentions.some((path) => {
      const [name] = path.split('.')
      return name === 'hostvars' || tasks.some(({ register }) => register === name)
    }),
  )

const waiverOf = (run: HostRun, task: Task, item: string | null): Statement['waive'] => {
  const { waive } = run.parts
  if (waive === null) return null
  const { name: written, control, noLog: hidden } = task
  const about = { host: run.host, task: titleOf(run, task), written, control, item: itemTitle(task, item), hidden }
  return (changes) => waive({ ...about, changes })
}

const isHarmless = (task: Task, scope: Scope): boolean =>
  task.changedWhen !== null &&
  task.changedWhen.every((condition) => condition.mentions.length === 0) &&
  !evaluateConditions(task.changedWhen, scope)
