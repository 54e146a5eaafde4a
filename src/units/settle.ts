import { HostError } from '../contract/errors.ts'
import type { Touch } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import type { Unit } from './find.ts'

/** The sockets on which a process listens: inode to port; empty where it has none, or where only root may know. */
export type Listening = ReadonlyMap<string, number>

const LISTEN = '0A'

/** Reads /proc/PID/net/tcp and tcp6, and `ls -l /proc/PID/fd` after them. */
export const parseListening = (text: string): Listening => {
  const open = new Set([...text.matchAll(/-> socket:\[(\d+)\]/g)].map(([, inode]) => inode))
  const sockets = [...text.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ (\w\w) (?:\S+ +){5}(\d+)/gm)]
  return new Map(
    sockets.flatMap(([, port = '', state, inode = '']) =>
      state === LISTEN && open.has(inode) ? [[inode, Number.parseInt(port, 16)] as const] : [],
    ),
  )
}

/** Where a process listens now. */
export const listeningOf = async (on: Touch, pid: number | null): Promise<Listening> =>
  pid === null ? new Map() : parseListening((await on.ask(questions.processSockets(pid))).stdout)

/** How a unit is waited for after a reload. */
export interface Settling {
  /** where it listened before: it must listen again */
  readonly before: Listening
  /** it closes its sockets and opens new ones, as sshd does: only new ones say that it is back */
  readonly reopens: boolean
}

const LIMIT_MS = 15_000
const PATIENCE_MS = 1_500
const STEP_MS = 100
const GONE = 3

/**
 * Waits until a unit that was reloaded is back: its main process lives, and listens where it did so before. A daemon that
 * keeps its sockets (or has them from systemd) is taken as back after a moment.
 */
export const settle = async (on: Touch, unit: Unit, settling: Settling): Promise<void> => {
  const { before, reopens } = settling
  if (unit.pid === null) return
  for (let waitedMs = 0; waitedMs <= LIMIT_MS; waitedMs += STEP_MS) {
    const sockets = await on.ask(questions.processSockets(unit.pid, waitedMs / STEP_MS + 1))
    // sshd that has its sockets from systemd ends at a reload: the socket goes on listening, and starts a new one
    if (sockets.code === GONE && unit.socket !== null) return
    if (sockets.code === GONE) throw died(unit)
    const now = parseListening(sockets.stdout)
    const isNew = [...now.keys()].some((inode) => !before.has(inode))
    const isBack = before.size === 0 || isNew || (now.size > 0 && (!reopens || waitedMs >= PATIENCE_MS))
    if (isBack) return
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
  }
  throw new HostError(`${unit.name} was reloaded and does not listen again after ${LIMIT_MS / 1000} s`)
}

const died = (unit: Unit): HostError =>
  new HostError(`${unit.name} did not survive its reload: its main process ${unit.pid} is gone`, {
    hint: 'keep this session open, and look at its log',
  })
