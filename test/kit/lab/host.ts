import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Variant } from './base.ts'
import { hostGroups, removeGroup } from './cgroups.ts'
import { type Finished, lastLine, runCommand, systemEnv } from './command.ts'
import { waitForSsh } from './network.ts'
import { isAlive, killAndWait, type Life, lifeOf, readOr } from './process.ts'
import type { Place } from './seed.ts'
import { type HashCache, type Snapshot, takeSnapshot } from './snapshot.ts'

/** What a command in a host is given, and who runs it. */
export interface ExecOptions {
  readonly stdin?: string | Buffer
  /** Root when not given. */
  readonly user?: string
}

/** A running host of the lab, seen from outside: nothing here goes through its sshd. */
export interface LabHost extends Place {
  /** Runs a shell command inside, from the root folder. */
  readonly exec: (command: string, options?: ExecOptions) => Promise<Finished>
  /** Starts it again from a pristine file system, with the same host keys. */
  readonly reset: () => Promise<void>
  /** Every path of its root file system, but for what logins leave; see `traces`. */
  readonly snapshot: () => Promise<Snapshot>
  /** Makes everything but /dev read-only, with systemd all but /dev, /var and /run; logins go on working. */
  readonly remountReadOnly: () => Promise<void>
  readonly remountReadWrite: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** What a host is started from: its folder on the machine holds seed/ and everything that is known of it. */
export interface HostPlan {
  readonly place: Place
  readonly base: string
  readonly folder: string
  readonly variant: Variant
  readonly lab: string
  /** True when the host is to outlive this process. */
  readonly keep: boolean
}

const remounts = {
  all: {
    readOnly: 'mount -o remount,ro / && mount -o remount,ro /run',
    readWrite: 'mount -o remount,rw / && mount -o remount,rw /run',
  },
  // systemd keeps its journal and its runtime files open for writing: /var and /run stay as they are
  folders: {
    readOnly:
      'for it in /etc /home /root /usr /tmp; do mount --bind $it $it && mount -o remount,bind,ro $it || exit 1; done',
    readWrite: 'umount -l /etc /home /root /usr /tmp',
  },
}

const startScript = join(import.meta.dirname, 'host.sh')

/** Starts a host and answers when its sshd does. */
export async function startHost(plan: HostPlan, hashes: HashCache): Promise<LabHost> {
  const { place, folder } = plan
  await boot(plan)
  const life = (): Life => hostLife(folder) ?? { pid: 0, born: '' }
  const enter = (command: readonly string[], stdin: string | Buffer = ''): Promise<Finished> => {
    if (!isAlive(life())) return Promise.reject(new Error(`the lab's host ${place.name} does not run`))
    const namespaces = ['-m', '-u', '-i', '-p', ...(plan.variant === 'systemd' ? ['-C'] : []), '-r', '-w']
    const clean = ['/usr/bin/env', '-i', 'HOME=/root', 'USER=root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']
    return runCommand('nsenter', ['-t', `${life().pid}`, ...namespaces, '--', ...clean, ...command], { stdin })
  }
  const exec = (command: string, options: ExecOptions = {}): Promise<Finished> =>
    enter(
      options.user === undefined ? ['sh', '-c', command] : ['su', options.user, '-s', '/bin/sh', '-c', command],
      options.stdin,
    )
  const remount = async (how: 'readOnly' | 'readWrite'): Promise<void> => {
    const done = await exec(remounts[plan.variant === 'systemd' ? 'folders' : 'all'][how])
    if (done.code !== 0) throw new Error(`${place.name} cannot be remounted: ${done.stderr}`)
  }
  return {
    ...place,
    exec,
    reset: () => stopHost(folder).then(() => boot(plan)),
    snapshot: () => takeSnapshot(`/proc/${life().pid}/root`, hashes),
    remountReadOnly: () => remount('readOnly'),
    remountReadWrite: () => remount('readWrite'),
    stop: () => stopHost(folder),
  }
}

/** Ends whatever runs in a host's folder, also when another process started it. */
export async function stopHost(folder: string): Promise<void> {
  const life = hostLife(folder)
  if (life !== null) await killAndWait(life)
  for (const group of readOr(join(folder, 'groups'), '').split('\n').filter(Boolean)) await removeGroup(group)
}

function hostLife(folder: string): Life | null {
  const stat = readOr(join(folder, 'stat'), '')
  return stat === '' ? null : lifeOf(stat)
}

async function boot(plan: HostPlan): Promise<void> {
  const { folder, place, variant } = plan
  await mkdir(join(folder, 'fs'), { recursive: true })
  rmSync(join(folder, 'stat'), { force: true })
  const groups = variant === 'systemd' ? hostGroups(plan.lab, place.name) : []
  await writeFile(join(folder, 'groups'), groups.map((group) => `${group}\n`).join(''))
  const log = openSync(join(folder, 'log'), 'w')
  const namespaces = [
    '--mount',
    '--uts',
    '--ipc',
    '--pid',
    '--fork',
    '--kill-child',
    ...(variant === 'systemd' ? ['--cgroup'] : []),
  ]
  const tied = plan.keep ? [] : ['setpriv', '--pdeathsig', 'KILL']
  const start = [...tied, 'unshare', ...namespaces, 'sh', startScript, folder, plan.base, place.name, variant]
  // a process joins its groups before it makes its namespaces, which start from there
  const enterGroups =
    'while read -r group; do mkdir -p "$group" && echo 0 > "$group/cgroup.procs"; done < groups; exec "$@"'
  const child = spawn('sh', ['-c', enterGroups, 'sh', ...start], {
    cwd: folder,
    detached: true,
    env: systemEnv(),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  const whyNot = (): string | null =>
    child.exitCode === null && child.signalCode === null
      ? null
      : `the lab's host ${place.name} did not start: ${lastLine(readOr(join(folder, 'log'), '')) || `it ended with ${child.exitCode ?? child.signalCode}`}`
  await waitForSsh(place.address, place.port, whyNot)
}
