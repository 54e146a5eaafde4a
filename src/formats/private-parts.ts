import { textOf } from '../contract/bytes.ts'
import { PUBLIC_PARTS } from '../contract/key-script.ts'
import { type PublicKey, readPublicLine } from './public-key.ts'

/** What the public parts of a private key's file tell. */
export interface PublicParts {
  readonly key: PublicKey
  readonly comment: string
  /** how many bytes a file has that holds this key and nothing else */
  readonly fileSize: number
}

/**
 * Reads what {@link PUBLIC_PARTS} let out of a private key's file; null where a file with these parts is not, byte for
 * byte, one that OpenSSH would write: then ssh-keygen is to be asked.
 */
export const readPublicParts = (said: string): PublicParts | null => {
  const [word, head = '', more = '', tail = '', ...others] = said.replace(/\n$/, '').split(' ')
  if (word !== PUBLIC_PARTS.word) return null
  const base64 = [PUBLIC_PARTS.first, head, more, 'AAAE'.padEnd(KEPT_BACK, 'A'), tail, ...others].join('')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length < COMMENT + 4) return null
  const comment = bytes.subarray(COMMENT + 4, COMMENT + 4 + bytes.readUInt32BE(COMMENT))
  const whole = fileOf({ key: bytes.subarray(62, 94), check: bytes.subarray(98, 102), comment }).toString('base64')
  const lines = whole.match(/.{1,70}/g) ?? []
  const [, , , , last = '', ...after] = lines
  if (whole !== base64 || [last.slice(KEPT_BACK % 70), ...after].join() !== [tail, ...others].join()) return null
  const text = textOf(comment)
  if (/\p{Cc}|^ | $/u.test(text)) return null
  const line = readPublicLine(`ssh-ed25519 ${bytes.subarray(43, 94).toString('base64')} ${text}`)
  return line && { ...line, fileSize: FRAME + whole.length + lines.length }
}

/** How many characters the host keeps back: the private bytes, and what stands in the same characters and before them. */
const KEPT_BACK = 90

/** Where the comment's length stands: a character of base64 begins there, and the private bytes end before it. */
const COMMENT = 225

const FRAME = '-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n'.length

/** The bytes of an unprotected Ed25519 key as OpenSSH writes them (PROTOCOL.key), its 64 private bytes being zero. */
const fileOf = (of: { readonly key: Buffer; readonly check: Buffer; readonly comment: Buffer }): Buffer => {
  const type = field(Buffer.from('ssh-ed25519'))
  const key = field(of.key)
  const open = Buffer.concat([of.check, of.check, type, key, field(Buffer.alloc(64)), field(of.comment)])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - (open.length % 8)) % 8)
  return Buffer.concat([
    ...[Buffer.from('openssh-key-v1\0'), field(NONE), field(NONE), field(Buffer.alloc(0)), number(1)],
    ...[field(Buffer.concat([type, key])), field(Buffer.concat([open, padding]))],
  ])
}

const NONE = Buffer.from('none')

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const field = (bytes: Buffer): Buffer => Buffer.concat([number(bytes.length), bytes])
