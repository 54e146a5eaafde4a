import {
  currentName,
  defineModule,
  didYouMean,
  type Facts,
  field,
  HostError,
  type Look,
  missing,
  param,
  params,
  parseGetsebool,
  parseLocal,
  parseStored,
  policyType,
  questions,
  record,
  refuse,
  type Static,
  skip,
  type Touch,
} from '../src/module.ts'

const schema = params({
  name: param.text('the boolean; an old name stands for the new one'),
  state: param.flag('on or off'),
  persistent: param.flag('the stored value, which a reboot brings back, is wanted too', { default: false }),
  ignore_selinux_state: param.flag(
    'where SELinux is disabled, the stored value is set all the same (with persistent)',
    {
      default: false,
    },
  ),
  require: param.flag('a machine on which SELinux is disabled is a failure, not skipped', { default: false }),
})

type Params = Static<typeof schema>

const state = record({
  running: field.flag('the value that the kernel obeys now'),
  stored: field.flag('the value that a reboot brings back'),
})

type Now = Facts<typeof state>

/** An SELinux boolean is on or off. */
export default defineModule({
  name: 'selinux_boolean',
  summary: 'an SELinux boolean is on or off',
  example: `
- name: sshd may read keys in NFS homes
  selinux_boolean:
    name: use_nfs_home_dirs
    state: true
    persistent: true
`,
  params: schema,
  state,
  probe: (on, given) => probe(on, given),
  plan: ({ state: wanted }, now) => ({
    ...now,
    ...(now.running === undefined ? {} : { running: wanted }),
    ...(now.stored === undefined ? {} : { stored: wanted }),
  }),
  apply: (on, _, given, now) => apply(on, given, now),
})

const probe = async (on: Look, given: Params): Promise<Now> => {
  const [running, stored] = await Promise.all([
    runningValue(on, given),
    given.persistent ? readStore(on, given.name) : null,
  ])
  return {
    ...(running === 'disabled' ? {} : { running }),
    ...(stored === null ? {} : { stored: stored.value ?? (await storedByTool(on, given, stored.name)) }),
  }
}

const DISABLED = 'SELinux is disabled on this host'

/** What the kernel obeys; ends the probe where SELinux is disabled, unless the stored value is wanted in any case. */
const runningValue = async (on: Look, given: Params): Promise<boolean | 'disabled'> => {
  const [answer, enforcing] = await Promise.all([
    on.ask(questions.getsebool(given.name)),
    on.file('/sys/fs/selinux/enforce', { text: false }),
  ])
  const value = parseGetsebool(answer.stdout).get(given.name)
  if (answer.code === 0 && value !== undefined) return value
  if (enforcing !== null && answer.code === 127)
    return missing(toolOf('getsebool', 'selinux-utils or libselinux-utils'))
  if (answer.code === 127 || /SELinux is disabled/.test(answer.stderr)) return whereDisabled(given)
  if (/Error getting active value/.test(answer.stderr)) return await unknown(on, given.name)
  throw new HostError(
    `getsebool ${given.name}: ${answer.stderr.trim() || answer.stdout.trim() || `code ${answer.code}`}`,
  )
}

const toolOf = (name: string, packages: string) =>
  ({ kind: 'tool', name, message: `${name} is not there: it is in the package ${packages}` }) as const

const whereDisabled = (given: Params): 'disabled' => {
  if (given.ignore_selinux_state && given.persistent) return 'disabled'
  return given.require ? refuse(DISABLED) : skip(DISABLED)
}

const unknown = async (on: Look, name: string): Promise<never> => {
  const all = await on.ask(questions.getseboolAll())
  return refuseUnknown(name, parseGetsebool(all.stdout).keys())
}

const refuseUnknown = (name: string, known: Iterable<string>): never => {
  const { hint } = didYouMean(name, known)
  return refuse(`SELinux boolean ${name} is not defined${hint === undefined ? '' : `: ${hint}`}`)
}

const COMMON_TYPES = ['targeted', 'default']

interface Stored {
  /** the name by which it is stored */
  readonly name: string
  /** null where nothing of its own is stored: the policy's default holds */
  readonly value: boolean | null
}

const readStore = async (on: Look, given: string): Promise<Stored> => {
  // asked for both usual types at once, so that it takes one flight
  const [config] = await Promise.all([on.read('/etc/selinux/config'), ...COMMON_TYPES.map((type) => filesOf(on, type))])
  const [substitutions, local] = await filesOf(on, policyType(config ?? '') ?? 'targeted')
  const name = currentName(given, substitutions ?? '')
  return { name, value: parseLocal(local ?? '').get(name) ?? null }
}

const filesOf = (on: Look, type: string): Promise<readonly (string | null)[]> =>
  Promise.all([
    on.read(`/etc/selinux/${type}/booleans.subs_dist`),
    on.read(`/var/lib/selinux/${type}/active/booleans.local`),
  ])

/** The stored value where it is the policy's default, which semanage alone can tell; null where there is no semanage. */
const storedByTool = async (on: Look, given: Params, name: string): Promise<boolean | null> => {
  const answer = await on.ask(questions.semanageBooleans())
  if (answer.code === 127) return null
  if (answer.code !== 0) throw new HostError(`semanage boolean -l: ${answer.stderr.trim().split('\n').at(-1) ?? ''}`)
  const all = parseStored(answer.stdout)
  return all.get(name) ?? refuseUnknown(given.name, all.keys())
}

const apply = async (on: Touch, { name, state, persistent }: Params, now: Now): Promise<undefined> => {
  const flags = persistent && now.stored !== state ? ['-P'] : []
  // the policy is compiled anew for -P, which takes half a minute on small machines
  const answer = await on.do({ argv: ['setsebool', ...flags, name, state ? 'on' : 'off'], timeoutMs: 300_000 })
  if (answer.code === 127) missing(toolOf('setsebool', 'policycoreutils'))
  if (answer.code !== 0) throw new HostError(`setsebool ${[...flags, name].join(' ')}: ${answer.stderr.trim()}`)
}
