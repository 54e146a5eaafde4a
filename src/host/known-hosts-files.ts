import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HostError } from '../contract/errors.ts'
import {
  type KnownHostsFile,
  type KnownKeys,
  knownHostLine,
  knownKeys,
  parseKnownHosts,
} from '../formats/known-hosts.ts'

/** The known_hosts files of the control node, read once per run. */
export interface KnownHosts {
  /** the file that new keys are written to */
  readonly path: string
  of(host: string, port: number): KnownKeys
  /** appends keys that are not recorded yet; throws HostError where they cannot be written */
  add(host: string, port: number, blobs: readonly Buffer[]): void
}

/** Reads the user's and the machine's known_hosts files; those that are not there are empty. */
export const openKnownHosts = (home: string): KnownHosts => {
  const own = join(home, '.ssh', 'known_hosts')
  const paths = [own, join(home, '.ssh', 'known_hosts2'), '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
  let files: readonly KnownHostsFile[] | null = null
  const read = () => {
    files ??= paths.map((path) => ({ path, entries: parseKnownHosts(readIfThere(path)) }))
    return files
  }
  return {
    path: own,
    of: (host, port) => knownKeys(read(), host, port),
    add(host, port, blobs) {
      const before = readIfThere(own)
      const known = knownKeys([{ path: own, entries: parseKnownHosts(before) }], host, port)
      const recorded = new Set(known.keys.map((entry) => entry.blob))
      const lines = blobs
        .filter((blob) => !recorded.has(blob.toString('base64')))
        .map((blob) => knownHostLine(host, port, blob))
      if (lines.length === 0) return
      append(own, `${before === '' || before.endsWith('\n') ? '' : '\n'}${lines.join('')}`)
      files = null
    },
  }
}

const append = (path: string, text: string): void => {
  try {
    const directory = dirname(path)
    // with `recursive` Node calls it ENOENT, whatever it is that hinders
    if (!existsSync(directory)) mkdirSync(directory, { recursive: !existsSync(dirname(directory)), mode: 0o700 })
    const isNew = !existsSync(path)
    appendFileSync(path, text, { mode: 0o600 })
    if (isNew) chmodSync(path, 0o600)
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException
    // Node says "EROFS: read-only file system, mkdir '/root/.ssh'"
    const why = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message
    throw new HostError(`${path} cannot be written: ${why}`, { unreachable: true })
  }
}

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw new HostError(`known hosts cannot be read: ${message}`, { unreachable: true })
  }
}
