import { HostError, HostKeyError } from '../contract/errors.ts'
import type { Play, Scope, Task } from '../playbook/shape.ts'
import { scopeFor } from '../playbook/variables.ts'
import { firstPower, lookAhead } from './ask-ahead.ts'
import type { HostTrouble, Mode } from './event.ts'
import type { Machines } from './machines.ts'
import type { Parts } from './parts.ts'
import type { Planned } from './planned.ts'
import type { RunOnce } from './run-once.ts'
import type { SeenAhead } from './seen-ahead.ts'
import type { Settled } from './settled.ts'
import { runTask, type TaskEnd } from './task.ts'

/** One host on its way through one play. */
export interface HostRun {
  readonly parts: Parts
  readonly machines: Machines
  readonly mode: Mode
  /** files planned so far, in a dry run */
  readonly planned: Planned | null
  readonly play: Play
  readonly tasks: readonly Task[]
  readonly host: string
  /** kept from play to play */
  readonly registers: Map<string, unknown>
  /** what another host registered so far, for `hostvars` */
  registersOf(host: string): ReadonlyMap<string, unknown> | undefined
  facts: Readonly<Record<string, unknown>>
  /** how tasks ended that were converged with an earlier one, and whose turn is still to come */
  readonly settled: Settled
  /** handlers that were notified and did not run yet */
  readonly notified: Set<Task>
  readonly once: RunOnce
  /** what tasks saw ahead of their turn */
  readonly seen: SeenAhead
  /** says whether the batch goes on: failure limits stop hosts at task boundaries */
  goesOn(): boolean
}

/** How a host left its play. */
export type HostEnd = 'done' | 'failed' | 'unreachable' | 'stopped'

/** Takes one host through the tasks and handlers of a play. */
export const runHost = async (run: HostRun): Promise<HostEnd> => {
  const { parts, host, play } = run
  parts.tell({ kind: 'host connecting', host, playIndex: play.index })
  let end: HostEnd
  try {
    const machine = await run.machines.open(host, play, firstPower(run))
    await lookAhead(run, machine)
    end = await runTasks(run)
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    end = error.unreachable ? 'unreachable' : 'failed'
    tellLost(run, error)
  }
  run.once.left(host)
  return end
}

const tellLost = (run: HostRun, error: HostError): void => {
  const { parts, host, play } = run
  const task = run.tasks[0]
  const message = error.message
  if (task !== undefined) {
    parts.tell({
      kind: 'task ended',
      result: {
        host,
        play: play.name,
        playIndex: play.index,
        task: task.name,
        taskIndex: play.tasks.indexOf(task),
        module: task.module.name,
        status: error.unreachable ? 'unreachable' : 'failed',
        changes: [],
        message: error.hint === undefined ? message : `${message} (${error.hint})`,
        notes: [],
        at: task.at,
        durationMs: 0,
        tags: task.tags,
      },
    })
  }
  parts.tell({ kind: 'host ended', host, playIndex: play.index, unreachable: troubleOf(error) })
}

const troubleOf = (error: HostError): HostTrouble => ({
  message: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint }),
  ...(error instanceof HostKeyError ? { hostKey: error.hostKey } : {}),
})

/** The names that a task's templates see on this host. */
export const scopeOf = (
  run: HostRun,
  task: Task | null,
  item: { readonly value: unknown; readonly index: number } | null,
): Scope =>
  scopeFor({
    play: run.play,
    task,
    host: run.host,
    inventory: run.parts.inventory,
    facts: run.facts,
    registers: run.registers,
    registersOf: run.registersOf,
    extraVars: run.parts.extraVars,
    item,
  })

const runTasks = async (run: HostRun): Promise<HostEnd> => {
  for (const [index, task] of run.tasks.entries()) {
    // what was done already is told, whatever stops the host
    if (run.settled.isEmpty && !mayGoOn(run)) return 'stopped'
    const end = await oneTask(run, task, run.tasks.slice(index + 1))
    if (end !== null) return end
  }
  return (await flush(run)) ?? tellEnd(run, 'done')
}

const mayGoOn = (run: HostRun): boolean => {
  if (!run.parts.interrupt.requested && run.goesOn()) return true
  tellEnd(run, 'stopped')
  return false
}

const oneTask = async (run: HostRun, task: Task, next: readonly Task[]): Promise<HostEnd | null> => {
  if (task.flush) return await flush(run)
  if (run.parts.step !== null && !(await run.parts.step(run.host, task.name))) return null
  const { end, here } = task.runOnce
    ? await run.once.alone(run, task)
    : { end: await runTask(run, task, { next }), here: true }
  if (end.fatal && !here) return tellEnd(run, 'stopped')
  if (end.fatal) return tellEnd(run, end.status === 'unreachable' ? 'unreachable' : 'failed')
  if (end.changed) notify(run, task)
  return null
}

const notify = (run: HostRun, task: Task): void => {
  for (const handler of run.play.handlers) {
    if (task.notify.some((name) => name === handler.name || handler.listen.includes(name))) run.notified.add(handler)
  }
}

/** Runs the handlers that were notified, and looks at the standing ones, in definition order. */
const flush = async (run: HostRun): Promise<HostEnd | null> => {
  // an audit judges what is: that a change which nobody makes would call for a reload is no finding
  const judging: HostRun = run.mode === 'audit' ? { ...run, planned: null } : run
  for (const handler of run.play.handlers) {
    const called = run.notified.delete(handler)
    if (!called && !(handler.module.standing === true && run.parts.isChosen(handler))) continue
    if (!mayGoOn(run)) return 'stopped'
    const end: TaskEnd = await runTask(judging, handler, { handler: true, silentIfMissing: !called })
    if (end.fatal) return tellEnd(run, end.status === 'unreachable' ? 'unreachable' : 'failed')
    if (end.changed) notify(run, handler)
  }
  return null
}

const tellEnd = (run: HostRun, end: HostEnd): HostEnd => {
  run.parts.tell({ kind: 'host ended', host: run.host, playIndex: run.play.index })
  return end
}
