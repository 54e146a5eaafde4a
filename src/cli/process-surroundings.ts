import { basename, relative } from 'node:path'
import { startAgain } from './start-again.ts'
import type { Sink, Surroundings } from './surroundings.ts'

/** The surroundings that this process has. */
export const processSurroundings = (home: string): Surroundings => ({
  environment: process.env,
  stdout: sinkOf(process.stdout),
  stderr: sinkOf(process.stderr),
  program: programOf(process.argv[1] ?? '', process.env),
  argv: process.argv.slice(2),
  home,
  clock: () => new Date(),
  start: (argv) => startAgain(process.argv[1] ?? '', argv),
})

let held: NodeJS.WriteStream | null = null

const release = (): void => {
  held?.uncork()
  held = null
}

/**
 * Has what is told in the same turn leave in one write, since each may wait for its reader; what another stream is told
 * comes behind it, and a terminal, on which others write too, shows everything at once.
 */
const hold = (stream: NodeJS.WriteStream): void => {
  if (held === stream) return
  release()
  if (stream.isTTY) return
  if (!isReleasedAtExit) process.on('exit', release)
  isReleasedAtExit = true
  held = stream
  stream.cork()
  process.nextTick(release)
}
let isReleasedAtExit = false

/** A stream that swallows what nobody reads: `| head` never ends a run between two changes. */
const sinkOf = (stream: NodeJS.WriteStream): Sink => {
  let gone = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const isFirst = !gone
    gone = true
    // a reader that went away has seen enough; anything else is a loss
    if (isFirst && error.code !== 'EPIPE' && stream !== process.stderr)
      process.stderr.write(`keyward: what is told cannot be written: ${error.message}\n`)
  })
  return {
    write: (text) => {
      if (gone) return
      hold(stream)
      stream.write(text)
    },
    isTTY: stream.isTTY === true,
    size: () => ({ columns: stream.columns ?? 80, rows: stream.rows ?? 24 }),
  }
}

const programOf = (script: string, environment: NodeJS.ProcessEnv): string => {
  if (environment.npm_command === 'exec') return 'npx keyward'
  if (basename(script) !== 'main.js') return 'keyward'
  const short = relative(process.cwd(), script)
  return `node ${short.startsWith('..') ? script : short}`
}
