import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** What a finished program left behind; `code` is 128 and more when a signal ended it. */
export interface Finished {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** What a program is given besides its arguments. */
export interface CommandOptions {
  readonly stdin?: string | Buffer
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly timeoutMs?: number
  readonly onText?: (text: string) => void
}

/** A mistake of the machine the lab is asked to run on, told in one sentence. */
export class LabError extends Error {}

/** The environment of this process with the system folders on its PATH, where chroot and debootstrap live. */
export function systemEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C.UTF-8' }
}

/** Runs a program to its end; rejects only when it cannot be started or outlives its time limit. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? systemEnv(), stdio: 'pipe' })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let late = false
    const limitMs = options.timeoutMs
    const timer = limitMs === undefined ? undefined : setTimeout(() => (late = child.kill('SIGKILL')), limitMs)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk) && options.onText?.(chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk) && options.onText?.(chunk.toString()))
    // a program that does not read its input closes the pipe early; its exit code tells whether that mattered
    child.stdin.on('error', () => {})
    child.stdin.end(options.stdin ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const finished = {
        code: code ?? 128 + signalNumber(signal),
        stdout: Buffer.concat(stdout),
        stderr: `${Buffer.concat(stderr)}`,
      }
      if (!late) resolve(finished)
      else reject(new Error(`${program} ran longer than ${limitMs} ms\n${finished.stdout}\n${finished.stderr}`))
    })
  })
}

/** Runs a program that has to succeed and answers what it printed. */
export async function mustRun(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(program, args, options)
  if (code !== 0)
    throw new LabError(`${program} ${args.join(' ')} ended with ${code}: ${lastLine(stderr || `${stdout}`)}`)
  return stdout.toString()
}

/** The last line with text in it. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (constants.signals[signal] ?? 0)
}
