/** One flag as the command line and its help know it. */
export interface Flag {
  /** in commander's notation: `-i, --inventory <path>` */
  readonly form: string
  readonly help: string
  /** given more than once, the values add up; `-v` is counted */
  readonly many?: 'list' | 'count'
  readonly choices?: readonly string[]
  readonly default?: string | number
  /** a whole number of at least this */
  readonly atLeast?: number
  /** works, and is not in the help */
  readonly hidden?: true
}

/** What the flags of a run say. */
export interface RunFlags {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: true
  readonly diff?: boolean
  readonly extraVars: readonly string[]
  readonly forks: number
  readonly user?: string
  readonly become?: true
  readonly becomeUser?: string
  readonly askPass?: true
  readonly askBecomePass?: true
  readonly privateKey?: string
  readonly keyFile?: string
  readonly verbose: number
  readonly listHosts?: true
  readonly listTasks?: true
  readonly listTags?: true
  readonly startAtTask?: string
  readonly step?: true
  readonly syntaxCheck?: true
  readonly timeout: number
  readonly hostKey: 'strict' | 'accept-new'
  readonly output?: OutputKind
  readonly color: boolean
  /** an audit is always kept */
  readonly history?: true
  readonly historyFile?: string
  readonly keepRuns: number
  readonly keepDays: number
  readonly waivers?: string
  /** the schedule and the slot (ISO 8601, in UTC) that it is run for: what the scheduler hands on */
  readonly schedule?: string
  readonly slot?: string
}

/** The ways to tell of a run. */
export const OUTPUTS = ['tree', 'lines', 'json', 'ndjson', 'junit'] as const
export type OutputKind = (typeof OUTPUTS)[number]

const inventory: Flag = {
  form: '-i, --inventory <path>',
  help: 'inventory file or directory; may be given more than once',
  many: 'list',
}
const limit: Flag = { form: '-l, --limit <pattern>', help: 'only these hosts: names, groups, globs, a:b, !c, &d' }
const verbose: Flag = {
  form: '-v, --verbose',
  help: 'tell more: what is as wanted too; -vv: round trips',
  many: 'count',
}
const noColor: Flag = { form: '--no-color', help: 'no colours' }
const extraVars: Flag = {
  form: '-e, --extra-vars <vars>',
  help: 'variables that win over all others: key=value, JSON or YAML, or @file',
  many: 'list',
}
const tags: Flag = { form: '-t, --tags <tags>', help: 'only tasks with one of these tags', many: 'list' }
const skipTags: Flag = { form: '--skip-tags <tags>', help: 'no tasks with one of these tags', many: 'list' }
const json: Flag = { form: '--output <kind>', help: 'text or json', choices: ['text', 'json'], default: 'text' }
const historyFile: Flag = {
  form: '--history-file <file>',
  help: 'the history: where runs are kept (default: ~/.local/state/keyward/history.db)',
}
const timeout: Flag = {
  form: '-T, --timeout <seconds>',
  help: 'how long a connection may take',
  default: 10,
  atLeast: 1,
}
const login: readonly Flag[] = [
  { form: '-u, --user <name>', help: 'log in as this user, where the inventory names none' },
  { form: '--private-key <file>', help: 'log in with this key, where the inventory names none' },
  { form: '--key-file <file>', help: 'the same', hidden: true },
]

const run: readonly Flag[] = [
  inventory,
  limit,
  tags,
  skipTags,
  { form: '-C, --check', help: 'a dry run: the same as keyward check' },
  { form: '-D, --diff', help: 'show what changes, line by line (check always does)' },
  { form: '--no-diff', help: 'do not show it' },
  extraVars,
  { form: '-f, --forks <number>', help: 'hosts worked on at a time', default: 25, atLeast: 1 },
  ...login,
  { form: '-k, --ask-pass', help: 'ask for the login password' },
  { form: '-b, --become', help: 'work as root, where neither playbook nor inventory says otherwise' },
  { form: '--become-user <name>', help: 'work as this user instead of root' },
  { form: '-K, --ask-become-pass', help: 'ask for the password that sudo wants' },
  {
    form: '--host-key <how>',
    help: 'accept-new: trust hosts seen for the first time',
    choices: ['strict', 'accept-new'],
    default: 'strict',
  },
  timeout,
  { form: '--start-at-task <name>', help: 'leave out the tasks before this one' },
  { form: '--step', help: 'ask before each task' },
  { form: '--list-hosts', help: 'only list the hosts' },
  { form: '--list-tasks', help: 'only list the tasks' },
  { form: '--list-tags', help: 'only list the tags' },
  { form: '--syntax-check', help: 'the same as keyward validate' },
  {
    form: '--output <kind>',
    help: 'tree on a terminal, lines, one json document, ndjson: an event a line, junit: XML for CI',
    choices: [...OUTPUTS],
  },
  {
    form: '--waivers <file>',
    help: 'findings that somebody answers for until a day: shown as waived, and no drift',
  },
  historyFile,
  { form: '--keep-runs <number>', help: 'runs of these playbooks and this inventory kept', default: 400, atLeast: 1 },
  { form: '--keep-days <number>', help: 'days that they are kept', default: 730, atLeast: 1 },
  { form: '--schedule <name>', help: 'the schedule that it is run for', hidden: true },
  { form: '--slot <time>', help: 'the slot that it is run for', hidden: true },
  noColor,
  verbose,
]

