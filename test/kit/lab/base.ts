import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { LabError, lastLine, mustRun, runCommand } from './command.ts'
import { withLock } from './lock.ts'
import { findMirror, installDebootstrap } from './mirror.ts'
import { narrate, type Progress } from './narrate.ts'

/** Whether a host is a Debian without an init system, the same with Python 3, one with systemd, or busybox with sshd and sudo. */
export type Variant = 'debian' | 'python' | 'busybox' | 'systemd'

const suite = 'bookworm'
const packages =
  'openssh-server,sudo,procps,iproute2,systemd,systemd-sysv,dbus,libpam-systemd,acl,attr,busybox-static,openssl,softhsm2,opensc'
const setupScript = join(import.meta.dirname, 'base.sh')
const busyboxScript = join(import.meta.dirname, 'busybox.sh')

/** The folder where base images and keys are kept between labs. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'keyward', 'lab')
}

/** The root file system that hosts of a variant start from, built first if it is not there. */
export async function readyBase(variant: Variant, progress: Progress): Promise<string> {
  const recipeWith = (included: string): readonly (string | Buffer)[] => [
    ...[suite, included, process.arch, readFileSync(setupScript)],
  ]
  if (variant === 'python') {
    const python = join(cacheFolder(), `python-${hash(recipeWith(`${packages},python3`))}`)
    await buildOnce(python, progress, (target) => buildDebian(target, `${packages},python3`, progress))
    return python
  }
  const recipe = recipeWith(packages)
  const base = join(cacheFolder(), `base-${hash(recipe)}`)
  const busybox = join(cacheFolder(), `busybox-${hash([...recipe, readFileSync(busyboxScript)])}`)
  await buildOnce(base, progress, (target) => buildDebian(target, packages, progress))
  if (variant !== 'busybox') return base
  await buildOnce(busybox, progress, (target) =>
    mustRun('sh', [busyboxScript, base, target]).then(() => progress('busybox image: ready')),
  )
  return busybox
}

/** Builds beside the target and renames, so that an interrupted build is never taken for a finished one. */
async function buildOnce(target: string, progress: Progress, build: (target: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return
  await mkdir(cacheFolder(), { recursive: true })
  const waiting = (): void => progress('base image: waiting for another process that is building it')
  await withLock(join(cacheFolder(), 'build.lock'), waiting, async () => {
    if (existsSync(target)) return
    const unfinished = readdirSync(cacheFolder()).filter((name) => name.startsWith('building-'))
    for (const name of unfinished) await rm(join(cacheFolder(), name), { recursive: true })
    const scratch = join(cacheFolder(), `building-${process.pid}`)
    await mkdir(scratch)
    try {
      await build(scratch)
      await rename(scratch, target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  })
}

async function buildDebian(target: string, included: string, progress: Progress): Promise<void> {
  const story = narrate('base image', progress)
  try {
    story.step(0, 'looking for debootstrap and a package mirror')
    await installDebootstrap()
    const mirror = await findMirror(suite)
    story.step(2, `debootstrap from ${mirror}`)
    let lines = 0
    // in namespaces of its own: its mounts of /proc and /sys vanish with it, and it ends when this process ends
    const alone = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child']
    const debootstrap = ['debootstrap', '--variant=minbase', `--include=${included}`, suite, target, mirror]
    const { code, stdout } = await runCommand('setpriv', [...alone, ...debootstrap], {
      onText: (text) => {
        lines += text.split('\n').length - 1
        // each of some 150 packages is told of about four times
        story.step(Math.min(92, 2 + Math.floor(lines / 7.6)), lastLine(text).replace(/^I: /, '').toLowerCase())
      },
    })
    if (code !== 0) throw new LabError(`the base image could not be built from ${mirror}: ${lastLine(`${stdout}`)}`)
    story.step(93, 'users and cleaning')
    await mustRun('chroot', [target, '/bin/sh'], { stdin: readFileSync(setupScript) })
    story.step(100, 'ready')
  } finally {
    story.end()
  }
}

function hash(parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\0')
  return sum.digest('hex').slice(0, 12)
}
