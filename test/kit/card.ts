// A card for this machine: SoftHSM's token in a folder, and programs run as if ~/.ssh were another folder.

import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Finished, mustRun, runCommand, systemEnv } from './lab/command.ts'
import { folder, mainFile } from './story.ts'

export const PROVIDER = '/usr/lib/softhsm/libsofthsm2.so'

const tools = ['/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool', PROVIDER]

/** Makes sure that SoftHSM and OpenSC are there, installing them with apt-get where they are not. */
export async function installCardTools(): Promise<void> {
  if (tools.every((path) => existsSync(path))) return
  const env = { ...systemEnv(), DEBIAN_FRONTEND: 'noninteractive' }
  const install = [
    '-o',
    'DPkg::Lock::Timeout=300',
    'install',
    '-y',
    '--no-install-recommends',
    'softhsm2',
    'opensc',
    'openssl',
  ]
  if ((await runCommand('apt-get', install, { env })).code === 0) return
  await mustRun('apt-get', ['update'], { env })
  await mustRun('apt-get', install, { env })
}

/** A key to put on a card. */
export interface CardKey {
  readonly label: string
  readonly id: string
  readonly type?: 'EC' | 'RSA'
}

/** A token in a folder; what uses it needs the environment. */
export interface Card {
  readonly env: Readonly<Record<string, string>>
  readonly pin: string
}

const ALGORITHMS = {
  EC: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
}

/** Makes a token with these keys; without keys there is no token at all. */
export async function makeCard(keys: readonly CardKey[]): Promise<Card> {
  const dir = folder({})
  mkdirSync(join(dir, 'tokens'))
  const config = `directories.tokendir = ${dir}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`
  const env = { SOFTHSM2_CONF: join(folder({ 'softhsm2.conf': config }), 'softhsm2.conf') }
  const pin = '471108'
  const util = (...args: string[]) => mustRun('softhsm2-util', args, { env: { ...systemEnv(), ...env } })
  if (keys.length > 0) await util('--init-token', '--free', '--label', 'card', '--pin', pin, '--so-pin', '87654321')
  for (const { label, id, type = 'EC' } of keys) {
    await mustRun('openssl', ['genpkey', ...ALGORITHMS[type], '-out', join(dir, 'key.pem')])
    await util('--import', join(dir, 'key.pem'), '--token', 'card', '--label', label, '--id', id, '--pin', pin)
  }
  return { env, pin }
}

/** Runs a program that finds another folder where this user's ~/.ssh is. */
export function withOwnSsh(
  ssh: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  const own = join(homedir(), '.ssh')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  return runCommand('unshare', ['-m', 'sh', '-c', script, 'sh', ssh, own, ...command], {
    env: { PATH: systemEnv().PATH, ...env },
    timeoutMs: 60_000,
  })
}

/** Runs the real command with another folder for ~/.ssh, and gives its exit code and document. */
export async function keywardWithOwnSsh<Document>(
  ssh: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly document: Document; readonly text: string }> {
  const { code, stdout, stderr } = await withOwnSsh(ssh, [process.execPath, mainFile, ...args, '--output', 'json'], env)
  return { code, document: JSON.parse(stdout.toString()) as Document, text: `${stdout}${stderr}` }
}
