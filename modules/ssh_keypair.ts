import {
  bitsOf,
  type Complaint,
  checkLinks,
  commentKey,
  commentOf,
  defineModule,
  entryOf,
  type Facts,
  field,
  fipsProblem,
  hasSizes,
  isClosed,
  keptPairFiles,
  LATER,
  type Look,
  lookAtPair,
  makePair,
  newPairFiles,
  optional,
  ownerOf,
  ownerSpelling,
  type PairWish,
  param,
  params,
  publicLineOf,
  readPublicLine,
  record,
  refuse,
  type Static,
  sizeProblem,
  type Touch,
  whyReplaced,
} from '../src/module.ts'

const schema = params({
  path: param.path('the private key; the public one is beside it and ends in .pub'),
  state: param.choice('whether there is a pair', ['present', 'absent'], { default: 'present' }),
  type: param.choice('the type of the key', ['rsa', 'ecdsa', 'ed25519', 'ed25519-sk', 'ecdsa-sk'], { default: 'rsa' }),
  size: optional(
    param.integer('bits: rsa 4096 by default, ecdsa 256 (or 384 or 521); other types have one size', { minimum: 1 }),
  ),
  comment: optional(param.text('the comment; left out, one that is there stays')),
  passphrase: optional(param.secret('what protects the private key; reaches the machine by standard input only')),
  regenerate: param.choice(
    'when a key that is there is replaced. never: not at all; fail: another type or size is an error; ' +
      'partial_idempotence: another type or size; full_idempotence: that, or a key that cannot be read; always: at every run',
    ['never', 'fail', 'partial_idempotence', 'full_idempotence', 'always'],
    { default: 'fail' },
  ),
  force: param.flag('the same as regenerate: always', { default: false }),
  mode: optional(param.mode('of the private key; by default nobody but its owner may read it')),
  owner: optional(param.text('to whom both files belong')),
  group: optional(param.text('the group of both files')),
})

type Params = Static<typeof schema>

const state = record({
  filename: field.text('the private key file'),
  type: field.text('the type of the key'),
  size: field.number('its bits'),
  fingerprint: field.text('its SHA256 fingerprint'),
  public_key: field.text('the public key as its file has it'),
  comment: field.text('the comment of the public key'),
  private_comment: field.text('the comment inside the private key'),
  encrypted: field.flag('whether a passphrase protects it'),
  unreadable: field.text('why the private key cannot be used as asked for'),
  links: field.list('files of the pair that are symlinks, each with what it leads to'),
  made: field.text('the fingerprint of the key that this run made'),
})

type Now = Facts<typeof state>

/** A pair of key files is there, of a type and size, readable by its owner alone. */
export default defineModule({
  name: 'ssh_keypair',
  summary: 'an SSH key pair is there',
  example: `
- name: the deployment has a key
  ssh_keypair:
    path: ~/.ssh/id_ed25519
    type: ed25519
    comment: deploy@example.com
  delegate_to: localhost
  register: deploy_key
`,
  params: schema,
  state,
  isAct: (given) => isForced(given),
  review: (given) => complaints(given),
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
  apply: (on, wanted, given, now) => apply(on, wanted, given, now),
})

const isForced = ({ state: wanted, force, regenerate }: Params): boolean =>
  wanted === 'present' && (force || regenerate === 'always')

const complaints = ({ type, size, comment, passphrase, path }: Params): readonly Complaint[] => {
  const wrongSize = sizeProblem(type, size)
  return [
    ...(wrongSize === null ? [] : [{ param: 'size', message: wrongSize }]),
    ...(/[\r\n]/.test(comment ?? '') ? [{ param: 'comment', message: 'comment must be one line' }] : []),
    ...(/[\r\n\0]/.test(passphrase?.reveal() ?? '')
      ? [{ param: 'passphrase', message: 'passphrase must be one line' }]
      : []),
    ...(path.endsWith('.pub')
      ? [{ param: 'path', message: 'path is that of the private key', hint: 'write it without .pub' }]
      : []),
  ]
}

const passphraseOf = ({ passphrase }: Params) =>
  passphrase === undefined || passphrase.reveal() === '' ? null : passphrase

const probe = async (on: Look, given: Params): Promise<Now> => {
  const asked = await on.expand(given.path)
  if (given.state === 'absent') return await probeFiles(on, asked)
  const [sight, fips, spelled] = await Promise.all([
    lookAtPair(on, asked, passphraseOf(given)),
    on.read('/proc/sys/crypto/fips_enabled'),
    ownerSpelling(on, given),
  ])
  const notInFips = fips?.trim() === '1' ? fipsProblem(given.type, given.size) : null
  if (notInFips !== null) refuse(`this machine is in FIPS mode, in which ${notInFips}`)
  const { path, privateFile, publicFile, privateKey } = sight
  const links = [...sight.links].map(([link, target]) => `${link} is a symlink to ${target}`)
  const files = { [path]: spelled(entryOf(privateFile)), [`${path}.pub`]: spelled(entryOf(publicFile)) }
  const notes =
    hasSizes(given.type) || given.size === undefined ? [] : [`size is ignored: ${given.type} keys have one size`]
  if (privateKey === LATER) return { ...AHEAD, filename: path, links, files, notes }
  if (privateKey === null) return { ...NOTHING, filename: path, links, files, notes }
  const { type, size, fingerprint, key, isEncrypted: encrypted, unreadable } = privateKey
  const comment = commentOf(sight)
  return {
    ...{ filename: path, type, size, fingerprint, comment, encrypted, unreadable, links, files, notes },
    public_key: key === null ? null : publicLineOf(key, comment),
    private_comment: privateKey.comment,
  }
}

