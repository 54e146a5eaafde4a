// Logins of real people's kind: by OpenSSH's own client, which knows nothing of ours.

import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../kit/lab/command.ts'
import type { Lab, LabHost } from '../kit/lab.ts'
import { folder, keyward, type Told } from '../kit/story.ts'
import type { Document } from '../stories/given.ts'

/** How a login is tried. */
export interface Attempt {
  readonly user: string
  readonly key?: string
  readonly password?: string
  readonly command?: string
  readonly options?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Tries to log in, and gives what the command printed, or what ssh said last. */
export const logIn = async (lab: Lab, host: LabHost, attempt: Attempt): Promise<{ in: boolean; said: string }> => {
  const { user, key, password, command = 'echo in', options = [], env = {} } = attempt
  const methods = key === undefined ? ['PubkeyAuthentication=no'] : ['IdentitiesOnly=yes', 'PasswordAuthentication=no']
  const flags = [
    ...['StrictHostKeyChecking=yes', `UserKnownHostsFile=${lab.knownHosts}`, 'NumberOfPasswordPrompts=1'],
    ...(options.length === 0 ? methods : options),
  ].flatMap((option) => ['-o', option])
  const identity = key === undefined ? [] : ['-i', key]
  const { code, stdout, stderr } = await runCommand(
    'setsid',
    ['-w', 'ssh', '-F', 'none', ...flags, ...identity, '-p', `${host.port}`, `${user}@${host.address}`, command],
    { env: { PATH: process.env.PATH, ...askpass(password ?? ''), ...env } },
  )
  const words = (code === 0 ? stdout.toString() : stderr).trim().split('\n')
  return { in: code === 0, said: words.at(-1) ?? '' }
}

/** An environment in which ssh gets this answer to whatever it asks for, and each question is counted in a file. */
export const askpass = (answer: string): { readonly SSH_ASKPASS: string; readonly SSH_ASKPASS_REQUIRE: 'force' } => {
  const dir = folder({
    askpass: `#!/bin/sh\nprintf '%s\\n' "$1" >> "$(dirname "$0")/asked"\nprintf '%s\\n' '${answer}'\n`,
  })
  const script = join(dir, 'askpass')
  chmodSync(script, 0o755)
  return { SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: 'force' }
}

/** The methods that a server offers to a user. */
export const offered = async (lab: Lab, host: LabHost, user: string): Promise<string> => {
  const { said } = await logIn(lab, host, { user, options: ['PreferredAuthentications=none'] })
  return /\(([^)]*)\)\.$/.exec(said)?.[1] ?? said
}

/** Runs `keyward COMMAND` on a playbook that comes along, against the hosts of a lab. */
export const shipped = (
  lab: Lab,
  command: 'run' | 'check' | 'audit' | 'validate',
  name: string,
  about: {
    readonly extra?: Readonly<Record<string, unknown>>
    readonly flags?: readonly string[]
    readonly user?: string
  } = {},
): Promise<Told> => {
  const dir = folder({ 'inventory.yml': lab.inventory(about.user), 'extra.json': JSON.stringify(about.extra ?? {}) })
  const inventory = ['-i', join(dir, 'inventory.yml'), '-e', `@${join(dir, 'extra.json')}`]
  return keyward([command, `playbooks/${name}.yml`, ...inventory, ...(about.flags ?? [])], { home: lab.home })
}

/** The same, as its JSON document. */
export const shippedDocument = async (...about: Parameters<typeof shipped>): Promise<Document> => {
  const [lab, command, name, more = {}] = about
  const told = await shipped(lab, command, name, { ...more, flags: [...(more.flags ?? []), '--output', 'json'] })
  try {
    return told.json<Document>()
  } catch {
    throw new Error(`no document: ${told.stdout}\n${told.stderr}`)
  }
}

/** How often each outcome came up. */
export const outcomes = ({ results }: Document): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
