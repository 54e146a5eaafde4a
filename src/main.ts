#!/usr/bin/env node
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

// names are looked up on the thread pool: four threads would make 500 hosts queue
process.env.UV_THREADPOOL_SIZE ??= '64'

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
