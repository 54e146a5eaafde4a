import {
  type Complaint,
  defineModule,
  type Facts,
  field,
  globPaths,
  HostError,
  LATER,
  type Look,
  missing,
  optional,
  param,
  params,
  questions,
  record,
  Secret,
  type Static,
  shellWords,
  type Touch,
} from '../src/module.ts'

const schema = params({
  cmd: optional(
    param.text('the command: words, quoted as in a shell; no shell runs it, so |, > and $ are ordinary characters'),
  ),
  argv: optional(param.list('the command as a list of words, instead of cmd', { minItems: 1 })),
  creates: optional(param.path('a path or a pattern: where something is there, there is nothing to do')),
  removes: optional(param.path('a path or a pattern: where nothing is there, there is nothing to do')),
  unless: optional(
    param.text(
      'a shell command that only looks: where it ends with 0, there is nothing to do; also asked in a dry run',
    ),
  ),
  chdir: optional(param.path('the directory in which it runs')),
  stdin: optional(param.secret('what it reads on its standard input')),
  stdin_add_newline: param.flag('a newline is added to stdin', { default: true }),
})

type Params = Static<typeof schema>

const state = record({
  done: field.flag('nothing is left to do, as creates, removes and unless say'),
  rc: field.number('the code with which it ended'),
  stdout: field.text('what it wrote to its standard output'),
  stdout_lines: field.list('the same, line by line'),
  stderr: field.text('what it wrote to its standard error'),
  stderr_lines: field.list('the same, line by line'),
})

type Now = Facts<typeof state>

/** A command ran, where it was needed. */
export default defineModule({
  name: 'command',
  summary: 'a command ran, where it was needed',
  example: `
- name: the certificates are known to all programs
  command:
    cmd: update-ca-certificates
    creates: /etc/ssl/certs/company.pem
`,
  params: schema,
  state,
  review: (given) => complaints(given),
  isAct: (given) => isAct(given),
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
  apply: (on, _, given) => apply(on, given),
})

const isAct = ({ creates, removes, unless }: Params): boolean =>
  creates === undefined && removes === undefined && unless === undefined

const complaints = ({ cmd, argv }: Params): readonly Complaint[] => {
  if (cmd !== undefined && argv !== undefined) {
    return [{ param: 'argv', message: 'only command or argv can be given, not both' }]
  }
  if (argv !== undefined) return argv[0] === '' ? [{ param: 'argv', message: 'no command given' }] : []
  const split = shellWords(cmd ?? '')
  if ('problem' in split) return [{ param: 'cmd', message: `cmd cannot be cut into words: ${split.problem}` }]
  return (split.words[0] ?? '') === ''
    ? [{ ...(cmd === undefined ? {} : { param: 'cmd' }), message: 'no command given' }]
    : []
}

const wordsOf = ({ cmd, argv }: Params): readonly string[] => {
  if (argv !== undefined) return argv
  const split = shellWords(cmd ?? '')
  return 'words' in split ? split.words : []
}

const NOT_RUN: Now = { rc: null, stdout: null, stdout_lines: null, stderr: null, stderr_lines: null }
const NOTHING_TO_RUN: Now = { rc: 0, stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }

const probe = async (on: Look, given: Params): Promise<Now> => {
  const why = await whyDone(on, given)
  if (why !== null) return { ...NOTHING_TO_RUN, done: true, notes: [`not run, since ${why}`] }
  await checkDirectory(on, given)
  await checkProgram(on, given)
  return { ...NOT_RUN, ...(isAct(given) ? {} : { done: false }) }
}

const whyDone = async (on: Look, given: Params): Promise<string | null> => {
  const [created, removed] = await Promise.all([
    given.creates === undefined ? [] : globPaths(on, given.creates),
    given.removes === undefined ? [''] : globPaths(on, given.removes),
  ])
  if (created.length > 0) return `'${given.creates}' exists`
  if (removed.length === 0) return `'${given.removes}' does not exist`
  if (given.unless === undefined) return null
  const place =
    given.chdir === undefined ? '' : `cd -- '${(await on.expand(given.chdir)).replaceAll("'", "'\\''")}' || exit 1\n`
  return (await on.ask(questions.own(`${place}${given.unless}`))).code === 0 ? `'${given.unless}' holds` : null
}

const checkDirectory = async (on: Look, { chdir }: Params): Promise<void> => {
  if (chdir === undefined) return
  const found = await on.file(await on.expand(chdir), { text: false })
  if (found?.kind === 'directory') return
  const message = `Unable to change directory before execution: ${chdir} is no directory`
  missing({ kind: 'directory', name: chdir, message })
}

const checkProgram = async (on: Look, given: Params): Promise<void> => {
  const [program = ''] = wordsOf(given)
  const message = `No such file or directory: ${program}`
  if (program.startsWith('/')) {
    if ((await on.file(program, { text: false })) === null) missing({ kind: 'file', name: program, message })
  } else if (!program.includes('/') && (await on.ask(questions.hasTool(program))).code !== 0) {
    missing({ kind: 'tool', name: program, message })
  }
}

const plan = (_: Params, now: Now): Now => {
  if (now.rc !== null) return { ...now, ...(now.done === undefined ? {} : { done: true }) }
  const later = Object.fromEntries(Object.keys(NOT_RUN).map((name) => [name, LATER]))
  return { ...now, ...later, ...(now.done === undefined ? {} : { done: true }) }
}

const LIMIT_MS = 3_600_000

const apply = async (on: Touch, given: Params): Promise<Partial<Now>> => {
  const words = wordsOf(given)
  const inside = ['sh', '-c', 'cd -- "$1" && shift && exec "$@"', 'sh']
  const argv = given.chdir === undefined ? words : [...inside, await on.expand(given.chdir), ...words]
  const answer = await on.do({ argv, timeoutMs: LIMIT_MS }, inputOf(given))
  const learned = {
    rc: answer.code,
    ...{ stdout: ended(answer.stdout), stdout_lines: linesOf(answer.stdout) },
    ...{ stderr: ended(answer.stderr), stderr_lines: linesOf(answer.stderr) },
  }
  if (answer.code === 0) return learned
  const last = (ended(answer.stderr) || ended(answer.stdout)).split('\n').slice(-5).join('\n')
  throw new HostError(`non-zero return code ${answer.code}${last === '' ? '' : `: ${last}`}`, { learned })
}

const inputOf = ({ stdin, stdin_add_newline }: Params): Secret | undefined =>
  stdin === undefined || !stdin_add_newline ? stdin : new Secret(`${stdin.reveal()}\n`)

const ended = (text: string): string => text.replace(/[\r\n]+$/, '')

const linesOf = (text: string): readonly string[] => (ended(text) === '' ? [] : ended(text).split(/\r?\n/))
