import { createHash } from 'node:crypto'
import { type BigIntStats, readFileSync } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What a snapshot keeps of one path: a file by its hash, a link by its target. */
export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sha256?: string
  readonly target?: string
}

/** What each path was at one time. */
export type Snapshot = Map<string, Entry>

// not of the disk: they are gone when the host restarts
const volatile = ['/proc', '/sys', '/dev', '/run', '/tmp']

/** Paths that change by logging in or by using sudo, whatever is done there, and who writes them. */
export const traces: readonly { readonly path: string; readonly reason: string }[] = [
  { path: '/var/log/lastlog', reason: 'sshd: the last login of each user' },
  { path: '/var/log/wtmp', reason: 'sshd: every login and logout' },
  { path: '/var/log/btmp', reason: 'sshd: every refused login' },
  { path: '/var/lib/sudo', reason: 'sudo: who has been lectured' },
  { path: '/home/admin/.sudo_as_admin_successful', reason: 'sudo: that a member of group admin has used it' },
  { path: '/var/log/journal', reason: 'systemd: what sshd, sudo and PAM log' },
  { path: '/var/lib/systemd', reason: 'systemd: its timers, random seed and lingering users' },
  { path: '/var/tmp', reason: 'systemd: private folders of services that it starts and stops' },
]

/** Hashes of base files that were read before, so that the second snapshot reads only what a host has changed. */
export type HashCache = Map<string, string>

/** Reads the whole root file system under `root`, but for what is volatile and the traces of logins. */
export async function takeSnapshot(root: string, hashes: HashCache): Promise<Snapshot> {
  const snapshot: Snapshot = new Map()
  const left = new Set([...volatile, ...traces.map((trace) => trace.path)])
  const visit = async (path: string): Promise<void> => {
    const stats = await lstat(join(root, path), { bigint: true })
    snapshot.set(path, await entryOf(join(root, path), stats, hashes))
    if (!stats.isDirectory()) return
    const names = (await readdir(join(root, path))).map((name) => join(path, name))
    await Promise.all(names.filter((name) => !left.has(name)).map(visit))
  }
  await visit('/')
  return snapshot
}

async function entryOf(file: string, stats: BigIntStats, hashes: HashCache): Promise<Entry> {
  const owner = { mode: Number(stats.mode & 0o7777n), uid: Number(stats.uid), gid: Number(stats.gid) }
  if (stats.isDirectory()) return { kind: 'folder', ...owner }
  if (stats.isSymbolicLink()) return { kind: 'link', ...owner, target: await readlink(file) }
  if (!stats.isFile()) return { kind: 'other', ...owner }
  // a file that was changed is on another device or has another change time than the base's
  const identity = [stats.dev, stats.ino, stats.size, stats.ctimeNs].join(':')
  // read at once: thousands of files read side by side would be thousands of open files
  const sha256 = hashes.get(identity) ?? createHash('sha256').update(readFileSync(file)).digest('hex')
  hashes.set(identity, sha256)
  return { kind: 'file', ...owner, sha256 }
}

/** The paths in which two snapshots differ, sorted. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].filter((path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path))).sort()
}
