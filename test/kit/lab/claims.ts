// Every lab has a folder here, named for its network, that says who owns it and holds all that is known of its hosts.
// What is needed to end a lab is in its folder, so that any process can do it.

import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from './command.ts'
import { stopHost } from './host.ts'
import { withLock } from './lock.ts'
import { freePort } from './network.ts'
import { isAlive, ownLife, readOr } from './process.ts'

/** A lab's own folder, its network 127.0.N.0/24 and the port that all its hosts listen on. */
export interface Claim {
  readonly folder: string
  readonly net: number
  readonly port: number
}

const labsFolder = '/run/keyward-lab'
const firstNet = 100
const lastNet = 249
const kept = 'kept'

/** Claims a free network, having cleared away what dead processes left. */
export async function claimLab(name: string, keep: boolean): Promise<Claim> {
  await mkdir(labsFolder, { recursive: true, mode: 0o700 })
  return withLock(
    `${labsFolder}.lock`,
    () => {},
    async () => {
      await stopStale()
      return claim(name, keep)
    },
  )
}

/** Stops and removes every lab whose owner has died without doing so. */
export async function cleanStale(): Promise<void> {
  await withLock(`${labsFolder}.lock`, () => {}, stopStale)
}

/** Stops every lab of that name, also one that another process left running; answers how many there were. */
export async function stopLabs(name: string): Promise<number> {
  const folders = (await labFolders()).filter((folder) => readOr(join(folder, 'name'), '') === `${name}\n`)
  for (const folder of folders) await stopClaim(folder)
  return folders.length
}

/** Ends all hosts of a lab and removes its folder. */
export async function stopClaim(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'hosts')).catch(() => [])
  await Promise.all(names.map((name) => stopHost(join(folder, 'hosts', name))))
  // out of the way first: an emptied folder of that number could be claimed before it is removed
  const gone = `${folder}.gone`
  await rename(folder, gone).catch(() => {})
  await rm(gone, { recursive: true, force: true })
}

/** Where a host of the lab keeps its files. */
export function hostFolder(lab: Claim, name: string): string {
  return join(lab.folder, 'hosts', name)
}

async function claim(name: string, keep: boolean): Promise<Claim> {
  const scratch = await mkdtemp(join(labsFolder, 'new-'))
  const { pid, born } = ownLife()
  await writeFile(join(scratch, 'name'), `${name}\n`)
  await writeFile(join(scratch, 'owner'), keep ? kept : `${pid} ${born}`)
  for (let net = firstNet; net <= lastNet; net++) {
    const folder = join(labsFolder, `${net}`)
    const port = await freePort(`127.0.${net}.1`)
    if (port !== null && (await renamed(scratch, folder))) return { folder, net, port }
  }
  await rm(scratch, { recursive: true })
  throw new LabError(`no network is left for a lab: 127.0.${firstNet}.0 to 127.0.${lastNet}.0 are all taken`)
}

async function stopStale(): Promise<void> {
  for (const folder of await labFolders()) {
    const owner = readOr(join(folder, 'owner'), kept)
    const [pid, born = ''] = owner.split(' ')
    if (owner !== kept && !isAlive({ pid: Number(pid), born })) await stopClaim(folder)
  }
}

async function labFolders(): Promise<string[]> {
  return (await readdir(labsFolder).catch(() => [])).map((name) => join(labsFolder, name))
}

/** False when the new name is taken: a folder with something in it is never replaced. */
function renamed(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  )
}