const keepIt: Flag = { form: '--history', help: 'keep this run in the history, as keyward audit does' }

/** The flags of each command that has any. */
export const flags = {
  run: [...run, keepIt],
  audit: run,
  validate: [inventory, limit, tags, skipTags, extraVars, json, noColor],
  inventory: [inventory, limit, extraVars, json, noColor],
  trust: [
    inventory,
    limit,
    { form: '-y, --yes', help: 'trust them without a question' },
    { form: '-f, --forks <number>', help: 'hosts asked at a time', default: 25, atLeast: 1 },
    timeout,
    noColor,
  ],
  history: [
    historyFile,
    { form: '--head <hash>', help: 'verify: the head hash that a report printed must be in the chain' },
    { form: '--slots', help: 'the slots of schedules, also those that did not run, and why' },
    { form: '--keep-runs <number>', help: 'prune: runs kept of each playbook and inventory', default: 400, atLeast: 1 },
    { form: '--keep-days <number>', help: 'prune: days that they are kept', default: 730, atLeast: 1 },
    json,
    noColor,
  ],
  drift: [historyFile, json, noColor],
  report: [
    historyFile,
    { form: '--format <kind>', help: 'html, junit or json', choices: ['html', 'junit', 'json'], default: 'html' },
    { form: '--to <file>', help: 'where it is written; else to the standard output' },
    noColor,
  ],
  schedule: [
    historyFile,
    { form: '--from <time>', help: 'preview: the moment from which on, ISO 8601 (default: now)' },
    { form: '--next <number>', help: 'preview: how many slots', default: 20, atLeast: 1 },
    { form: '--print', help: 'install: print what would be written, and write nothing' },
    { form: '--user', help: 'install: a timer of the user, not of the system' },
    json,
    noColor,
  ],
  plain: [noColor],
} as const satisfies Record<string, readonly Flag[]>

/** What the flags of the commands on the history say. */
export interface HistoryFlags {
  readonly historyFile?: string
  readonly head?: string
  readonly slots?: true
  readonly keepRuns: number
  readonly keepDays: number
  readonly format: 'html' | 'junit' | 'json'
  readonly to?: string
  readonly output: 'text' | 'json'
  readonly color: boolean
}

/** What the flags of `keyward schedule` say. */
export interface ScheduleFlags {
  readonly historyFile?: string
  readonly from?: string
  readonly next: number
  readonly print?: true
  readonly user?: true
  readonly output: 'text' | 'json'
  readonly color: boolean
}

/** Flags that Ansible has and we do not, with what to say of each. */
export const foreignFlags: Readonly<Record<string, string>> = {
  '--vault-password-file': 'vaults are not there yet',
  '--vault-pass-file': 'vaults are not there yet',
  '--vault-id': 'vaults are not there yet',
  '--ask-vault-pass': 'vaults are not there yet',
  '--ask-vault-password': 'vaults are not there yet',
  '-J': 'vaults are not there yet',
  '--force-handlers': 'not there yet; handlers that a failure swallowed: service_reload is looked at in every run',
  '--flush-cache': 'not needed: facts are asked for anew in each run',
  '--become-method': 'not needed: sudo is the one method there is',
  '--module-path': 'not there yet',
  '-M': 'not there yet',
  '-c': 'say "connection: local" in the play, or ansible_connection in the inventory',
  '--connection': 'say "connection: local" in the play, or ansible_connection in the inventory',
  '--ssh-common-args': 'not needed: no ssh program is run',
  '--ssh-extra-args': 'not needed: no ssh program is run',
  '--scp-extra-args': 'not needed: no scp program is run',
  '--sftp-extra-args': 'not needed: no sftp program is run',
  '--connection-password-file': 'not there yet; -k asks on the terminal',
  '--become-password-file': 'not there yet; -K asks on the terminal',
}
