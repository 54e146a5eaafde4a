import type { Machine, Writes } from '../../src/contract/machine.ts'

/** Writes several files by the `write` of a machine of a test, one after the other. */
export const writeEach =
  (write: Machine['write']): Machine['writeAll'] =>
  async (requests): Promise<Writes> => {
    const notes: string[] = []
    for (const [written, request] of requests.entries()) {
      const { how, note } = await write(request)
      if (note !== undefined) notes.push(note)
      if (how === 'stale') return { written, stopped: 'stale', unsure: 0, inOrder: false, notes }
    }
    return { written: requests.length, stopped: null, unsure: 0, inOrder: false, notes }
  }
