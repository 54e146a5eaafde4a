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
  review: ({ name }) =>
    /^\w+$/.test(name) ? [] : [{ param: 'name', message: `"${name}" is no name of an SELinux boolean` }],
  probe: (on, given) => probe(on, given),
  plan: ({ state: wanted }, now) => ({
    ...now,
    ...(now.running === undefined ? {} : { running: wanted }),
    ...(now.stored === undefined ? {} : { stored: wanted }),
  }),
  apply: (on, _, given, now) => apply(on, given, now),
})

const probe = async (on: Look, given: Params): Promise<Now> => {
  const [enforce, , store] = await Promise.all([
    on.file(`${KERNEL}/enforce`, { text: false }),
    on.read(`${KERNEL}/booleans/${given.name}`),
    readStore(on, given),
  ])
  if (enforce === null) checkDisabled(given)
  const running = enforce === null ? undefined : await runningValue(on, given.name, store.name)
  const stored = given.persistent ? (store.value ?? (await storedByTool(on, given, store.name))) : undefined
  if ([running, stored].some((value) => value !== undefined && value !== given.state)) await checkTool(on)
  return { ...(running === undefined ? {} : { running }), ...(stored === undefined ? {} : { stored }) }
}

const KERNEL = '/sys/fs/selinux'
const DISABLED = 'SELinux is disabled on this host'

const checkDisabled = (given: Params): void => {
  if (given.ignore_selinux_state && given.persistent) return
  if (given.require) refuse(DISABLED)
  skip(DISABLED)
}

/** What the kernel obeys: its own file says so without any tool. */
const runningValue = async (on: Look, given: string, name: string): Promise<boolean> => {
  const [current, old] = await Promise.all([name, given].map((one) => on.read(`${KERNEL}/booleans/${one}`)))
  const text = current ?? old ?? refuseUnknown(given, (await on.list(`${KERNEL}/booleans`)) ?? [])
  return /^\s*1\b/.test(text)
}

const refuseUnknown = (name: string, known: Iterable<string>): never => {
  const { hint } = didYouMean(name, known)
  return refuse(`SELinux boolean ${name} is not defined${hint === undefined ? '' : `: ${hint}`}`)
}

const checkTool = async (on: Look): Promise<void> => {
  if ((await on.ask(questions.hasTool('setsebool'))).code === 0) return
  missing({ kind: 'tool', name: 'setsebool', message: 'setsebool is not there: it is in the package policycoreutils' })
}

const COMMON_TYPES = ['targeted', 'default']

interface Stored {
  /** the name by which it is stored */
  readonly name: string
  /** null where nothing of its own is stored: the policy's default holds */
  readonly value: boolean | null
}

const readStore = async (on: Look, given: Params): Promise<Stored> => {
  // asked for both usual types at once, so that it takes one flight
  const [config] = await Promise.all([
    on.read('/etc/selinux/config'),
    ...COMMON_TYPES.map((type) => filesOf(on, type, given)),
  ])
  const [substitutions, local] = await filesOf(on, policyType(config ?? '') ?? 'targeted', given)
  const name = currentName(given.name, substitutions ?? '')
  return { name, value: parseLocal(local ?? '').get(name) ?? null }
}

const filesOf = (on: Look, type: string, given: Params): Promise<readonly (string | null)[]> =>
  Promise.all([
    on.read(`/etc/selinux/${type}/booleans.subs_dist`),
    given.persistent ? on.read(`/var/lib/selinux/${type}/active/booleans.local`) : null,
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
  if (answer.code !== 0) throw new HostError(`setsebool ${[...flags, name].join(' ')}: ${answer.stderr.trim()}`)
}
