import {
  type AboutTask,
  blobsIn,
  type Complaint,
  checkKeysTaken,
  deadKeys,
  defineModule,
  editKeys,
  entrance,
  type Facts,
  field,
  fingerprintOf,
  type KeyFile,
  type KeyFileSight,
  type Look,
  lookForKeys,
  optional,
  type PathState,
  param,
  params,
  readRequest,
  record,
  refuse,
  remarks,
  type Static,
  withKeyTexts,
} from '../src/module.ts'

const schema = params({
  user: param.text('the account that the keys let in'),
  key: param.oneOrMore('public keys as a .pub file has them, several lines or a list; options may stand before them'),
  state: param.choice('whether the keys let in', ['present', 'absent'], { default: 'present' }),
  path: optional(
    param.path(
      'the file to manage, and no other one; by default those that sshd reads for the user, new keys in the first',
    ),
  ),
  manage_dir: param.flag('the directory is made where it is missing, and in the home kept from others', {
    default: true,
  }),
  key_options: optional(
    param.text(
      'options before each key, as sshd(8) has them; "" takes options away; left out, those that stand there stay',
    ),
  ),
  exclusive: param.flag('no other key lets the user in', { default: false }),
  comment: optional(param.text('the comment after each key; left out, one that stands there stays')),
  follow: param.flag('a link in the place of the file or its directory is followed, not refused', { default: false }),
  allow_self_removal: param.flag('the key of this very connection may be removed', { default: false }),
})

type Params = Static<typeof schema>

const state = record({
  keyfile: field.text('the file that gets new keys'),
  key_files: field.list('the files managed, in the order in which sshd reads them'),
  fingerprints: field.list('keys that stand there: of those asked for, with exclusive: all'),
  home: field.text('the home, links resolved; what lies in it belongs to the user'),
  group: field.text('the group of the user'),
  own_key: field.text('the key of this connection, where it is the same user'),
  own_address: field.text('from where this connection comes, where it is the same user'),
  clock: field.number("the machine's clock, where a key expires, in seconds since 1970"),
  services: field.list('services that the machine knows by name, where an option names one'),
  uses_dns: field.flag('whether sshd looks up names for from='),
})

type Now = Facts<typeof state>

/** Keys let a user in, or do not. */
export default defineModule({
  name: 'authorized_key',
  summary: 'a user may log in with these keys, or may not',
  example: `
- name: alice may log in with her laptop's key
  authorized_key:
    user: alice
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop
    key_options: no-agent-forwarding
`,
  params: schema,
  state,
  evidence: ['fingerprints', 'files'],
  review: (given, about) => complaints(given, about),
  sole: ({ user, path, exclusive }) =>
    exclusive ? `the keys of ${user}${path === undefined ? '' : ` in ${path}`}, exclusively` : null,
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
})

const complaints = (given: Params, about: AboutTask): readonly Complaint[] => [
  ...(given.exclusive && given.state === 'absent'
    ? [{ param: 'exclusive', message: 'exclusive says which keys stay, and state: absent which go: not both' }]
    : []),
  ...(given.exclusive && about.looped.has('key')
    ? [
        {
          param: 'key',
          message: 'exclusive with a key from a loop: each turn of the loop would remove the keys of the others',
          hint: 'give all keys as one list, without loop',
        },
      ]
    : []),
  ...readRequest(given).mistakes,
]

const probe = async (on: Look, given: Params): Promise<Now> => {
  const { keys, mistakes, notes } = readRequest(given)
  if (mistakes[0] !== undefined) refuse(mistakes[0].message)
  const sight = await lookForKeys(on, { ...given, keys })
  if (given.state === 'present') checkKeysTaken(keys, sight)
  const [first] = sight.files
  const files = sight.files.map(({ path, entry }) => ({ path, text: textIn(entry) }))
  return {
    keyfile: first.path,
    key_files: files.map(({ path }) => path),
    fingerprints: shown(given, files),
    home: sight.home,
    group: sight.user.group,
    own_key: sight.ownKey,
    own_address: sight.ownAddress,
    clock: sight.clock,
    services: sight.services,
    uses_dns: sight.sources.usesDns,
    files: Object.fromEntries(sight.files.flatMap((one) => entriesOf(one, given))),
    notes: [...notes, ...sight.notes],
    source: sight.files.flatMap(({ path, entry, modifiedMs }) =>
      entry?.kind === 'file' ? [{ file: path, ...(modifiedMs === null ? {} : { modifiedMs }) }] : [],
    ),
  }
}

