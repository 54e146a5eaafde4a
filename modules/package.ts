import {
  type Complaint,
  defineModule,
  type Facts,
  field,
  HostError,
  type Look,
  missing,
  nameAndVersion,
  type PackageManager,
  packageManagers,
  param,
  params,
  questions,
  record,
  type Static,
  type Touch,
} from '../src/module.ts'

const schema = params({
  name: param.oneOrMore('one package or several, as the machine calls them; `name=version` asks for one version'),
  state: param.choice('whether they are installed or not', ['present', 'absent'], { default: 'present' }),
})

type Params = Static<typeof schema>

const state = record({
  manager: field.text('the package manager of the machine'),
  installed: field.list('those of the packages that are installed (in the version asked for)'),
})

type Now = Facts<typeof state>

/** Packages are installed, or are not. */
export default defineModule({
  name: 'package',
  summary: 'packages are installed, or are not',
  example: `
- name: cards can be read
  package:
    name: [opensc, pcscd]
`,
  params: schema,
  state,
  review: ({ name, state }) => listOf(name).flatMap((one) => complaintsAbout(one, state)),
  probe: (on, given) => probe(on, given),
  plan: ({ name, state }, now) => ({ ...now, installed: state === 'present' ? listOf(name) : [] }),
  apply: (on, _, given, now) => apply(on, given, now),
})

const listOf = (name: string | readonly string[]): readonly string[] => [
  ...new Set(typeof name === 'string' ? [name] : name),
]

const complaintsAbout = (asked: string, state: Params['state']): readonly Complaint[] => {
  if (!/^[A-Za-z0-9_][\w+.:~-]*(?:=[\w+.:~^-]+)?$/.test(asked)) {
    return [{ param: 'name', message: `"${asked}" is no name of a package` }]
  }
  return state === 'absent' && asked.includes('=')
    ? [{ param: 'name', message: `${asked}: with state absent every version is meant` }]
    : []
}

const probe = async (on: Look, given: Params): Promise<Now> => {
  const found = await on.ask(questions.packageManager(Object.keys(packageManagers)))
  const manager = found.stdout.trim()
  const known = packageManagers[manager] ?? missing(NO_MANAGER)
  const asked = listOf(given.name)
  if (asked.length === 0) return { manager, installed: [] }
  const names = asked.map((one) => nameAndVersion(one).name)
  const answer = await on.ask(questions[known.status](names))
  const there = known.installed(answer.stdout)
  return { manager, installed: asked.filter((one) => isInstalled(one, there)) }
}

const NO_MANAGER = {
  kind: 'tool',
  name: 'package manager',
  message: `there is no package manager that is known here: ${Object.keys(packageManagers).join(', ')}`,
} as const

const isInstalled = (asked: string, there: ReadonlyMap<string, string>): boolean => {
  const { name, version } = nameAndVersion(asked)
  const found = there.get(name) ?? there.get(name.replace(/:\w+$/, ''))
  return found !== undefined && (version === null || found === version || found.replace(/-[^-]*$/, '') === version)
}

const apply = async (on: Touch, given: Params, now: Now): Promise<undefined> => {
  const known = packageManagers[String(now.manager)] ?? missing(NO_MANAGER)
  const before = Array.isArray(now.installed) ? now.installed : []
  if (given.state === 'absent') return await change(on, known, [...known.remove, ...before])
  const wanted = listOf(given.name).filter((one) => !before.includes(one))
  const spelled = wanted.map((one) => known.spelled(nameAndVersion(one).name, nameAndVersion(one).version))
  await change(on, known, [...known.install, ...spelled])
}

const LIMIT_MS = 1_800_000

/** What package managers say where their lists are old or were never fetched. */
const OLD_LISTS =
  /Unable to locate package|has no installation candidate|Version .* was not found|404 +Not Found|Failed to fetch|no such package|target not found|failed retrieving file/i

const change = async (on: Touch, known: PackageManager, argv: readonly string[]): Promise<undefined> => {
  const command = { argv, env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: LIMIT_MS }
  const first = await on.do(command)
  if (first.code === 0) return
  if (known.refresh === undefined || !OLD_LISTS.test(first.stderr + first.stdout)) throw failed(argv, first)
  const refreshed = await on.do({ argv: known.refresh, timeoutMs: LIMIT_MS })
  const second = await on.do(command)
  if (second.code === 0) return
  throw refreshed.code === 0 ? failed(argv, second) : failed(known.refresh, refreshed)
}

const failed = (argv: readonly string[], answer: { code: number; stdout: string; stderr: string }): HostError => {
  const words = (answer.stderr.trim() || answer.stdout.trim()).split('\n').slice(-6).join('\n')
  return new HostError(`${argv.filter((word) => !word.startsWith('-')).join(' ')} ended with ${answer.code}: ${words}`)
}
