import type { Waive } from '../contract/control.ts'
import type { Look } from '../contract/look.ts'
import type { Machine } from '../contract/machine.ts'
import type { Inventory } from '../inventory/shape.ts'
import type { Play, Playbook, Task } from '../playbook/shape.ts'
import type { Mode, Report, Tell } from './event.ts'
import type { Kept } from './kept.ts'

/** How a host is reached and with whose powers, as its connection variables and the flags say. */
export interface Reach {
  /** the machine that it is: two names of the control node are one machine */
  readonly machine: string
  readonly local: boolean
  /** `ansible_become`: wins over the playbook's keyword; null where it is not set */
  readonly become: boolean | null
  readonly becomeUser: string | null
  /** the login user */
  readonly user: string
}

/** The first request to end starts no new task, the second ends at once. */
export interface Interrupt {
  readonly requested: boolean
  /** resolves at the second request */
  readonly now: Promise<void>
}

/** Everything that a run is handed: the engine itself knows no SSH, no clock and no screen. */
export interface Parts {
  readonly mode: Mode
  readonly playbooks: readonly Playbook[]
  readonly inventory: Inventory
  /** the hosts of a play after `--limit`, in inventory order; `localhost` may be among them */
  hostsOf(play: Play): readonly string[]
  /** the tasks of a play that `--tags` and its kin choose */
  tasksOf(play: Play): readonly Task[]
  /** says whether tags choose a handler: a standing one is looked at unasked only then */
  isChosen(handler: Task): boolean
  /** how a host is reached in a play */
  reach(host: string, play: Play): Reach
  /**
   * opens the connection to a machine; the engine asks once for each
   *
   * @param first whose powers are needed first; null: the login user's, or not known
   */
  connect(machine: string, first: string | null): Promise<Machine>
  /** reads the facts that a play mentions */
  gatherFacts(look: Look, mentioned: readonly string[]): Promise<Readonly<Record<string, unknown>>>
  readonly extraVars: Readonly<Record<string, unknown>>
  /** `-b` and `--become-user`: what holds where neither variables nor keywords say otherwise */
  readonly become: { readonly become: boolean; readonly user: string | null }
  /** hosts worked on at a time */
  readonly forks: number
  readonly interrupt: Interrupt
  /** asked before each task with `--step` */
  readonly step: ((host: string, task: string) => Promise<boolean>) | null
  /** who answers for a finding; null: nobody */
  readonly waive: Waive | null
  /** keeps the account of the run before it is told, and gives null where it could not; null: it is not to be kept */
  readonly keep: ((report: Report) => Promise<Kept | null>) | null
  readonly clock: () => Date
  readonly tell: Tell
}
