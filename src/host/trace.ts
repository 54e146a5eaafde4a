import { withoutPrivateKeys } from '../contract/secret.ts'
import type { RawAnswer } from './frame.ts'

/** One thing asked of a machine and what it answered; commands are named without their standard input. */
export interface Traced {
  readonly power: string
  readonly shown: string
  readonly answer: RawAnswer
  readonly durationMs: number
  /** of a task with `no_log`: only that something ran is told */
  readonly hidden?: true
}

/** Is told what a machine was asked, for `-vvv`. */
export type Trace = (traced: Traced) => void

const MOST_LINES = 10

/** Writes what was asked and answered as lines of text; private keys are not shown, long answers are cut. */
export const traceLines = (machine: string, traced: Traced): readonly string[] => {
  const { power, shown, answer, hidden } = traced
  const took = `(${traced.durationMs.toFixed(0)} ms)`
  if (hidden) return [`${machine} ${power}$ ${shown} ${took}`]
  return [
    `${machine} ${power}$ ${withoutPrivateKeys(shown)} -> ${answer.code} ${took}`,
    ...answerLines(answer.stdout, '  |'),
    ...answerLines(answer.stderr, '  !'),
  ]
}

const answerLines = (bytes: Buffer, mark: string): readonly string[] => {
  const all = withoutPrivateKeys(bytes.toString('utf8')).replaceAll('\0', ' ').split('\n')
  if (all.at(-1) === '') all.pop()
  const shown = all.slice(0, MOST_LINES).map((line) => `${mark} ${line}`)
  return all.length > MOST_LINES ? [...shown, `${mark} … ${all.length - MOST_LINES} more lines`] : shown
}
