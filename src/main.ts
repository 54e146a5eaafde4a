#!/usr/bin/env node
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

// names are looked up on the thread pool: four threads would make 500 hosts queue
process.env.UV_THREADPOOL_SIZE ??= '64'

const home = dirname(dirname(fileURLToPath(import.meta.url)))

try {
  const { processSurroundings } = await import('./cli/process-surroundings.ts')
  const { runCommandLine } = await import('./cli/command-line.ts')
  process.exit(await runCommandLine(processSurroundings(home)))
} catch (error) {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`\u001b[?25hthis is a bug in keyward, not a mistake of yours:\n${trace}\n`)
  process.exit(70)
}
