import type { Task } from '../playbook/shape.ts'
import type { HostRun } from './host-run.ts'
import { runTask, type TaskEnd } from './task.ts'

/** The `run_once` tasks of one batch: the first host still in it runs each, the others wait for its outcome. */
export interface RunOnce {
  /** runs the task on the first host still in the batch; every host gets its outcome and its register */
  alone(run: HostRun, task: Task): Promise<{ readonly end: TaskEnd; readonly here: boolean }>
  /** a host has left the batch */
  left(host: string): void
}

interface Turn {
  readonly waiting: Map<string, (chosen: boolean) => void>
  readonly end: Promise<{ readonly end: TaskEnd; readonly register: unknown }>
  settle(end: TaskEnd, register: unknown): void
  runner: string | null
  done: boolean
}

/** Gives the `run_once` meeting points of a batch of hosts, in inventory order. */
export const runOnceOf = (hosts: readonly string[]): RunOnce => {
  const inBatch = new Set(hosts)
  const turns = new Map<Task, Turn>()
  const turnOf = (task: Task): Turn => {
    const known = turns.get(task) ?? newTurn()
    turns.set(task, known)
    return known
  }
  const choose = (turn: Turn): void => {
    if (turn.runner !== null || turn.done) return
    const first = hosts.find((host) => inBatch.has(host))
    if (first === undefined || !turn.waiting.has(first)) return
    turn.runner = first
    for (const [host, tellChosen] of turn.waiting) tellChosen(host === first)
  }
  return {
    left: (host) => {
      inBatch.delete(host)
      for (const turn of turns.values()) choose(turn)
    },
    alone: async (run, task) => {
      const turn = turnOf(task)
      const chosen = turn.done || turn.runner !== null ? false : await waitFor(turn, run.host, choose)
      if (!chosen) {
        const { end, register } = await turn.end
        if (task.register !== null) run.registers.set(task.register, register)
        return { end, here: false }
      }
      const end = await runTask(run, task).catch((error: unknown) => {
        turn.settle({ status: 'failed', fatal: true, changed: false }, undefined)
        throw error
      })
      turn.done = true
      turn.settle(end, task.register === null ? undefined : run.registers.get(task.register))
      return { end, here: true }
    },
  }
}

const waitFor = (turn: Turn, host: string, choose: (turn: Turn) => void): Promise<boolean> =>
  new Promise((resolve) => {
    turn.waiting.set(host, resolve)
    choose(turn)
  })

const newTurn = (): Turn => {
  let settle: Turn['settle'] = () => {}
  const end = new Promise<{ readonly end: TaskEnd; readonly register: unknown }>((resolve) => {
    settle = (taskEnd, register) => resolve({ end: taskEnd, register })
  })
  return { waiting: new Map(), end, settle, runner: null, done: false }
}
