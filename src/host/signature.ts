import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { ParsedKey } from 'ssh2'

// ssh2 keeps keys as text, and OpenSSL reads it anew for each signature
const readKeys = new WeakMap<ParsedKey, KeyObject>()

/** Signs with a private key; the hash is an RSA key's choice, the other types have their own. */
export const signatureOf = (
  key: ParsedKey,
  data: Buffer,
  hash: 'sha1' | 'sha256' | 'sha512' | undefined,
): Buffer | Error => {
  if (key.type !== 'ssh-ed25519' && hash === undefined) return key.sign(data)
  try {
    const read = readKeys.get(key) ?? createPrivateKey(key.getPrivatePEM())
    readKeys.set(key, read)
    return sign(hash ?? null, data, read)
  } catch {
    return key.sign(data, hash)
  }
}
