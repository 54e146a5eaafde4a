import type { Source } from './control.ts'
import type { Mistake } from './errors.ts'
import type { Later } from './later.ts'
import type { Look, Touch } from './look.ts'
import type { Static, TSchema } from './schema.ts'
import type { PathState } from './state.ts'

/** The record of a module: each field of its schema may be null (looked, not there), LATER, or left out (not managed). */
export type Facts<State extends TSchema> = {
  readonly [Field in keyof Static<State>]?: Static<State>[Field] | null | Later
} & {
  readonly files?: Readonly<Record<string, PathState>>
  readonly notes?: readonly string[]
  /** where the values found are set */
  readonly source?: readonly Source[]
}

/** What a module's own review of its parameters finds wrong; `param` says where to point. */
export interface Complaint extends Omit<Mistake, 'at'> {
  readonly param?: string
}

/** What is known of a task beside its parameters. */
export interface AboutTask {
  /** the parameters whose value comes from the task's loop */
  readonly looped: ReadonlySet<string>
}

/**
 * A module says what is and what should be; the engine does the rest. `probe` looks, `plan` decides (pure: from the
 * record found to the record wanted), the engine writes the wanted files, `apply` does what is not a file.
 */
export interface Module<Params extends TSchema = TSchema, State extends TSchema = TSchema> {
  /** as written in the playbook */
  readonly name: string
  /** the wanted world, as a statement: "an SELinux boolean is on or off" */
  readonly summary: string
  /** a task of a playbook, in YAML, that `keyward modules NAME` prints and a test validates */
  readonly example: string
  readonly params: Params
  /** names every field that diffs show and `register` may be asked for; `files`, `notes` and `source` need no mention */
  readonly state: State
  /** the fields that an auditor is shown, `files` among them where files are; left out: all */
  readonly evidence?: readonly string[]
  /** looks; may end with missing, skip or refuse */
  probe(on: Look, params: Static<Params>): Promise<Facts<State>>
  /** decides; pure, and without a look at `source`: hosts that were found the same share what it gives; may end with refuse */
  plan(params: Static<Params>, now: Facts<State>): Facts<State>
  /** does what is not a file; gives what only it could learn */
  apply?(
    on: Touch,
    wanted: Facts<State>,
    params: Static<Params>,
    now: Facts<State>,
  ): Promise<Partial<Facts<State>> | undefined>
  /** says whether these parameters ask for something that has no state to judge */
  isAct?(params: Static<Params>): boolean
  /** as a handler it is looked at at every flush, notified or not */
  readonly standing?: true
  /** it is judged from the control node alone: nothing is asked of the host by a shell */
  readonly outside?: true
  /** says whether the texts of its files alone decide what is wanted of them: what else it found only tells */
  byText?(params: Static<Params>): boolean
  /** what no schema can say about the parameters; pure, before the first connection where they are known by then */
  review?(params: Static<Params>, about: AboutTask): readonly Complaint[]
  /** what only one task of a play may claim ("the keys of alice, exclusively"), or null */
  sole?(params: Static<Params>): string | null
}

/** Types a module by its schemas. */
export const defineModule = <Params extends TSchema, State extends TSchema>(
  module: Module<Params, State>,
): Module<Params, State> => module
