import type { Machine } from '../contract/machine.ts'
import type { Play } from '../playbook/shape.ts'
import { Lock } from './lock.ts'
import type { Parts } from './parts.ts'

/** The machines of a run: each is opened once, when it is first needed, and worked on by one task at a time. */
export interface Machines {
  /**
   * the machine of a host of the inventory, or of the control node
   *
   * @param first whose powers are needed first; null: the login user's, or not known
   */
  open(host: string, play: Play, first?: string | null): Promise<Machine>
  control(): Promise<Machine>
  /** has these machines to itself while the work is done; they are taken in the order given */
  alone<Result>(machines: readonly Machine[], work: () => Promise<Result>): Promise<Result>
  /** closes every machine and says what went over the wire */
  close(): Promise<void>
}

/** The name under which the control node is opened. */
export const CONTROL_NODE = 'localhost'

/** Gives the machines of one run. */
export const machinesOf = (parts: Parts): Machines => {
  const opened = new Map<string, Promise<Machine>>()
  const locks = new Map<Machine, Lock>()
  const byName = (name: string, first: string | null): Promise<Machine> => {
    const known = opened.get(name)
    if (known !== undefined) return known
    const machine = parts.connect(name, first)
    opened.set(name, machine)
    return machine
  }
  const lockOf = (machine: Machine): Lock => {
    const lock = locks.get(machine) ?? new Lock()
    locks.set(machine, lock)
    return lock
  }
  const alone = async <Result>(machines: readonly Machine[], work: () => Promise<Result>): Promise<Result> => {
    const [first, ...rest] = machines
    return first === undefined ? await work() : await lockOf(first).alone(() => alone(rest, work))
  }
  return {
    open: async (host, play, first = null) => await byName(parts.reach(host, play).machine, first),
    control: () => byName(CONTROL_NODE, null),
    alone,
    close: async () => {
      await Promise.all(
        [...opened].map(async ([name, opening]) => {
          const machine = await opening.catch(() => null)
          if (machine === null) return
          parts.tell({ kind: 'machine closed', machine: name, counters: machine.counters() })
          await machine.close()
        }),
      )
    },
  }
}
