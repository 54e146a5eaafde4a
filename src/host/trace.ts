import type { RawAnswer } from './frame.ts'

/** One thing asked of a machine and what it answered; commands are named without their standard input. */
export interface Traced {
  readonly power: string
  readonly shown: string
  readonly answer: RawAnswer
  readonly durationMs: number
}

/** Is told what a machine was asked, for `-vvv`. */
export type Trace = (traced: Traced) => void

const MOST_LINES = 10
const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/** Writes what was asked and answered as lines of text; private keys in an answer become dots, long answers are cut. */
export const traceLines = (machine: string, traced: Traced): readonly string[] => {
  const { answer } = traced
  const lines = (bytes: Buffer, mark: string): readonly string[] => {
    const all = bytes.toString('utf8').replace(PRIVATE, '•••').replaceAll('\0', ' ').split('\n')
    if (all.at(-1) === '') all.pop()
    const shown = all.slice(0, MOST_LINES).map((line) => `${mark} ${line}`)
    return all.length > MOST_LINES ? [...shown, `${mark} … ${all.length - MOST_LINES} more lines`] : shown
  }
  return [
    `${machine} ${traced.power}$ ${traced.shown} -> ${answer.code} (${traced.durationMs.toFixed(0)} ms)`,
    ...lines(answer.stdout, '  |'),
    ...lines(answer.stderr, '  !'),
  ]
}
