import type { Control } from '../contract/control.ts'
import type { At } from '../contract/errors.ts'
import type { Module } from '../contract/module.ts'

/** A value of a playbook that may hold templates, with its place; compiled once. */
export interface Template {
  readonly at: At
  /** its value for a scope; throws Waiting where it touches LATER, UserError with its place where it cannot be told */
  evaluate(scope: Scope): unknown
  /** the names it mentions, as dotted paths: `facts.os.family`, `made.public_key` */
  readonly mentions: readonly string[]
  /** the same with their places */
  readonly uses: readonly Use[]
  /** the place of a part of its value: of a list's item, of a map's entry */
  placeOf(path: readonly (string | number)[]): At
}

/** One mention of a name in a template. */
export interface Use {
  readonly path: readonly string[]
  readonly at: At
  /** it may be undefined: `default` or `defined` asks */
  readonly optional: boolean
}

/** What names mean for one task on one host. */
export interface Scope {
  /** the value of a top-level name; undefined where nothing defines it; LATER where only the run can know it */
  lookup(name: string): unknown
}

/** `when`: all of its expressions must hold. */
export type Condition = Template

/** How the powers of another user are taken. */
export interface Become {
  readonly become?: boolean | Template
  readonly user?: Template
}

/** What stands in a file that others may import. */
export interface Imported {
  /** the places that import its file, the nearest first */
  readonly importedAt: readonly At[]
}

/** One task or handler of a play. */
export interface Task extends Imported {
  /** as written; its module's name where it has none */
  readonly name: string
  readonly named: boolean
  /** its name, where that holds templates */
  readonly title: Template | null
  readonly at: At
  readonly module: Module
  /** false where a mistake in it was found already: its values are not looked at */
  readonly sound: boolean
  /** the place of the module's key */
  readonly moduleAt: At
  /** parameter name to template, in the order written */
  readonly params: ReadonlyMap<string, Template>
  readonly when: readonly Condition[]
  readonly loop: Template | null
  readonly loopVar: string
  readonly indexVar: string | null
  readonly loopLabel: Template | null
  readonly register: string | null
  /** its own and those of its play */
  readonly tags: readonly string[]
  readonly notify: readonly string[]
  /** of a handler: other names that notify it */
  readonly listen: readonly string[]
  readonly ignoreErrors: boolean
  readonly noLog: boolean
  readonly delegateTo: Template | null
  readonly runOnce: boolean
  readonly vars: ReadonlyMap<string, Template>
  readonly become: Become
  readonly changedWhen: readonly Condition[] | null
  readonly failedWhen: readonly Condition[] | null
  /** `check_mode: false` runs the task for real in a dry run too */
  readonly checkMode: boolean | null
  /** hides the diff of this task where false */
  readonly diff: boolean
  /** what an audit counts it as */
  readonly control: Control | null
  /** the words of `meta: flush_handlers`; such a task has no params */
  readonly flush: boolean
}

/** One play of a playbook. */
export interface Play extends Imported {
  readonly name: string
  readonly at: At
  /** of all plays of the run, from 0 */
  readonly index: number
  readonly hosts: { readonly pattern: string; readonly at: At }
  readonly vars: ReadonlyMap<string, Template>
  /** from vars_files: they win over vars */
  readonly fileVars: ReadonlyMap<string, Template>
  readonly become: Become
  readonly gatherFacts: boolean
  /** batch sizes: numbers, or percentages as written; empty: all hosts at once */
  readonly serial: readonly (number | string)[]
  readonly anyErrorsFatal: boolean
  readonly maxFailPercentage: number | null
  readonly connection: 'ssh' | 'local' | null
  readonly remoteUser: string | null
  readonly tasks: readonly Task[]
  readonly handlers: readonly Task[]
  /** facts that the play mentions, as dotted paths without `facts.`: `os.family` */
  readonly mentionedFacts: readonly string[]
  /** the directory of its playbook */
  readonly directory: string
}

/** Everything a run needs of its playbooks. */
export interface Playbook {
  readonly file: string
  readonly plays: readonly Play[]
}
