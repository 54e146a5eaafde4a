import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemEnv } from './command.ts'

/** Runs the action while this process alone holds the lock file; the kernel lets go of it when the process dies. */
export async function withLock<T>(file: string, waiting: () => void, action: () => Promise<T>): Promise<T> {
  // cat ends, and the lock with it, when its input does
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    env: systemEnv(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const timer = setInterval(waiting, 5000)
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'close').then(() => Promise.reject(new Error(`cannot lock ${file}`))),
    ])
    clearInterval(timer)
    return await action()
  } finally {
    clearInterval(timer)
    holder.stdin.end()
  }
}
