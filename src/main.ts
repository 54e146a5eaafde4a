#!/usr/bin/env node
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

// names are looked up on the thread pool: four threads would make 500 hosts queue
process.env.UV_THREADPOOL_SIZE ??= '64'

// a third of a run's CPU went to optimizing code that ran for a second: only what stays hot is worth it
setFlagsFromString('--interrupt-budget=1000000')
// the young generation is small: four threads wake for what one does sooner
setFlagsFromString('--no-parallel-scavenge')

const BUG = 70
const SHOW_CURSOR = '\u001b[?25h'

const endAsBug = (error: unknown): never => {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR)
  process.stderr.write(`this is a bug in keyward, not a mistake of yours:\n${trace}\n`)
  process.exit(BUG)
}

process.on('uncaughtException', endAsBug)
process.on('unhandledRejection', endAsBug)

try {
  const { processSurroundings } = await import('./cli/process-surroundings.ts')
  const { runCommandLine } = await import('./cli/command-line.ts')
  const code = await runCommandLine(processSurroundings(dirname(dirname(fileURLToPath(import.meta.url)))))
  // a stream tells of its last failure in the next turn
  await new Promise(setImmediate)
  process.exit(code)
} catch (error) {
  endAsBug(error)
}