const entriesOf = (
  { path, entry, directory }: KeyFileSight,
  { manage_dir: isManaged }: Params,
): readonly (readonly [string, PathState])[] => [
  ...(directory === null || !(isManaged || directory.entry?.kind === 'absent')
    ? []
    : [[directory.path, directory.entry] as const]),
  [path, entry],
]

const textIn = (entry: PathState): string | null =>
  entry?.kind === 'file' && typeof entry.text === 'string' ? entry.text : null

const shown = (given: Params, files: readonly KeyFile[]): readonly string[] => {
  const there = new Set(blobsIn(files))
  const asked = new Set(readRequest(given).keys.map(({ key }) => key.blob))
  const others = given.exclusive ? [...there].filter((blob) => !asked.has(blob)).sort() : []
  return [...[...asked].filter((blob) => there.has(blob)), ...others].map(fingerprintOf)
}

const plan = (given: Params, now: Now): Now => {
  const { keys } = readRequest(given)
  const paths = now.key_files as readonly string[]
  const before = paths.map((path) => ({ path, text: textIn(now.files?.[path] ?? null) }))
  const after = editKeys(before, { ...given, keys })
  refuseSelfRemoval(given, now, { before, after })
  const about = circumstances(now)
  if (given.state === 'present') {
    const dead = deadKeys(after, about)
    for (const { key } of keys) {
      if (dead.has(key.blob))
        refuse(
          `the key ${key.fingerprint} would be there and let nobody in: ${dead.get(key.blob)} (key_options sets its options)`,
        )
    }
  }
  const plain = keys.filter(({ options }) => options === null && given.state === 'present')
  const asked = plain.map(({ key }) => key.blob)
  const notes = [...(now.notes ?? []), ...few(remarks(after, about, asked))]
  return {
    ...now,
    fingerprints: shown(given, after),
    files: withKeyTexts(now.files ?? {}, after, {
      ...{ user: given.user, group: String(now.group), home: String(now.home) },
      // to remove nothing changes nothing
      isEnforced: given.state === 'present' || after.some(({ text }, index) => text !== before[index]?.text),
    }),
    notes: [...new Set(notes)],
  }
}

const circumstances = ({ clock, uses_dns, services }: Now) => ({
  now: typeof clock === 'number' ? clock : null,
  usesDns: typeof uses_dns === 'boolean' ? uses_dns : null,
  services: Array.isArray(services) ? (services as readonly string[]) : null,
})

const MOST_REMARKS = 5

const few = (all: readonly string[]): readonly string[] =>
  all.length <= MOST_REMARKS ? all : [...all.slice(0, MOST_REMARKS), `and ${all.length - MOST_REMARKS} more such lines`]

const refuseSelfRemoval = (
  given: Params,
  now: Now,
  { before, after }: { readonly before: readonly KeyFile[]; readonly after: readonly KeyFile[] },
): void => {
  const own = typeof now.own_key === 'string' ? now.own_key.split(' ')[1] : undefined
  if (own === undefined || given.allow_self_removal) return
  const address = typeof now.own_address === 'string' ? now.own_address : null
  const [way, left] = [before, after].map((files) => entrance(files, own, address))
  if (!way || (left && (left.command === null || left.command === way.command))) return
  refuse(
    `this would remove, or keep out, the key that this very connection logged in with (${fingerprintOf(own)}): ` +
      (left
        ? `with command="${left.command}" it could do nothing else any more; say allow_self_removal: true to have it so`
        : 'name it too, with options that let it in, or say allow_self_removal: true'),
  )
}
