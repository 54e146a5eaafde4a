import type { Complaint } from '../contract/module.ts'
import { refuse } from '../contract/signals.ts'
import { readRequest, type WantedKey } from '../formats/authorized-wanted.ts'
import { splitWords } from '../formats/ssh-config.ts'
import { readPkcs11Uri } from '../formats/token.ts'
import type { ClientCard } from './card-client.ts'
import type { ClientEnrolment } from './enroll-client.ts'
import type { CardWish } from './look-card.ts'

/** What a task says of a card: which it is, whom it lets in, and which client uses it. */
export interface CardParams {
  readonly user?: string
  readonly provider?: string
  readonly label?: string
  readonly id?: string
  readonly fingerprint?: string
  readonly pkcs11_uri?: string
  readonly pin?: unknown
  readonly card_on: 'control' | 'host'
  readonly key?: string
  readonly key_options?: string | readonly string[]
  readonly config_host?: string
  readonly ca_certs?: string | readonly string[]
  readonly state: 'present' | 'absent'
}

/** Says whether a card is meant, and not a key that is given as it is. */
export const isCardMeant = ({ provider, label, id, fingerprint, pkcs11_uri }: CardParams): boolean =>
  [provider, label, id, fingerprint, pkcs11_uri].some((one) => one !== undefined)

/** Which key of which card is meant; a URI names what the parameters beside it do not. */
export const cardWish = (given: CardParams): CardWish => {
  const uri = given.pkcs11_uri === undefined ? null : readPkcs11Uri(given.pkcs11_uri)
  return {
    provider: given.provider ?? uri?.modulePath ?? 'auto',
    label: given.label ?? uri?.object ?? undefined,
    id: given.id ?? uri?.id ?? undefined,
    token: uri?.token ?? undefined,
    fingerprint: given.fingerprint,
    withPinState: given.pin !== undefined,
  }
}

/** The key to enroll: the card's, under its label, or the one that is given; null where there is neither. */
export const enrolledKey = (
  given: CardParams,
  card: Pick<ClientCard, 'type' | 'blob' | 'label'> | null,
): WantedKey | null => {
  const text = card === null ? given.key : [card.type, card.blob, card.label].join(' ')
  if (text === undefined) return null
  const { keys, mistakes } = readRequest({ key: text, ...options(given), state: given.state })
  const [key, second] = keys
  if (key === undefined) return refuse(mistakes[0]?.message ?? 'no key is given')
  return second === undefined ? key : refuse('key holds several keys: one task enrolls one')
}

/** Which client is to use a card; null where none is named. */
export const clientEnrolment = (
  { card_on: cardOn, config_host: host, pkcs11_uri: uri, state }: CardParams,
  card: ClientCard,
): ClientEnrolment | null => (host === undefined ? null : { cardOn, host, state, card: { ...card, uri } })

const options = ({ key_options }: CardParams): { key_options?: string } =>
  key_options === undefined ? {} : { key_options: [key_options].flat().join(',') }

/** The files of authorities, where there are any. */
export const authorityPaths = ({ ca_certs }: Pick<CardParams, 'ca_certs'>): readonly string[] | undefined =>
  ca_certs === undefined ? undefined : [ca_certs].flat()

/** What is wrong with what a task says of a card, before any is looked at. */
export function* cardComplaints(given: CardParams): Iterable<Complaint> {
  const { user, provider, pkcs11_uri: uri, pin, key, key_options, config_host: host } = given
  const certificates = authorityPaths(given)
  if (certificates?.length === 0)
    yield { param: 'ca_certs', message: 'ca_certs is empty: it names at least one certificate' }
  for (const path of certificates ?? []) {
    if (!path.startsWith('/')) yield { param: 'ca_certs', message: `"${path}" is not an absolute path` }
  }
  if (provider !== undefined && provider !== 'auto' && !provider.startsWith('/')) {
    yield { param: 'provider', message: `"${provider}" is not an absolute path` }
  }
  if (!isCardMeant(given) && key === undefined && certificates === undefined) {
    yield { message: 'nothing to enroll: a card needs a provider, a FIDO key its key, an authority its ca_certs' }
  }
  if (isCardMeant(given) && key !== undefined)
    yield { param: 'key', message: 'a key stands instead of a card, not beside it' }
  if (isCardMeant(given) && user === undefined && host === undefined) {
    yield { param: 'provider', message: 'a card is enrolled for a user, a config_host, or both' }
  }
  for (const [name, value] of Object.entries({ pin, config_host: host })) {
    if (value !== undefined && !isCardMeant(given))
      yield { param: name, message: `${name} is for a card: it needs a provider` }
  }
  if (host !== undefined && splitWords(host).words.length === 0)
    yield { param: 'config_host', message: 'config_host is empty' }
  for (const [name, value] of Object.entries({ key, key_options })) {
    if (value !== undefined && user === undefined) yield { param: name, message: `${name} needs a user` }
  }
  const parsed = uri === undefined ? undefined : readPkcs11Uri(uri)
  if (parsed === null) yield { param: 'pkcs11_uri', message: 'this is no PKCS#11 URI', hint: 'as in pkcs11:id=%01' }
  if (parsed?.hasPin) yield { param: 'pkcs11_uri', message: 'a PIN has no place in a URI: it would stand in a file' }
  if (key !== undefined) yield* readRequest({ key, ...options(given), state: given.state }).mistakes
}
