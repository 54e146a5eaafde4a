import { randomBytes } from 'node:crypto'
import { quote } from './quote.ts'

/** What a framed script answered, byte for byte. */
export interface RawAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

const MARK_BYTES = 16
// random bytes cost a call of the system each time, however few they are
let pool: Buffer = Buffer.alloc(0)

/** A word that no output can hold by accident or by guessing. */
export const newMark = (): string => {
  if (pool.length === 0) pool = randomBytes(64 * MARK_BYTES)
  const mark = pool.toString('hex', 0, MARK_BYTES)
  pool = pool.subarray(MARK_BYTES)
  return mark
}

/**
 * Wraps a script so that its end is seen on both streams: in a subshell and through eval, so that neither `exit` nor a
 * syntax error ends the shell around it, and without the shell's own input, which holds the next frames.
 */
export const framed = (script: string, mark: string): string =>
  `(eval ${quote(script)}) </dev/null; printf '%s%03d' ${mark} $?; printf ${mark} >&2\n`

/** The same of a script of ours that neither ends its shell nor reads its input: without a subshell. */
export const framedBare = (script: string, mark: string): string =>
  `${script}; printf '%s%03d' ${mark} $?; printf ${mark} >&2\n`

const CODE_LENGTH = 3
const NOTHING: Buffer = Buffer.alloc(0)

/** Collects the answers of frames that run one after the other on the same two streams. */
export class Collector {
  readonly #answered: (answer: RawAnswer) => void
  readonly #streams = { stdout: [] as Cutter[], stderr: [] as Cutter[] }

  constructor(answered: (answer: RawAnswer) => void) {
    this.#answered = answered
  }

  /** Expects the answer of one more frame. */
  expect(mark: string): void {
    this.#streams.stdout.push(new Cutter(mark, CODE_LENGTH))
    this.#streams.stderr.push(new Cutter(mark, 0))
  }

  /** Takes what came on a stream, and tells of every frame that is answered by now. */
  hear(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    let left: Buffer | null = chunk
    for (const cutter of this.#streams[stream]) {
      if (cutter.done) continue
      left = cutter.feed(left)
      if (left === null) break
    }
    this.#settle()
  }

  /** Bytes that the first unanswered frame has put out so far. */
  pending(): number {
    const { stdout, stderr } = this.#streams
    return (stdout[0]?.size ?? 0) + (stderr[0]?.size ?? 0)
  }

  /** What the first unanswered frame has put out so far: the last words of a shell that ended. */
  leftOver(): { readonly stdout: Buffer; readonly stderr: Buffer } {
    const { stdout, stderr } = this.#streams
    return { stdout: stdout[0]?.body() ?? NOTHING, stderr: stderr[0]?.body() ?? NOTHING }
  }

  #settle(): void {
    const { stdout, stderr } = this.#streams
    while (stdout[0]?.done && stderr[0]?.done) {
      const answer = { code: Number(stdout[0].tail), stdout: stdout[0].body(), stderr: stderr[0].body() }
      stdout.shift()
      stderr.shift()
      this.#answered(answer)
    }
  }
}

/** Cuts one stream at a mark with a tail behind it, looking at each byte about once. */
class Cutter {
  readonly #mark: Buffer
  readonly #tailLength: number
  readonly #kept: Buffer[] = []
  #overlap: Buffer = NOTHING
  size = 0
  done = false
  tail = ''

  constructor(mark: string, tailLength: number) {
    this.#mark = Buffer.from(mark, 'latin1')
    this.#tailLength = tailLength
  }

  body(): Buffer {
    return Buffer.concat([...this.#kept, this.#overlap])
  }

  /** Gives what follows the mark and its tail; null as long as they are not there. */
  feed(chunk: Buffer): Buffer | null {
    this.size += chunk.length
    const bytes = this.#overlap.length === 0 ? chunk : Buffer.concat([this.#overlap, chunk])
    const found = bytes.indexOf(this.#mark)
    const end = found + this.#mark.length + this.#tailLength
    if (found >= 0 && bytes.length >= end) {
      this.#keep(bytes, found, found)
      this.tail = bytes.toString('latin1', end - this.#tailLength, end)
      this.done = true
      return bytes.subarray(end)
    }
    // the end of this chunk may be the beginning of the mark
    const split = found >= 0 ? found : Math.max(0, bytes.length - this.#mark.length + 1)
    this.#keep(bytes, split, bytes.length)
    return null
  }

  #keep(bytes: Buffer, split: number, end: number): void {
    if (split > 0) this.#kept.push(bytes.subarray(0, split))
    this.#overlap = bytes.subarray(split, end)
  }
}
