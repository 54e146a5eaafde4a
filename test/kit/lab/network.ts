import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from './command.ts'

// 22 is taken on every address where the machine's own sshd listens on all of them
const ports = [22, 2222, 22022]

/** The first port that nobody listens on at that loopback address. */
export async function freePort(address: string): Promise<number | null> {
  for (const port of ports) if (await canListen(address, port)) return port
  return null
}

function canListen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, address, () => server.close(() => resolve(true)))
  })
}

/** Waits until an SSH server answers there; says what `whyNot` knows when the host has ended instead. */
export async function waitForSsh(
  address: string,
  port: number,
  whyNot: () => string | null,
  limitMs = 90_000,
): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await hasBanner(address, port))) {
    const ended = whyNot()
    if (ended !== null) throw new LabError(ended)
    if (Date.now() > end) throw new LabError(`no SSH server answers at ${address}:${port} after ${limitMs / 1000} s`)
    await sleep(25)
  }
}

function hasBanner(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    socket.setTimeout(5000, () => socket.destroy())
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('SSH-'))
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(false))
  })
}
