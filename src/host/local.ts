import { spawn } from 'node:child_process'
import type { Connection } from '../contract/look.ts'
import type { Wire } from './channel.ts'

/** How this computer is connected to itself. */
export const localConnection = (user: string): Omit<Connection, 'power'> => ({
  kind: 'local',
  user,
  key: null,
  from: null,
  address: null,
  port: null,
  software: null,
})

/** This computer: each channel is a process of its own session, without a terminal that it could ask. */
export const localWire = (): Wire => {
  const children = new Set<ReturnType<typeof spawn>>()
  let bytes = 0
  return {
    open(argv, listener) {
      const [program = '/bin/sh', ...rest] = argv
      const child = spawn(program, rest, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
      children.add(child)
      const { stdin, stdout, stderr } = child
      let over = false
      const ended = (code: number | null, signal: string | null): void => {
        children.delete(child)
        if (over) return
        over = true
        listener.ended({ code, signal })
      }
      // what was written to a program that has ended is of no interest: its end is told by `close`
      stdin.on('error', () => {})
      stdout.on('data', (chunk: Buffer) => listener.stdout(chunk))
      stderr.on('data', (chunk: Buffer) => listener.stderr(chunk))
      child.on('error', (error) => {
        listener.stderr(Buffer.from(`${program}: ${error.message}\n`))
        ended(127, null)
      })
      child.on('close', (code, signal) => ended(code, signal))
      return {
        write(chunk) {
          bytes += chunk.length
          if (stdin.writable) stdin.write(chunk)
        },
        close() {
          over = true
          children.delete(child)
          stdin.destroy()
          stdout.destroy()
          stderr.destroy()
          child.unref()
        },
      }
    },
    bytesSent: () => bytes,
    close: async () => {
      for (const child of children) child.stdin?.end()
    },
  }
}
