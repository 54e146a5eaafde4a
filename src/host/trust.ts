import type { ServerHostKeyAlgorithm } from 'ssh2'
import { HostKeyError } from '../contract/errors.ts'
import { innerType, judgeKey } from '../formats/known-hosts.ts'
import { fingerprintOf } from '../formats/public-key.ts'
import { DialError, dial } from './dial.ts'
import { checkHostKey, type Place } from './host-keys.ts'
import type { KnownHosts } from './known-hosts-files.ts'

/** A host key that a server shows. */
export interface HostKey {
  readonly type: string
  /** `SHA256:…` */
  readonly fingerprint: string
  readonly blob: Buffer
}

const KINDS: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
]

/** Asks a server for its host keys, one handshake for each type; nobody logs in, and nothing is trusted. */
export const scanHostKeys = async (address: string, port: number, timeoutMs: number): Promise<readonly HostKey[]> => {
  const shown = await Promise.all(KINDS.map((algorithms) => shownKey({ address, port, timeoutMs, algorithms })))
  return shown.filter((key) => key !== null)
}

const shownKey = async (about: Place & { timeoutMs: number; algorithms: readonly ServerHostKeyAlgorithm[] }) => {
  let blob: Buffer | null = null
  const check = {
    algorithms: [...about.algorithms],
    verify: (key: Buffer) => {
      blob = Buffer.from(key)
      return false
    },
    trouble: () => null,
  }
  try {
    await dial({ ...about, user: 'nobody', keepaliveMs: 0 }, check, (_left, _partial, next) => next('none'))
  } catch (error) {
    if (blob === null && !(error instanceof DialError && error.level === 'no-algorithm')) throw error
  }
  return blob === null ? null : hostKey(blob)
}

const hostKey = (blob: Buffer): HostKey => ({
  type: innerType(blob) ?? 'unknown',
  fingerprint: fingerprintOf(blob.toString('base64')),
  blob,
})

/** What known_hosts says about the keys that a server shows. */
export interface Trusting {
  /** they are recorded already */
  readonly known: readonly HostKey[]
  /** nothing of their type is recorded: they may be trusted */
  readonly unknown: readonly HostKey[]
  /** another key is recorded, or this one is revoked: never replaced */
  readonly refused: readonly HostKeyError[]
}

/** Sorts the keys that a server shows by what known_hosts says about them. */
export const judgeHostKeys = (knownHosts: KnownHosts, place: Place, keys: readonly HostKey[]): Trusting => {
  const recorded = knownHosts.of(place.address, place.port)
  const judged = keys.map((key) => ({ key, verdict: judgeKey(recorded, key.blob).verdict }))
  const refused = judged.flatMap(({ key, verdict }) => {
    if (verdict !== 'changed' && verdict !== 'revoked') return []
    const check = checkHostKey(knownHosts, place, { accept: 'strict' })
    check.verify(key.blob)
    const trouble = check.trouble()
    return trouble instanceof HostKeyError ? [trouble] : []
  })
  const of = (...verdicts: string[]) => judged.filter(({ verdict }) => verdicts.includes(verdict)).map(({ key }) => key)
  return { known: of('ok'), unknown: of('unknown', 'other-type-known'), refused }
}

/** Appends keys to ~/.ssh/known_hosts; a key that another one is recorded for is never added. */
export const trustHostKeys = (knownHosts: KnownHosts, place: Place, keys: readonly HostKey[]): Trusting => {
  const trusting = judgeHostKeys(knownHosts, place, keys)
  if (trusting.refused.length === 0)
    knownHosts.add(
      place.address,
      place.port,
      trusting.unknown.map((key) => key.blob),
    )
  return trusting
}
