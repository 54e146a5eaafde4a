import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from './base.ts'
import { mustRun } from './command.ts'

/** The folder with a host's own ed25519 and ecdsa keys, made the first time a host has that name. */
export function hostKeys(base: string, name: string): Promise<string> {
  const make = keygen('ed25519', 'ssh_host_ed25519_key') + keygen('ecdsa', 'ssh_host_ecdsa_key')
  return keysOnce(base, join(cacheFolder(), 'keys', 'hosts', name), `${make} :`)
}

/** The path of the private key that every user of every host accepts. */
export async function clientKey(base: string): Promise<string> {
  const folder = await keysOnce(base, join(cacheFolder(), 'keys', 'client'), `${keygen('ed25519', 'id_ed25519')} :`)
  return join(folder, 'id_ed25519')
}

/** The lines of a known_hosts file for one host, by each of its names. */
export async function knownHostsLines(folder: string, names: readonly string[]): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.pub')).sort()
  const keys = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return keys.map((key) => `${names.join(',')} ${key.split(' ').slice(0, 2).join(' ')}`)
}

function keygen(kind: string, file: string): string {
  return `chroot "$1" ssh-keygen -q -t ${kind} -N '' -C keyward-lab -f /mnt/${file} &&`
}

async function keysOnce(base: string, folder: string, make: string): Promise<string> {
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  const scratch = await mkdtemp(`${folder}.`)
  // the base's own ssh-keygen: the machine need not have OpenSSH
  await mustRun('unshare', ['--mount', 'sh', '-c', `mount --bind "$2" "$1/mnt" && ${make}`, 'sh', base, scratch])
  await chmod(scratch, 0o700)
  // another lab may have been quicker: its keys are as good
  await rename(scratch, folder).catch(() => rm(scratch, { recursive: true }))
  return folder
}
