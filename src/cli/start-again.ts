import { spawn } from 'node:child_process'
import type { Started } from './surroundings.ts'

/** Runs a script with this Node as a process of its own, in a group of its own: a Ctrl-C meant for this one is not its. */
export const startAgain = (script: string, argv: readonly string[]): Started => {
  const child = spawn(process.execPath, [...process.execArgv, script, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.on('error', (error) => resolve({ code: COULD_NOT, stdout: '', stderr: error.message }))
    child.on('close', (code) => resolve({ code: code ?? KILLED, ...said }))
  })
  return {
    pid: child.pid ?? null,
    ended,
    stop: (how) => {
      child.kill('SIGINT')
      // a second request ends it at once, and it still tells what it left: it is killed only where it does not
      if (how === 'now') setTimeout(() => child.kill('SIGKILL'), DYING_MS).unref()
    },
  }
}

const DYING_MS = 5000
const COULD_NOT = 127
const KILLED = 137
