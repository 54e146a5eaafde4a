import { existsSync, readdirSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const top = '/sys/fs/cgroup'

/** The groups, one in every hierarchy that a systemd inside might use, that a host with systemd lives in. */
export function hostGroups(lab: string, host: string): string[] {
  if (existsSync(join(top, 'cgroup.controllers'))) return [join(top, 'keyward-lab', lab, host)]
  // a new cpuset has no processors and takes no process
  const trees = readdirSync(top, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'cpuset',
  )
  return trees.map((tree) => join(top, tree.name, 'keyward-lab', lab, host))
}

/** Removes a group and all below it, once the processes in it are gone, and its parents when they are empty. */
export async function removeGroup(group: string): Promise<void> {
  for (let attempt = 0; existsSync(group) && attempt < 200; attempt++) {
    await removeBelow(group)
    if (existsSync(group)) await sleep(10)
  }
  await removeIfEmpty(join(group, '..'))
  await removeIfEmpty(join(group, '..', '..'))
}

async function removeBelow(group: string): Promise<void> {
  const entries = existsSync(group) ? readdirSync(group, { withFileTypes: true }) : []
  for (const entry of entries) if (entry.isDirectory()) await removeBelow(join(group, entry.name))
  await removeIfEmpty(group)
}

async function removeIfEmpty(group: string): Promise<void> {
  await rmdir(group).catch(() => {})
}
