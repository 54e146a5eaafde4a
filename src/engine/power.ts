import { UserError } from '../contract/errors.ts'
import type { Become, Scope, Task } from '../playbook/shape.ts'
import type { HostRun } from './host-run.ts'

/** Whose powers a task has on a host: null for the login user's own. Connection variables beat keywords, those beat flags. */
export const powerOf = (run: HostRun, task: Task, host: string, scope: Scope): string | null => {
  const reach = run.parts.reach(host, run.play)
  const { become: flag } = run.parts
  const become = reach.become ?? wanted(task.become, scope) ?? wanted(run.play.become, scope) ?? flag.become
  if (!become) return null
  return reach.becomeUser ?? userOf(task.become, scope) ?? userOf(run.play.become, scope) ?? flag.user ?? 'root'
}

const wanted = ({ become }: Become, scope: Scope): boolean | undefined => {
  if (become === undefined || typeof become === 'boolean') return become
  const value = become.evaluate(scope)
  if (typeof value === 'boolean') return value
  const word = String(value).toLowerCase()
  if (['yes', 'on', 'true', '1'].includes(word)) return true
  if (['no', 'off', 'false', '0'].includes(word)) return false
  throw new UserError(`become is yes or no, not "${word}"`, { at: become.at })
}

const userOf = ({ user }: Become, scope: Scope): string | undefined =>
  user === undefined ? undefined : String(user.evaluate(scope))
