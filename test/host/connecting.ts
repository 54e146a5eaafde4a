import assert from 'node:assert/strict'
import { HostError } from '../../src/contract/errors.ts'
import type { Machine } from '../../src/contract/machine.ts'
import { connectSsh, type HostSpec, openLocal, type SshRun, startSsh } from '../../src/host/connect.ts'
import type { Lab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'

/** What is otherwise than with admin and his key on the first host. */
export interface Otherwise extends Partial<HostSpec> {
  readonly home?: string
  readonly notes?: string[]
  readonly first?: string
  /** the run that it is part of */
  readonly ssh?: SshRun
}

/** Connects to the first host of a lab. */
export type Connect = (about?: Otherwise) => Promise<Machine>

const opened: Machine[] = []

/** Gives what connects to the first host of a lab, by a home and a run of its own each time. */
export const connectIn =
  (lab: Lab): Connect =>
  async ({ home = lab.home, notes = [], first, ssh = startSsh({ home, agentSocket: '' }), ...spec } = {}) => {
    const { name, address, port } = firstHost(lab)
    const machine = await connectSsh(
      {
        ...{ name, address, port, user: 'admin', keyFiles: [lab.key], hostKeys: 'strict' },
        ...{ timeoutMs: 10_000, keepaliveMs: 15_000 },
        ...spec,
      },
      { ssh, control: openLocal({ ssh }), first: first ?? null, note: (text) => notes.push(text) },
    )
    opened.push(machine)
    return machine
  }

/** Closes what was connected. */
export const closeAll = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((machine) => machine.close()))
}

/** The error with which something about a host failed. */
export const failed = async (work: Promise<unknown>): Promise<HostError> => {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HostError, String(error))
  return error
}
