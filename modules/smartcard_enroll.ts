import {
  type AuthorityRecord,
  authorityPaths,
  type ClientCard,
  type ClientRecord,
  cardComplaints,
  cardWish,
  checkPinMayBeTried,
  clientEnrolment,
  defineModule,
  enrolledKey,
  type Facts,
  field,
  isCardMeant,
  type KeyRecord,
  type Look,
  lookAtAuthorities,
  lookAtCard,
  lookAtClient,
  lookAtEnrolment,
  optional,
  type PathState,
  param,
  params,
  planAuthorities,
  planClient,
  planEnrolment,
  record,
  type Static,
  tryPin,
} from '../src/module.ts'

const schema = params({
  user: optional(param.text('the account that the key lets in')),
  provider: optional(
    param.text(
      "the card's PKCS#11 library, an absolute path where the card is, or `auto`: OpenSC's, which it is for a card that is only named by its key",
    ),
  ),
  label: optional(param.text('the label of the key on the card')),
  id: optional(param.text('the id of the key on the card, in hex (01)')),
  fingerprint: optional(param.text('the fingerprint of the key (SHA256:…)')),
  pkcs11_uri: optional(param.text('what names the key as a PKCS#11 URI: token, object, id and module-path count')),
  pin: optional(
    param.secret('tried once, by a run that has something to enroll: whether it is right, and the key signs with it'),
  ),
  card_on: param.choice('where the card is, and the client that uses it', ['control', 'host'], { default: 'control' }),
  key: optional(param.text('a public key instead of a card, as a FIDO key has it (sk-…)')),
  key_options: optional(param.oneOrMore('options before the key, as sshd(8) has them')),
  config_host: optional(param.text('the patterns of the Host line under which the client uses the card')),
  ca_certs: optional(param.oneOrMore("PEM files on the host, whose certificates sssd is to trust in cards'")),
  state: param.choice('whether all this is so', ['present', 'absent'], { default: 'present' }),
})

type Params = Static<typeof schema>

const state = record({
  public_key: field.text('the public key, as type and base64'),
  fingerprint: field.text('its fingerprint'),
  label: field.text('its label on the card'),
  id: field.text('its id on the card'),
  provider: field.text("the card's PKCS#11 library"),
  enrolled: field.flag('whether the key lets the user in'),
  key_files: field.list('the files of keys that sshd reads for the user'),
  home: field.text('the home of the user'),
  group: field.text('the group of the user'),
  own_key: field.text('the key of this connection, where it is the same user'),
  clock: field.number("the machine's clock, where a key expires"),
  uses_dns: field.flag('whether sshd looks up names for from='),
  services: field.list('services that the machine knows by name, where an option names one'),
  config_file: field.text("the client's configuration"),
  config_base: field.text('its directory'),
  config_user: field.text('whose it is'),
  config_uris: field.flag('whether this ssh knows PKCS#11 URIs'),
  config_lines: field.list('the lines that make ssh use the card, and that it obeys'),
  ca_bundle: field.text("sssd's bundle of authorities"),
  certificates: field.list("the SHA-256 of the certificates in sssd's bundle, of those asked for"),
})

type Now = Facts<typeof state>
type Paths = Readonly<Record<string, PathState>>

/**
 * A smart card's key lets a user in, and its client uses the card.
 *
 * Judged by the key, never by its comment. Of several keys on a card none is guessed. No PIN is needed to enroll.
 */
export default defineModule({
  name: 'smartcard_enroll',
  summary: "a smart card's key lets a user in, and the client uses the card",
  example: `
- name: alice logs in with her card
  smartcard_enroll:
    user: alice
    provider: /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so
    label: PIV AUTH pubkey
    config_host: '*.example.com'
`,
  params: schema,
  state,
  review: (given) => [...cardComplaints(given)],
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
  apply: async (on, wanted, given) => {
    const card = cardIn(wanted)
    if (given.pin === undefined || given.state === 'absent' || card === null) return undefined
    const cards = given.card_on === 'host' ? on : on.control
    await tryPin(cards, { provider: card.provider, publicKey: `${card.type} ${card.blob}` }, given.pin)
    return undefined
  },
})

const probe = async (on: Look, given: Params): Promise<Now> => {
  const { user, state: wanted } = given
  const paths = authorityPaths(given)
  const cards = given.card_on === 'host' ? on : on.control
  const [authorities, card] = await Promise.all([
    paths === undefined ? null : lookAtAuthorities(on, paths),
    isCardMeant(given) ? lookAtCard(cards, cardWish(given)) : null,
  ])
  const key = enrolledKey(given, card)
  const client = card === null ? null : clientEnrolment(given, card)
  const [enrolled, configured] = await Promise.all([
    key === null || user === undefined ? null : lookAtEnrolment(on, { user, key, state: wanted }),
    client === null ? null : lookAtClient(on, client, user),
  ])
  const files = { ...authorities?.files, ...configured?.files, ...enrolled?.files }
  if (card !== null && wanted === 'present' && isLookAhead(on, files)) checkPinMayBeTried(card)
  return {
    ...(card === null ? {} : { label: card.label, id: card.id, provider: card.provider }),
    ...(key === null ? {} : { public_key: `${key.key.type} ${key.key.blob}`, fingerprint: key.key.fingerprint }),
    ...{ ...authorities?.record, ...enrolled?.record, ...configured?.record },
    files,
    notes: [authorities, enrolled, configured].flatMap((part) => part?.notes ?? []),
  }
}

/** Only where something is to be written, a PIN is going to be tried. */
const isLookAhead = (on: Look, files: Paths): boolean =>
  Object.keys(files).some((path) => {
    const [, own] = path.split('control:')
    return own === undefined ? on.planned(path) : on.control.planned(own)
  })

const plan = (given: Params, now: Now): Now => {
  const { user, state: wanted } = given
  const paths = authorityPaths(given)
  const files = now.files ?? {}
  const card = cardIn(now)
  const key = enrolledKey(given, card)
  const client = card === null ? null : clientEnrolment(given, card)
  const enrolled =
    key === null || user === undefined
      ? null
      : planEnrolment({ user, key, state: wanted }, now as unknown as KeyRecord, files)
  const configured = client === null ? null : planClient(client, now as unknown as ClientRecord, files)
  const trusted =
    paths === undefined ? null : planAuthorities({ paths, state: wanted }, now as unknown as AuthorityRecord, files)
  return {
    ...now,
    ...{ ...trusted?.record, ...enrolled?.record, ...configured?.record },
    files: { ...files, ...trusted?.files, ...enrolled?.files, ...configured?.files },
    notes: [...new Set([...(now.notes ?? []), ...(enrolled?.notes ?? [])])],
  }
}

const cardIn = ({ public_key, label, id, provider }: Now): ClientCard | null => {
  if (typeof public_key !== 'string' || typeof provider !== 'string') return null
  const [type = '', blob = ''] = public_key.split(' ')
  return { type, blob, provider, label: String(label ?? ''), id: typeof id === 'string' ? id : null }
}
