import { bytesOf, textOf } from '../contract/bytes.ts'
import type { RawAnswer } from './frame.ts'

/** What was to be read ends before that, or is something else. */
export class CutOff extends Error {}

/** Reads what was put out for several looks, piece by piece; throws {@link CutOff} where a piece is not there. */
export const readerOf = ({ stdout, stderr }: RawAnswer, mark: string, from = 0) => {
  const end = Buffer.from(mark, 'latin1')
  // a mark stands before what each script complains of, and behind it
  const complaints = textOf(stderr).split(mark).map(bytesOf)
  let at = from
  let script = -1
  const until = (stop: number | Buffer): Buffer => {
    const found = stdout.indexOf(stop, at)
    if (found < 0) throw new CutOff()
    const part = stdout.subarray(at, found)
    at = found + (typeof stop === 'number' ? 1 : stop.length)
    return part
  }
  return {
    until,
    untilMark: () => until(end),
    take(length: number): Buffer {
      if (!(length >= 0 && at + length <= stdout.length)) throw new CutOff()
      at += length
      return stdout.subarray(at - length, at)
    },
    /** what a subshell put out, with its exit code behind it */
    answer(complained: Buffer): RawAnswer {
      const said = until(end)
      return { code: Number(said.subarray(-3).toString('latin1')), stdout: said.subarray(0, -3), stderr: complained }
    },
    rest: () => stdout.subarray(at),
    /** what the next script complained of */
    complaints(): Buffer {
      script += 2
      return complaints[script] ?? Buffer.alloc(0)
    },
    /** what was complained of before all scripts, behind them, and by whomever */
    before: complaints[0] ?? Buffer.alloc(0),
    behind: complaints.at(-1) ?? Buffer.alloc(0),
    all: Buffer.concat(complaints),
  }
}
