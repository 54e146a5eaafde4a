import { existsSync } from 'node:fs'
import { LabError, lastLine, mustRun, runCommand, systemEnv } from './command.ts'

const noMirror = 'the lab needs a package mirror to build its base image once, and none is reachable:'

/** Makes sure that debootstrap is there, installing it with apt-get when it is not. */
export async function installDebootstrap(): Promise<void> {
  if (!hasProgram('apt-get') || !hasProgram('dpkg')) {
    throw new LabError(
      'the lab needs Debian: its hosts are built from Debian packages, and this machine has no apt-get and dpkg',
    )
  }
  if (hasProgram('debootstrap')) return
  const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', 'debootstrap']
  const env = { ...systemEnv(), DEBIAN_FRONTEND: 'noninteractive' }
  if ((await runCommand('apt-get', install, { env })).code === 0) return
  await runCommand('apt-get', ['update'], { env })
  const { code, stderr } = await runCommand('apt-get', install, { env })
  if (code !== 0) throw new LabError(`${noMirror} apt-get install debootstrap ended with "${lastLine(stderr)}"`)
}

/** The first mirror of the machine's own apt that has the suite. */
export async function findMirror(suite: string): Promise<string> {
  // without the release info it lists what the sources name, also before the first apt-get update
  const sites = new Set(
    (await mustRun('apt-get', ['indextargets', '--no-release-info', '--format', '$(SITE)']))
      .split('\n')
      .filter(Boolean),
  )
  for (const site of sites) if (await hasSuite(site, suite)) return site
  const tried = sites.size === 0 ? "apt's sources name none" : `tried ${[...sites].join(', ')}`
  throw new LabError(`${noMirror} ${tried} for Debian's ${suite}`)
}

async function hasSuite(site: string, suite: string): Promise<boolean> {
  if (site.startsWith('file:')) return existsSync(new URL(`${site}/dists/${suite}/InRelease`))
  const proxy = (await mustRun('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy'])).match(/'(.*)'/)?.[1]
  const env = proxy === undefined ? systemEnv() : { ...systemEnv(), http_proxy: proxy }
  const wget = ['-q', '--spider', '--tries=2', '--timeout=10', `${site}/dists/${suite}/InRelease`]
  return (await runCommand('wget', wget, { env })).code === 0
}

function hasProgram(name: string): boolean {
  const folders = systemEnv().PATH?.split(':') ?? []
  return folders.some((folder) => existsSync(`${folder}/${name}`))
}
