import { type Flag, flags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** One command of the table: loaded only when it is the one that was typed. */
export interface CommandEntry {
  readonly name: string
  /** in commander's notation: `<playbook...>`, `[name]` */
  readonly takes: string
  readonly summary: string
  readonly flags: readonly Flag[]
  readonly run: (words: Words, around: Surroundings) => Promise<number>
}

/** What was typed behind the command's name; the flags are as its table describes them. */
export interface Words {
  readonly args: readonly string[]
  readonly flags: unknown
}

/** The commands that there are. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    takes: '<playbook...>',
    summary: 'converge the hosts',
    flags: flags.run,
    run: async (words, around) => (await import('./run.ts')).run('run', words, around),
  },
  {
    name: 'check',
    takes: '<playbook...>',
    summary: 'dry run: show what a run would change, and touch nothing',
    flags: flags.run,
    run: async (words, around) => (await import('./run.ts')).run('check', words, around),
  },
  {
    name: 'audit',
    takes: '<playbook...>',
    summary: 'dry run that is kept in the history and compared with the last audit',
    flags: flags.audit,
    run: async (words, around) => (await import('./run.ts')).run('audit', words, around),
  },
  {
    name: 'validate',
    takes: '<playbook...>',
    summary: 'look for mistakes in playbooks and inventory, without a connection',
    flags: flags.validate,
    run: async (words, around) => (await import('./validate.ts')).validate(words, around),
  },
  {
    name: 'inventory',
    takes: '',
    summary: 'hosts, groups, variables and where each value comes from',
    flags: flags.inventory,
    run: async (words, around) => (await import('./inventory.ts')).inventory(words, around),
  },
  {
    name: 'modules',
    takes: '[name]',
    summary: "the modules, or one's parameters and example",
    flags: flags.plain,
    run: async (words, around) => (await import('./modules.ts')).modules(words, around),
  },
  {
    name: 'playbooks',
    takes: '[name]',
    summary: "the playbooks that come along, or one's text",
    flags: flags.plain,
    run: async (words, around) => (await import('./playbooks.ts')).playbooks(words, around),
  },
  {
    name: 'trust',
    takes: '',
    summary: 'show unknown host keys, ask, and write them to ~/.ssh/known_hosts',
    flags: flags.trust,
    run: async (words, around) => (await import('./trust.ts')).trust(words, around),
  },
  {
    name: 'history',
    takes: '[run]',
    summary: 'the runs that are kept, or one of them; "verify": whether the chain holds; "prune": drop old ones',
    flags: flags.history,
    run: async (words, around) => (await import('./history.ts')).history(words, around),
  },
  {
    name: 'drift',
    takes: '<run> <run>',
    summary: 'what differs between two runs that are kept',
    flags: flags.drift,
    run: async (words, around) => (await import('./drift.ts')).drift(words, around),
  },
  {
    name: 'report',
    takes: '[run]',
    summary: 'a run that is kept, or a JSON document of one, as HTML, JUnit or JSON (default: the latest)',
    flags: flags.report,
    run: async (words, around) => (await import('./report.ts')).report(words, around),
  },
  {
    name: 'schedule',
    takes: '<action> <file>',
    summary: 'tick, daemon, preview, list or install the schedules of a file',
    flags: flags.schedule,
    run: async (words, around) => (await import('./schedule.ts')).schedule(words, around),
  },
]
