import { X509Certificate } from 'node:crypto'
import { bytesOf } from '../contract/bytes.ts'

/** A certificate; two with the same bytes are the same one. */
export interface Certificate {
  /** SHA-256 of its DER form, in hex */
  readonly digest: string
  /** with a line end behind it */
  readonly pem: string
  readonly subject: string
  readonly isAuthority: boolean
  readonly expires: Date
}

const BLOCK =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\r?\n[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----[^\S\n]*\n?/g

/** Reads all certificates of a PEM text; null where a block is none, or where there is no block at all. */
export const readCertificates = (text: string): readonly Certificate[] | null => {
  const blocks = text.match(BLOCK) ?? []
  const read = blocks.map(readBlock)
  return blocks.length > 0 && read.every((one) => one !== null) ? read : null
}

/** Says whether a text is a certificate in DER form, which has to be converted. */
export const isDer = (text: string): boolean => parsed(bytesOf(text)) !== null && !text.includes('-----BEGIN')

const readBlock = (block: string): Certificate | null => {
  const certificate = parsed(Buffer.from(block.replace(/(X509|TRUSTED) CERTIFICATE/g, 'CERTIFICATE'), 'latin1'))
  if (certificate === null) return null
  return {
    digest: digestOf(certificate),
    pem: certificate.toString(),
    subject: certificate.subject.replaceAll('\n', ', '),
    isAuthority: certificate.ca,
    expires: new Date(certificate.validTo),
  }
}

const digestOf = ({ fingerprint256 }: X509Certificate): string => fingerprint256.replaceAll(':', '').toLowerCase()

const parsed = (bytes: Buffer): X509Certificate | null => {
  try {
    return new X509Certificate(bytes)
  } catch {
    return null
  }
}

/** The digests of the certificates in a bundle; blocks that are none are passed over. */
export const digestsIn = (bundle: string): readonly string[] =>
  (bundle.match(BLOCK) ?? []).flatMap((block) => readBlock(block)?.digest ?? [])

/** Adds the certificates that a bundle does not have yet at its end; what stands there stays, byte for byte. */
export const withCertificates = (bundle: string, certificates: readonly Certificate[]): string => {
  const there = new Set(digestsIn(bundle))
  const missing = [...new Map(certificates.map((one) => [one.digest, one])).values()].filter(
    ({ digest }) => !there.has(digest),
  )
  if (missing.length === 0) return bundle
  return `${bundle}${bundle === '' || bundle.endsWith('\n') ? '' : '\n'}${missing.map(({ pem }) => pem).join('')}`
}

/** Takes certificates out of a bundle, wherever they stand. */
export const withoutCertificates = (bundle: string, certificates: readonly Certificate[]): string => {
  const gone = new Set(certificates.map(({ digest }) => digest))
  return bundle.replace(BLOCK, (block) => (gone.has(readBlock(block)?.digest ?? '') ? '' : block))
}
