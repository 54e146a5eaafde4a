import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So many hosts side by side are no reason to care: what they leave behind is little. */
const MANY = 100
/** By how much of what is alive the heap may grow before it is collected. */
const GROWTH_PERCENT = 25

/**
 * Keeps memory near what is alive, for runs with many hosts side by side. By itself V8 collects its old generation for the
 * first time at some hundreds of megabytes, and what a host's handshake and answers leave behind is most of that.
 */
export const keepHeapLean = (hostsAtOnce: number): void => {
  if (hostsAtOnce <= MANY) return
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  // the limit follows what is alive from the first full collection on
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  setFlagsFromString('--no-expose-gc')
}
