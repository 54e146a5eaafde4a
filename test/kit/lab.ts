import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readyBase, type Variant } from './lab/base.ts'
import { claimLab, hostFolder, stopClaim } from './lab/claims.ts'
import { LabError } from './lab/command.ts'
import { type LabHost, startHost } from './lab/host.ts'
import { clientKey, hostKeys, knownHostsLines } from './lab/keys.ts'
import type { Progress } from './lab/narrate.ts'
import { writeSeed } from './lab/seed.ts'
import { raiseLimits } from './lab/sysctl.ts'

export { cleanStale, stopLabs } from './lab/claims.ts'
export { LabError } from './lab/command.ts'
export type { ExecOptions, LabHost } from './lab/host.ts'
export { differences, type Snapshot, traces } from './lab/snapshot.ts'

/** Which hosts to start; see each field for what goes without saying. */
export interface LabOptions {
  /** How many (they are called h1, h2 and so on), or what they are called. */
  readonly hosts: number | readonly string[]
  /** What `stopLabs` finds it by. */
  readonly name?: string
  readonly variant?: Variant
  /** True to leave it running when this process ends. */
  readonly keep?: boolean
  readonly progress?: Progress
}

/** Hosts that run, and what a client needs to log in to them. */
export interface Lab {
  readonly hosts: readonly LabHost[]
  /** A folder to use as HOME, with .ssh/known_hosts in it. */
  readonly home: string
  readonly knownHosts: string
  /** The private key that admin, secure and plain have on every host. */
  readonly key: string
  /** The text of an inventory.yml with all hosts. */
  readonly inventory: (user?: string) => string
  /** The path of a file with that text, for admin. */
  readonly inventoryFile: string
  /** The path of a file for OpenSSH's `ssh -F FILE NAME`, as admin. */
  readonly sshConfigFile: string
  readonly stop: () => Promise<void>
}

/** The password of the user `secure`, the only one who has one. */
export const securePassword = 'correct horse'

/** Starts hosts on loopback addresses of their own and answers when the sshd of each does. */
export async function startLab(options: LabOptions): Promise<Lab> {
  if (process.getuid?.() !== 0) {
    throw new LabError('the lab needs root: it makes namespaces and mounts, so run it as root or with sudo')
  }
  const { variant = 'debian', keep = false, progress = () => {} } = options
  const base = await readyBase(variant, progress)
  const key = await clientKey(base)
  raiseLimits()
  const claim = await claimLab(options.name ?? 'lab', keep)
  const stop = (): Promise<void> => stopClaim(claim.folder)
  const hashes = new Map<string, string>()
  const start = async (name: string, index: number): Promise<LabHost> => {
    const place = { name, address: `127.0.${claim.net}.${index + 1}`, port: claim.port }
    const folder = hostFolder(claim, name)
    await writeSeed(join(folder, 'seed'), place, await hostKeys(base, name), `${key}.pub`, variant)
    return startHost({ place, base, folder, variant, keep, lab: `${claim.net}` }, hashes)
  }
  // all of them settled: one that starts late would outlive the stop
  const started = await Promise.allSettled(hostNames(options.hosts).map(start))
  const failure = started.find((result) => result.status === 'rejected')
  if (failure !== undefined) {
    await stop()
    throw failure.reason
  }
  const hosts = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const home = join(claim.folder, 'home')
  const knownHosts = await writeKnownHosts(home, base, hosts)
  const inventory = (user = 'admin'): string => inventoryText(hosts, key, user)
  const inventoryFile = join(claim.folder, 'inventory.yml')
  await writeFile(inventoryFile, inventory())
  const sshConfigFile = join(claim.folder, 'ssh_config')
  await writeFile(sshConfigFile, sshConfigText(hosts, key, knownHosts))
  return { hosts, home, knownHosts, key, inventory, inventoryFile, sshConfigFile, stop }
}

function hostNames(hosts: number | readonly string[]): readonly string[] {
  return typeof hosts === 'number' ? Array.from({ length: hosts }, (_, index) => `h${index + 1}`) : hosts
}

async function writeKnownHosts(home: string, base: string, hosts: readonly LabHost[]): Promise<string> {
  const lines = hosts.map(async ({ name, address, port }) => {
    const names = port === 22 ? [address, name] : [`[${address}]:${port}`, `[${name}]:${port}`]
    return knownHostsLines(await hostKeys(base, name), names)
  })
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const file = join(home, '.ssh', 'known_hosts')
  await writeFile(file, `${(await Promise.all(lines)).flat().join('\n')}\n`)
  return file
}

function inventoryText(hosts: readonly LabHost[], key: string, user: string): string {
  const port = hosts[0]?.port ?? 22
  const vars = [`ansible_user: ${user}`, `ansible_ssh_private_key_file: ${key}`]
  if (port !== 22) vars.push(`ansible_port: ${port}`)
  const lines = hosts.flatMap((host) => [`    ${host.name}:`, `      ansible_host: ${host.address}`])
  return ['all:', '  vars:', ...vars.map((line) => `    ${line}`), '  hosts:', ...lines, ''].join('\n')
}

function sshConfigText(hosts: readonly LabHost[], key: string, knownHosts: string): string {
  const all = ['User admin', `IdentityFile ${key}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`]
  const block = (pattern: string, lines: string[]): string => [`Host ${pattern}`, ...lines].join('\n  ')
  const each = hosts.map((host) => block(host.name, [`HostName ${host.address}`, `Port ${host.port}`]))
  return [...each, block('*', [...all, 'StrictHostKeyChecking yes']), ''].join('\n')
}
