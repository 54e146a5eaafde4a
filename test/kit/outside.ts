// What can be seen of a lab with tools that are not ours.

import assert from 'node:assert/strict'
import { runCommand } from './lab/command.ts'
import type { Lab, LabHost } from './lab.ts'

/** Logs in with OpenSSH's own client, which knows the hosts and is strict about it. */
export function ssh(lab: Lab, host: LabHost, user: string, command: string, stdin = '') {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${lab.knownHosts}`,
    'IdentitiesOnly=yes',
  ]
  const flags = options.flatMap((option) => ['-o', option])
  return runCommand(
    'ssh',
    ['-F', 'none', '-i', lab.key, ...flags, '-p', `${host.port}`, `${user}@${host.address}`, command],
    { stdin },
  )
}

/** What a command printed, trimmed. */
export async function said(running: Promise<{ code: number; stdout: Buffer }>): Promise<string> {
  return (await running).stdout.toString().trim()
}

/** Whatever is left of a lab with one host, both of that name: processes that have it for a root, folders, groups. */
export function remains(name: string): Promise<string> {
  const places = '/proc/[0-9]*/root/etc/hostname /run/keyward-lab/*/name'
  const script = `grep -lx ${name} ${places} 2>/dev/null; find /sys/fs/cgroup -name ${name}; grep ${name} /proc/[0-9]*/mounts 2>/dev/null`
  return said(runCommand('sh', ['-c', script]))
}

/** The only host, or the first, of a lab. */
export function firstHost(lab: Lab): LabHost {
  const [host] = lab.hosts
  assert(host)
  return host
}

/** A shell command that has a host's sshd read its files, and ends when it listens again: then it writes its pid file. */
export const RELOAD =
  'pid=$(cat /run/sshd.pid); rm /run/sshd.pid; kill -HUP $pid; n=0; until [ -s /run/sshd.pid ] || [ $((n += 1)) -gt 500 ]; do sleep 0.02; done'
