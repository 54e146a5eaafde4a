import { spawnSync } from 'node:child_process'

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  bare: ['openssh-client'],
  ansible: ['ansible'],
  mitogen: ['ansible', 'ansible-mitogen'],
}

/** What tools come in, all of it Debian's own. */
export const packagesOf = (tools: readonly string[]): readonly string[] => [
  ...new Set(tools.flatMap((name) => PACKAGES[name] ?? [])),
]

const versionOf = (name: string): string | null => {
  const format = ['-W', '-f', '${db:Status-Status} ${Version}', name]
  const [status, version = ''] = spawnSync('dpkg-query', format, { encoding: 'utf8' }).stdout.split(' ')
  return status === 'installed' ? version : null
}

/** Installs the packages that are not there yet with apt-get. */
export const install = (packages: readonly string[]): void => {
  const missing = packages.filter((name) => versionOf(name) === null)
  if (missing.length === 0) return
  process.stderr.write(`installing ${missing.join(', ')}\n`)
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (done.status !== 0) throw new Error(`cannot install ${missing.join(', ')}: this benchmark runs on Debian, as root`)
}

/** The versions that were measured, for the line below the tables. */
export const versions = (packages: readonly string[]): string =>
  packages.map((name) => `${name} ${versionOf(name)}`).join(', ')
