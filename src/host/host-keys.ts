import type { ServerHostKeyAlgorithm } from 'ssh2'
import { HostError, HostKeyError } from '../contract/errors.ts'
import { innerType, judgeKey, type KnownKeys, knownHostName } from '../formats/known-hosts.ts'
import { fingerprintOf } from '../formats/public-key.ts'
import type { KnownHosts } from './known-hosts-files.ts'

/** How a host's key is judged in one handshake. */
export interface HostKeyCheck {
  /** the types recorded for the host, which are the ones negotiated; all where none is recorded */
  readonly algorithms: ServerHostKeyAlgorithm[]
  /** says whether a shown key is trusted; what is wrong with it is kept in `trouble` */
  verify(blob: Buffer): boolean
  trouble(): HostError | null
}

/** Every algorithm by which a server may prove its key; none uses SHA-1. */
export const ALL_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

const algorithmsOf = (type: string): readonly ServerHostKeyAlgorithm[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : ALL_ALGORITHMS.filter((one) => one === type)

/** The algorithms for the keys recorded for a host; all of them where none is. */
export const knownAlgorithms = (known: KnownKeys): ServerHostKeyAlgorithm[] => {
  const types = new Set(known.keys.flatMap((entry) => algorithmsOf(entry.type)))
  return types.size === 0 ? [...ALL_ALGORITHMS] : ALL_ALGORITHMS.filter((one) => types.has(one))
}

/** Where a host is, as known_hosts names it. */
export interface Place {
  readonly address: string
  readonly port: number
}

/** Prepares to judge the key of one host. */
export const checkHostKey = (
  knownHosts: KnownHosts,
  place: Place,
  policy: { accept: 'strict' | 'accept-new'; note?: (text: string) => void },
): HostKeyCheck => {
  const known = knownHosts.of(place.address, place.port)
  let trouble: HostError | null = null
  return {
    algorithms: knownAlgorithms(known),
    trouble: () => trouble,
    verify(blob) {
      const judged = judgeKey(known, blob)
      if (judged.verdict === 'ok') return true
      if (judged.verdict === 'unknown' && policy.accept === 'accept-new') {
        trouble = record(knownHosts, place, blob, policy.note)
        return trouble === null
      }
      trouble = describe(judged, blob, { ...place, known, path: knownHosts.path })
      return false
    },
  }
}

/** Writes a new key down; ssh2 calls this from where nothing may be thrown. */
const record = (
  knownHosts: KnownHosts,
  { address, port }: Place,
  blob: Buffer,
  note: ((text: string) => void) | undefined,
): HostError | null => {
  try {
    knownHosts.add(address, port, [blob])
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return new HostError(`the host key cannot be recorded: ${words}`, { unreachable: true })
  }
  const name = knownHostName(address, port)
  note?.(
    `host key of ${name} recorded in ${knownHosts.path}: ${innerType(blob)} ${fingerprintOf(blob.toString('base64'))}`,
  )
  return null
}

const describe = (
  judged: ReturnType<typeof judgeKey>,
  blob: Buffer,
  about: Place & { known: KnownKeys; path: string },
): HostKeyError => {
  const type = innerType(blob) ?? 'unknown'
  const shown = { type, fingerprint: fingerprintOf(blob.toString('base64')) }
  const name = knownHostName(about.address, about.port)
  if (judged.verdict === 'unknown' || judged.verdict === 'ok') {
    const authority = about.known.authorities[0]
    const only =
      authority === undefined
        ? ''
        : `; the certificate authority at ${authority.path}:${authority.line} is not used: host certificates are not supported`
    return new HostKeyError(
      `the host key of ${name} is unknown: ${type} ${shown.fingerprint}${only}`,
      { verdict: 'unknown', ...shown },
      "compare the fingerprint with the machine's own, then trust it: keyward trust -i INVENTORY",
    )
  }
  const { recorded } = judged
  const at = `${recorded.path}:${recorded.line}`
  if (judged.verdict === 'revoked')
    return new HostKeyError(
      `the host key of ${name} is revoked: ${type} ${shown.fingerprint} (${at})`,
      { verdict: 'revoked', ...shown },
      'somebody else may be answering; give the machine new host keys',
    )
  const before = `${recorded.type} ${fingerprintOf(recorded.blob)}`
  return new HostKeyError(
    `the host key of ${name} has changed: it shows ${type} ${shown.fingerprint}, recorded is ${before} (${at})`,
    { verdict: 'changed', ...shown },
    `somebody may be listening in; if the machine was made anew: ssh-keygen -R ${/[[\]]/.test(name) ? `'${name}'` : name} -f ${recorded.path}`,
  )
}