const probeFiles = async (on: Look, path: string): Promise<Now> => {
  const paths = [path, `${path}.pub`]
  const found = await Promise.all(paths.map((one) => on.file(one, { follow: false, text: one !== path })))
  const directory = found.find((one) => one?.kind === 'directory')
  if (directory) refuse(`${directory.path} is a directory. Please specify a path to a file.`)
  const entries = paths.map((one, index) => [found[index]?.path ?? one, entryOf(found[index] ?? null)] as const)
  return { filename: entries[0]?.[0] ?? path, files: Object.fromEntries(entries) }
}

const NOTHING = {
  ...{ type: null, size: null, fingerprint: null, public_key: null, comment: null, private_comment: null },
  ...{ encrypted: null, unreadable: null },
} as const

const AHEAD = {
  ...{ type: LATER, size: LATER, fingerprint: LATER, public_key: LATER, comment: LATER, encrypted: LATER },
} satisfies Now

const plan = (given: Params, now: Now): Now => {
  if (given.state === 'absent')
    return { ...now, files: Object.fromEntries(Object.keys(now.files ?? {}).map((one) => [one, null])) }
  if (now.public_key === LATER) return now
  const why = whyMade(given, now)
  const planned = why === null ? kept(given, now) : made(given, now)
  checkLinks(String(now.filename), now, planned)
  return { ...planned, notes: [...new Set([...(now.notes ?? []), ...notesOf(given, now, why)])] }
}

const whyMade = (given: Params, now: Now): string | null => {
  if ((now.files?.[String(now.filename)] ?? null) === null) return 'there is no private key'
  if (isForced(given) && (now.made ?? null) === null) return 'a new pair is made at every run'
  return whyReplaced(wishOf(given, now), {
    type: textOr(now.type),
    size: typeof now.size === 'number' ? now.size : null,
    unreadable: textOr(now.unreadable),
  })
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const wishOf = (given: Params, now: Now): PairWish => ({
  ...given,
  path: String(now.filename),
  size: bitsOf(given.type, given.size),
})

const made = (given: Params, { private_comment: _, ...now }: Now): Now => ({
  ...now,
  ...{ type: given.type, size: bitsOf(given.type, given.size), unreadable: null },
  ...{ fingerprint: LATER, public_key: LATER },
  comment: given.comment ?? LATER,
  encrypted: passphraseOf(given) !== null,
  ...(isForced(given) ? { made: LATER } : {}),
  files: newPairFiles(wishOf(given, now)),
})

const kept = (given: Params, now: Now): Now => {
  const comment = given.comment ?? textOr(now.comment) ?? ''
  const found = readPublicLine(textOr(now.public_key) ?? '')
  const line = found === null ? null : publicLineOf(found.key, comment)
  const isTold = given.comment !== undefined && textOr(now.private_comment) !== null
  return {
    ...now,
    comment,
    public_key: line,
    ...(isTold ? { private_comment: comment } : {}),
    files: keptPairFiles(wishOf(given, now), now.files ?? {}, line),
  }
}

const notesOf = (given: Params, now: Now, why: string | null): readonly string[] => [
  ...(why !== null && (now.files?.[String(now.filename)] ?? null) !== null
    ? [`${why}: the pair that is there is kept beside it, as ${String(now.filename)}.bak-TIME`]
    : []),
  ...(given.mode !== undefined && !isClosed(given.mode)
    ? [`mode ${given.mode} lets others read the key: ssh refuses to use such a one`]
    : []),
]

const apply = async (on: Touch, wanted: Now, given: Params, now: Now): Promise<Partial<Now> | undefined> => {
  if (given.state === 'absent') return undefined
  const path = String(now.filename)
  const entry = wanted.files?.[path]
  const mode = (entry?.kind === 'file' ? entry.mode : undefined) ?? '0600'
  const about = { path, passphrase: passphraseOf(given), mode }
  if (wanted.public_key === LATER) {
    const line = await makePair(on, {
      ...{ ...about, type: given.type, comment: given.comment ?? null },
      size: hasSizes(given.type) ? bitsOf(given.type, given.size) : null,
      owner: ownerOf(given, now.files?.[path] ?? null),
    })
    return isForced(given) ? { made: readPublicLine(line)?.key.fingerprint ?? line } : undefined
  }
  if (given.comment !== undefined && wanted.private_comment !== now.private_comment)
    await commentKey(on, { ...about, comment: given.comment })
  return undefined
}
