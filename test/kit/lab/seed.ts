import { createHash } from 'node:crypto'
import { chmod, chown, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Variant } from './base.ts'

/** What a host of the lab is called and where its sshd listens. */
export interface Place {
  readonly name: string
  readonly address: string
  readonly port: number
}

const users = [
  { name: 'admin', id: 1000 },
  { name: 'secure', id: 1001 },
  { name: 'plain', id: 1002 },
]

// what a host without a console, disks or a network of its own has no use for
const masked = [
  ...[
    'getty@tty1.service',
    'console-getty.service',
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
  ],
  ...['e2scrub_all.timer', 'e2scrub_reap.service', 'systemd-udevd.service', 'systemd-udev-trigger.service'],
  ...['systemd-udevd-kernel.socket', 'systemd-udevd-control.socket', 'dev-hugepages.mount', 'dev-mqueue.mount'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'systemd-modules-load.service', 'systemd-sysctl.service'],
]

/** Writes everything in which a pristine host differs from its base. */
export async function writeSeed(
  folder: string,
  place: Place,
  keysFolder: string,
  publicKey: string,
  variant: Variant,
): Promise<void> {
  await mkdir(join(folder, 'etc', 'ssh'), { recursive: true })
  await mkdir(join(folder, 'etc', 'default'))
  const write = (path: string, text: string) => writeFile(join(folder, path), text)
  await write('etc/hostname', `${place.name}\n`)
  await write('etc/machine-id', `${createHash('md5').update(place.name).digest('hex')}\n`)
  await write('etc/hosts', `127.0.0.1 localhost\n${place.address} ${place.name}\n`)
  // sshd_config stays Debian's: what the lab needs goes on the command line, where a reload keeps it
  const options = `-o ListenAddress=${place.address}:${place.port} -o MaxStartups=1000:30:2000`
  await write('etc/default/ssh', `SSHD_OPTS="${options}"\n`)
  for (const file of await readdir(keysFolder)) {
    await copyFile(join(keysFolder, file), join(folder, 'etc', 'ssh', file))
    await chmod(join(folder, 'etc', 'ssh', file), file.endsWith('.pub') ? 0o644 : 0o600)
  }
  for (const user of users) await writeHome(join(folder, 'home', user.name), user.id, await readFile(publicKey, 'utf8'))
  if (variant !== 'systemd') return
  const units = join(folder, 'etc', 'systemd', 'system')
  await mkdir(units, { recursive: true })
  for (const unit of masked) await symlink('/dev/null', join(units, unit))
}

async function writeHome(home: string, id: number, publicKey: string): Promise<void> {
  await mkdir(join(home, '.ssh'), { recursive: true })
  await writeFile(join(home, '.ssh', 'authorized_keys'), publicKey)
  await chmod(join(home, '.ssh'), 0o700)
  await chmod(join(home, '.ssh', 'authorized_keys'), 0o600)
  for (const path of [home, join(home, '.ssh'), join(home, '.ssh', 'authorized_keys')]) await chown(path, id, id)
}
