import { isBadKey, readPublicKey } from './public-key.ts'

/** A slot of a PKCS#11 provider, as `pkcs11-tool --list-slots` shows it. */
export interface TokenSlot {
  readonly name: string
  readonly holds: 'token' | 'nothing' | 'unknown' | 'uninitialized'
  readonly label: string
  readonly manufacturer: string
  /** as in `login required`, `final user PIN try`, `user PIN locked` */
  readonly flags: readonly string[]
}

/** A public key on a token. */
export interface TokenKey {
  readonly type: string
  readonly blob: string
  readonly fingerprint: string
  readonly label: string
  /** the id of its object, in lower-case hex; null where it is not known */
  readonly id: string | null
}

/** A public key object, as `pkcs11-tool --list-objects` shows it. */
export interface TokenObject {
  readonly kind: string
  readonly label: string
  readonly id: string
  /** the point of an elliptic key, in hex */
  readonly point: string | null
}

const fieldIn = (block: string, name: string): string =>
  new RegExp(`^\\s+${name}\\s*:[ \\t]*(.*)$`, 'm').exec(block)?.[1]?.trim() ?? ''

/** Reads the slots of a provider. */
export const readSlots = (text: string): readonly TokenSlot[] =>
  text.split(/^(?=Slot \d)/m).flatMap((block) => {
    const name = /^Slot \d+ \([^)]*\):[ \t]*(.*)$/m.exec(block)?.[1]
    if (name === undefined) return []
    const label = fieldIn(block, 'token label')
    const flags = fieldIn(block, 'token flags').split(/,\s*/)
    const holds = /^\s+\(empty\)/m.test(block)
      ? 'nothing'
      : /uninitialized/.test(fieldIn(block, 'token state'))
        ? 'uninitialized'
        : /^\s+\(token not recognized\)/m.test(block)
          ? 'unknown'
          : 'token'
    return [{ name: name.trim(), holds, label, manufacturer: fieldIn(block, 'token manufacturer'), flags } as const]
  })

/** Reads the public keys that `ssh-keygen -D` prints: type, blob, label, and with Red Hat's patch a URI at the end. */
export const readTokenKeys = (text: string): readonly TokenKey[] =>
  text.split('\n').flatMap((line) => {
    const [, type = '', blob = '', rest = ''] = /^(\S+) (\S+) ?(.*?)\s*$/.exec(line) ?? []
    const key = readPublicKey(type, blob)
    if (isBadKey(key) || key.isCertificate) return []
    const uri = /(?:^|\s)(pkcs11:\S*)$/.exec(rest)?.[1]
    const about = uri === undefined ? null : readPkcs11Uri(uri)
    const label = (uri === undefined ? rest : rest.slice(0, rest.length - uri.length)).trim()
    return [{ type, blob, fingerprint: key.fingerprint, label: label || (about?.object ?? ''), id: about?.id ?? null }]
  })

/** Reads the public key objects of a token. */
export const readTokenObjects = (text: string): readonly TokenObject[] =>
  text.split(/^(?=Public Key Object)/m).flatMap((block) => {
    const kind = /^Public Key Object; (\w+)/.exec(block)?.[1]
    if (kind === undefined) return []
    const point = fieldIn(block, 'EC_POINT').toLowerCase()
    return [
      {
        kind,
        label: fieldIn(block, 'label'),
        id: fieldIn(block, 'ID').toLowerCase(),
        point: point === '' ? null : point,
      },
    ]
  })

/** Gives keys the ids of their objects: by the point of an elliptic key, else by label and kind where only one fits. */
export const withIds = (keys: readonly TokenKey[], objects: readonly TokenObject[]): readonly TokenKey[] =>
  keys.map((key) => ({ ...key, id: key.id ?? objectOf(key, keys, objects)?.id ?? null }))

const objectOf = (
  key: TokenKey,
  keys: readonly TokenKey[],
  objects: readonly TokenObject[],
): TokenObject | undefined => {
  const hex = Buffer.from(key.blob, 'base64').toString('hex')
  const byPoint = objects.find(
    ({ point }) => point !== null && hex.endsWith(point.replace(/^04(?:41|61|8185)(?=04)/, '')),
  )
  if (byPoint !== undefined) return byPoint
  const kindOf = ({ type }: TokenKey): string => (type.startsWith('ecdsa-') ? 'EC' : type === 'ssh-rsa' ? 'RSA' : type)
  const fits = objects.filter(({ kind, label }) => label === key.label && kind.startsWith(kindOf(key)))
  const alike = keys.filter((one) => one.label === key.label && kindOf(one) === kindOf(key))
  return fits.length === 1 && alike.length === 1 ? fits[0] : undefined
}

/** What a PKCS#11 URI names (RFC 7512). */
export interface Pkcs11Uri {
  readonly token: string | null
  readonly object: string | null
  /** in lower-case hex */
  readonly id: string | null
  readonly modulePath: string | null
  readonly hasPin: boolean
}

/** Reads a PKCS#11 URI; null where it is none. Attributes that do not choose a key are left aside. */
export const readPkcs11Uri = (text: string): Pkcs11Uri | null => {
  const [, path = '', query = ''] = /^pkcs11:([^?\s]*)(?:\?(\S*))?$/.exec(text) ?? []
  if (!text.startsWith('pkcs11:') || /\s/.test(text)) return null
  const attributes = new Map([...path.split(';'), ...query.split('&')].flatMap(attribute))
  const decoded = (name: string): string | null => attributes.get(name)?.toString('utf8') ?? null
  return {
    token: decoded('token'),
    object: decoded('object'),
    id: attributes.get('id')?.toString('hex') ?? null,
    modulePath: decoded('module-path'),
    hasPin: attributes.has('pin-value') || attributes.has('pin-source'),
  }
}

const attribute = (text: string): readonly (readonly [string, Buffer])[] => {
  const at = text.indexOf('=')
  if (at < 1) return []
  const bytes = text
    .slice(at + 1)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return [[text.slice(0, at), Buffer.from(bytes, 'latin1')]]
}
