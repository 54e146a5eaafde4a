// Loaded before tests that write many small files: their temporary directory is in memory, where it is large enough and may
// hold programs; else it stays where it was.
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'

const MEMORY = '/dev/shm'
const ENOUGH = 1 << 30

const isFit = (): boolean => {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .match(/^tmpfs \/dev\/shm tmpfs (\S+)/m)?.[1]
    ?.split(',')
  if (mount === undefined || mount.includes('noexec') || mount.includes('ro')) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize > ENOUGH
}

if (isFit()) {
  const directory = mkdtempSync(`${MEMORY}/keyward-`)
  process.env.TMPDIR = directory
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
}
