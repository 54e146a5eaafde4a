/** The bits of a key where a task does not say, or may not. */
export const bitsOf = (type: string, size: number | undefined): number =>
  type === 'rsa' ? (size ?? 4096) : type === 'ecdsa' ? (size ?? 256) : 256

/** Says whether a type of key comes in several sizes. */
export const hasSizes = (type: string): boolean => type === 'rsa' || type === 'ecdsa'

/** Says why a key of a type cannot have a size, in Ansible's words; null where it can, or where the size is not used. */
export const sizeProblem = (type: string, size: number | undefined): string | null => {
  if (size === undefined) return null
  if (type === 'ecdsa' && ![256, 384, 521].includes(size))
    return 'For ECDSA keys, size is one of three elliptic curve sizes: 256, 384 or 521 bits'
  if (type !== 'rsa') return null
  if (size < 1024) return 'For RSA keys, the minimum size is 1024 bits and the default is 4096 bits'
  return size > 16384 ? 'For RSA keys, the maximum size is 16384 bits' : null
}

/** Says why a machine in FIPS mode has no such keys; null where it has. */
export const fipsProblem = (type: string, size: number | undefined): string | null => {
  if (type.startsWith('ed25519')) return 'there are no Ed25519 keys: use type: ecdsa'
  return type === 'rsa' && bitsOf(type, size) < 2048
    ? `RSA keys have at least 2048 bits: size: ${size} has fewer`
    : null
}
