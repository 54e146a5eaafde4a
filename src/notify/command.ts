import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Channel } from '../schedule/shape.ts'
import { DeliveryError } from './delivery-error.ts'
import type { Around } from './given.ts'
import type { Payload } from './shape.ts'

type Command = Extract<Channel, { kind: 'command' }>

/**
 * Runs a command without a shell, in the directory of the schedules' file, the message as JSON on its stdin; 0 is
 * delivered. Of the environment it gets PATH, HOME and what begins with KEYWARD_. What it says is not read, since it
 * may say its secrets. Throws DeliveryError.
 */
export const runCommand = (
  { argv }: Command,
  payload: Payload,
  { environment, file, timeoutMs }: Around & { readonly timeoutMs: number },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program = '', ...words] = argv
    const child = spawn(program, words, {
      cwd: dirname(file),
      env: Object.fromEntries(Object.entries(environment).filter(([name]) => /^(PATH|HOME|KEYWARD_.*)$/.test(name))),
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      end(child.pid)
    }, timeoutMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      const { code = 'unknown error' } = error as { code?: string }
      reject(new DeliveryError(`the command does not start: ${code}`, 'later'))
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (isLate) reject(new DeliveryError('the command did not end in time', 'soon'))
      else if (code === 0) resolve()
      else reject(new DeliveryError(`the command ended with ${code ?? signal}`, 'soon'))
    })
    // a command need not read what it is told
    child.stdin.on('error', () => {})
    child.stdin.end(`${JSON.stringify(payload)}\n`)
  })

/** Ends a process with all that it started: it leads a group of its own. */
const end = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has just ended by itself
  }
}
