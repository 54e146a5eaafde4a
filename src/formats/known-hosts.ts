import { createHmac } from 'node:crypto'

/** One entry of a known_hosts file, as sshd(8) describes the format. */
export interface KnownHost {
  readonly line: number
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly hosts: string
  readonly type: string
  /** the key as `ssh-keygen` prints it: base64 */
  readonly blob: string
}

/** Reads the entries of a known_hosts file; comments and lines that ssh would skip are left out. */
export const parseKnownHosts = (text: string): readonly KnownHost[] => {
  const entries: KnownHost[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/[ \t]+/)
    const marker = words[0]?.startsWith('@') === true ? words.shift()?.slice(1) : null
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') continue
    const [hosts, type, blob] = words
    if (hosts === undefined || hosts.startsWith('#') || type === undefined || blob === undefined) continue
    if (innerType(Buffer.from(blob, 'base64')) !== type) continue
    entries.push({ line: index + 1, marker, hosts, type, blob: Buffer.from(blob, 'base64').toString('base64') })
  }
  return entries
}

/** The type that a key's blob itself names; null where it is no key. */
export const innerType = (blob: Buffer): string | null => {
  if (blob.length < 4) return null
  const length = blob.readUInt32BE(0)
  return length === 0 || blob.length < 4 + length ? null : blob.toString('latin1', 4, 4 + length)
}

/** The name under which known_hosts lists a host: `[host]:port` where the port is not 22. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

/** Says whether the hosts of an entry, plain, with patterns or hashed, name a host. */
export const namesHost = (hosts: string, name: string): boolean => {
  if (hosts.startsWith('|1|')) return matchesHash(hosts, name)
  let named = false
  for (const pattern of hosts.split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    named = true
  }
  return named
}

const matchesHash = (hosts: string, name: string): boolean => {
  const [, , salt = '', digest = ''] = hosts.split('|')
  const wanted = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64')
  return wanted === Buffer.from(digest, 'base64').toString('base64')
}

const matchesPattern = (pattern: string, name: string): boolean => {
  const lower = pattern.toLowerCase()
  if (!/[*?]/.test(lower)) return lower === name
  const source = lower
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(name)
}

/** A file of known hosts that was read. */
export interface KnownHostsFile {
  readonly path: string
  readonly entries: readonly KnownHost[]
}

/** An entry with its file. */
export interface Recorded extends KnownHost {
  readonly path: string
}

/** What is recorded for one host. Keys of certificate authorities are apart: host certificates are not supported. */
export interface KnownKeys {
  readonly keys: readonly Recorded[]
  readonly revoked: readonly Recorded[]
  readonly authorities: readonly Recorded[]
}

interface Indexed extends Recorded {
  readonly order: number
}

interface Index {
  /** entries that list nothing but names, by each */
  readonly byName: ReadonlyMap<string, readonly Indexed[]>
  /** patterns and hashes: they are compared with each host */
  readonly others: readonly Indexed[]
}

// remembered by the identity of what was read: a thousand hosts ask of the same files
const indexes = new WeakMap<readonly KnownHostsFile[], Index>()

const indexOf = (files: readonly KnownHostsFile[]): Index => {
  const known = indexes.get(files)
  if (known !== undefined) return known
  const byName = new Map<string, Indexed[]>()
  const others: Indexed[] = []
  let order = 0
  for (const { path, entries } of files)
    for (const entry of entries) {
      const indexed = { ...entry, path, order: order++ }
      if (/[*?!]|^\|1\|/.test(entry.hosts)) others.push(indexed)
      else
        for (const name of new Set(entry.hosts.toLowerCase().split(',')))
          byName.set(name, [...(byName.get(name) ?? []), indexed])
    }
  const index = { byName, others }
  indexes.set(files, index)
  return index
}

/** Finds what is recorded for a host; like ssh, a port that nobody recorded falls back to the plain name. */
export const knownKeys = (files: readonly KnownHostsFile[], host: string, port: number): KnownKeys => {
  const { byName, others } = indexOf(files)
  const named = (name: string): readonly Recorded[] => {
    const plain = byName.get(name) ?? []
    const matching = others.filter((entry) => namesHost(entry.hosts, name))
    return matching.length === 0 ? plain : [...plain, ...matching].sort((a, b) => a.order - b.order)
  }
  const exact = named(knownHostName(host, port))
  const plain = port === 22 ? [] : named(knownHostName(host, 22))
  const keys = (from: readonly Recorded[]) => from.filter((entry) => entry.marker === null)
  return {
    keys: keys(exact).length > 0 ? keys(exact) : keys(plain),
    revoked: [...exact, ...plain].filter((entry) => entry.marker === 'revoked'),
    authorities: [...exact, ...plain].filter((entry) => entry.marker === 'cert-authority'),
  }
}

/** What a key that a server shows means; `recorded` is the entry that says so. */
export type KeyVerdict =
  | { readonly verdict: 'ok' | 'changed' | 'other-type-known' | 'revoked'; readonly recorded: Recorded }
  | { readonly verdict: 'unknown' }

/** Judges a key that a server shows by what is recorded for it. */
export const judgeKey = (known: KnownKeys, blob: Buffer): KeyVerdict => {
  const shown = blob.toString('base64')
  const type = innerType(blob)
  const revoked = known.revoked.find((entry) => entry.blob === shown)
  if (revoked !== undefined) return { verdict: 'revoked', recorded: revoked }
  const same = known.keys.find((entry) => entry.blob === shown)
  if (same !== undefined) return { verdict: 'ok', recorded: same }
  const changed = known.keys.find((entry) => entry.type === type)
  if (changed !== undefined) return { verdict: 'changed', recorded: changed }
  const other = known.keys[0]
  return other === undefined ? { verdict: 'unknown' } : { verdict: 'other-type-known', recorded: other }
}

/** Writes an entry; hosts are not hashed. */
export const knownHostLine = (host: string, port: number, blob: Buffer): string =>
  `${knownHostName(host, port)} ${innerType(blob)} ${blob.toString('base64')}\n`
