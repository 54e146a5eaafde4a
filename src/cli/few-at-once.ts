/** Begins a work when there is room for it. */
export type Turns = <Value>(work: () => Promise<Value>) => Promise<Value>

/**
 * Lets `most` works be under way together. Where none of them ends within `patienceMs`, they wait for somebody else than
 * this process, and make room: many silent hosts do not hold up the others.
 */
export const fewAtOnce = (most: number, patienceMs: number): Turns => {
  const waiting: (() => void)[] = []
  const busy = new Set<symbol>()
  let stalled: NodeJS.Timeout | undefined

  const admit = (): void => {
    clearTimeout(stalled)
    while (busy.size < most && waiting.length > 0) waiting.shift()?.()
    if (waiting.length > 0) stalled = setTimeout(makeRoom, patienceMs)
  }
  const makeRoom = (): void => {
    busy.clear()
    admit()
  }

  return async (work) => {
    const own = Symbol('work')
    await new Promise<void>((resolve) => {
      waiting.push(() => {
        busy.add(own)
        resolve()
      })
      if (waiting.length === 1) admit()
    })
    try {
      return await work()
    } finally {
      busy.delete(own)
      admit()
    }
  }
}
