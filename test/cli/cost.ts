import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { folder } from '../kit/story.ts'

/** What one run of Node cost, its end included; other work on the machine adds little to it. */
export interface Cost {
  readonly cpuMs: number
  readonly peakMiB: number
  readonly code: number | null
}

const TELL = `process.on('exit', () => require('node:fs').writeSync(3, process.resourceUsage().maxRSS + '\\n'))`

const tell = join(folder({ 'tell.cjs': TELL }), 'tell.cjs')

/** Runs Node to its end and tells what it cost. */
export const costOf = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Cost => {
  // what bash counts is what the kernel counted of its ended children, to the millisecond
  const argv = ['-c', '"$@"; code=$?; times >&3; exit $code', 'bash', process.execPath, '-r', tell, ...words]
  const { status, output } = spawnSync('bash', argv, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LC_ALL: 'C', ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [peak = '', , children = ''] = (output[3] ?? '').split('\n')
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  return { cpuMs: cpu.reduce((sum, one) => sum + one, 0) * 1000, peakMiB: Number(peak) / 1024, code: status }
}
