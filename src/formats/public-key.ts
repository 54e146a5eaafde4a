import { createHash } from 'node:crypto'
import { byText } from '../contract/by-text.ts'

/** A public key of SSH, as its blob tells it. */
export interface PublicKey {
  /** as the blob itself names it: `ssh-ed25519` */
  readonly type: string
  /** the blob in base64, as files have it; what makes a key the same key */
  readonly blob: string
  /** null where the type is not known here */
  readonly bits: number | null
  /** `SHA256:…`, as OpenSSH shows it */
  readonly fingerprint: string
  readonly isCertificate: boolean
}

/** Says why a type and a blob are no public key. */
export interface BadKey {
  readonly problem: string
}

/** Reads a public key; the type that its blob names must be the one written before it. */
export const readPublicKey = (type: string, base64: string): PublicKey | BadKey => read(`${type} ${base64}`)

const read = byText((text) => {
  const space = text.indexOf(' ')
  return readWords(text.slice(0, space), text.slice(space + 1))
}, 1024)

const readWords = (type: string, base64: string): PublicKey | BadKey => {
  if (!BASE64.test(base64) || base64.length % 4 !== 0) return { problem: 'what follows its type is no base64' }
  const blob = Buffer.from(base64, 'base64')
  if (blob.toString('base64') !== base64) return { problem: 'what follows its type is no base64' }
  const fields = fieldsOf(blob)
  const inner = fields.at(0)?.toString('latin1') ?? ''
  if (!TYPE.test(inner)) return { problem: 'it holds no SSH key' }
  if (inner !== type) return { problem: `it is called ${type}, but what it holds is ${inner}` }
  const isCertificate = inner.includes('-cert-v')
  const form = FORMS[inner]
  if (form !== undefined && !isCertificate && !isWhole(blob, fields, form))
    return { problem: 'it is not whole: is it broken over two lines?' }
  const bits = form === undefined ? null : form.bits(fields)
  return {
    ...{ type, blob: base64, bits, isCertificate },
    // most keys of a long file are never shown
    get fingerprint() {
      return fingerprintOf(base64)
    },
  }
}

/** Says whether reading a public key failed. */
export const isBadKey = (key: PublicKey | BadKey): key is BadKey => 'problem' in key

/** The fingerprint of a blob in base64. */
export const fingerprintOf = (base64: string): string => fingerprint(base64)

const fingerprint = byText(
  (base64) =>
    `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`,
  1024,
)

/** A line as a `.pub` file has it: a key and its comment; null where it is none. */
export const readPublicLine = (text: string): { readonly key: PublicKey; readonly comment: string } | null => {
  const [, type = '', blob = '', comment = ''] = LINE.exec(text) ?? []
  const key = readPublicKey(type, blob)
  return isBadKey(key) ? null : { key, comment }
}

/** The name that `ssh-keygen -t` has for a type (`ed25519-sk`); the type itself where it has none. */
export const generatorName = (type: string): string => FORMS[type]?.name ?? type

/** Types that every OpenSSH of today knows, whatever it was built with. */
export const isCommonType = (type: string): boolean => FORMS[type]?.isCommon ?? false

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const TYPE = /^[\x21-\x7e]{3,64}$/
const LINE = /^[ \t]*(\S+)[ \t]+(\S+)[ \t]*([^\r\n]*?)[ \t]*\r?(?:\n|$)/

interface Form {
  readonly name: string
  readonly isCommon: boolean
  /** the lengths of its fields after the type; null: any */
  readonly fields: readonly (number | null)[]
  bits(fields: readonly Buffer[]): number | null
}

const curve = (name: string, bits: number, point: number, isCommon: boolean): Form => ({
  name,
  isCommon,
  fields: isCommon ? [null, point] : [null, point, null],
  bits: () => bits,
})

const FORMS: Readonly<Record<string, Form>> = {
  'ssh-ed25519': { name: 'ed25519', isCommon: true, fields: [32], bits: () => 256 },
  'sk-ssh-ed25519@openssh.com': { name: 'ed25519-sk', isCommon: false, fields: [32, null], bits: () => 256 },
  'ssh-rsa': { name: 'rsa', isCommon: true, fields: [null, null], bits: (fields) => bitsOf(fields[2]) },
  'ssh-dss': { name: 'dsa', isCommon: false, fields: [null, null, null, null], bits: (fields) => bitsOf(fields[1]) },
  'ecdsa-sha2-nistp256': curve('ecdsa', 256, 65, true),
  'ecdsa-sha2-nistp384': curve('ecdsa', 384, 97, true),
  'ecdsa-sha2-nistp521': curve('ecdsa', 521, 133, true),
  'sk-ecdsa-sha2-nistp256@openssh.com': curve('ecdsa-sk', 256, 65, false),
}

const fieldsOf = (blob: Buffer): readonly Buffer[] => {
  const fields: Buffer[] = []
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at)
    if (at + 4 + length > blob.length) break
    fields.push(blob.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return fields
}

const isWhole = (blob: Buffer, fields: readonly Buffer[], form: Form): boolean =>
  fields.reduce((sum, field) => sum + 4 + field.length, 0) === blob.length &&
  fields.length === form.fields.length + 1 &&
  form.fields.every((length, index) => length === null || length === fields[index + 1]?.length)

const bitsOf = (number: Buffer | undefined): number => {
  const digits = (number ?? Buffer.alloc(0)).toString('hex').replace(/^0+/, '')
  return digits === '' ? 0 : (digits.length - 1) * 4 + Number.parseInt(digits.charAt(0), 16).toString(2).length
}
