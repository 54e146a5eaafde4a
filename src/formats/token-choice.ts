import type { TokenKey } from './token.ts'

/** What names one key of a card; what is left out takes any. */
export interface TokenWish {
  readonly label?: string | undefined
  /** in hex */
  readonly id?: string | undefined
  readonly fingerprint?: string | undefined
}

/** Chooses the one key that is meant, or says why it cannot be told; of several that fit, none is guessed. */
export const chooseKey = (
  keys: readonly TokenKey[],
  wish: TokenWish,
): { readonly key: TokenKey } | { readonly problem: string } => {
  if (keys.length === 0) {
    return { problem: 'there is no key on the card (one without a certificate may show itself only after a login)' }
  }
  const fitting = keys.filter((key) => fits(key, wish))
  if (fitting.length === 0) return { problem: `no key on the card is ${shownWish(wish)}; it has ${listed(keys)}` }
  const isOpen = wish.label === undefined && wish.id === undefined && wish.fingerprint === undefined
  const useful = isOpen && fitting.length > 1 ? fitting.filter((key) => !asksAlways(key)) : fitting
  const [first, second] = useful.length === 0 ? fitting : useful
  if (first !== undefined && second === undefined) return { key: first }
  return {
    problem: `several keys on the card could be meant, which is ambiguous: ${listed(fitting)}; say which by label, id, fingerprint or pkcs11_uri`,
  }
}

const fits = (key: TokenKey, { label, id, fingerprint }: TokenWish): boolean =>
  (label === undefined || key.label === label) &&
  (id === undefined || (key.id !== null && sameId(key.id, id))) &&
  (fingerprint === undefined || key.fingerprint === fingerprint)

const sameId = (one: string, other: string): boolean => plainId(one) === plainId(other)

const plainId = (id: string): string => {
  const hex = id.toLowerCase().replace(/^0x|[:\s]/g, '')
  return hex.length % 2 === 1 ? `0${hex}` : hex
}

/** A PIV card's signing key wants the PIN for every single signature, which no agent can give. */
const asksAlways = ({ label, id }: TokenKey): boolean => /^SIGN\b/.test(label) && (id === null || plainId(id) === '02')

const shownWish = ({ label, id, fingerprint }: TokenWish): string =>
  [
    ...(label === undefined ? [] : [`called "${label}"`]),
    ...(id === undefined ? [] : [`of id ${id}`]),
    ...(fingerprint === undefined ? [] : [fingerprint]),
  ].join(' and ')

const listed = (keys: readonly TokenKey[]): string =>
  keys
    .map(({ label, id, type, fingerprint }) => `"${label}"${id === null ? '' : ` (id ${id})`} ${type} ${fingerprint}`)
    .join(', ')
