import { stripVTControlCharacters } from 'node:util'
import type { Write } from './output.ts'

/** A terminal with lines that stay, and below them a block that is drawn anew. */
export interface Screen {
  /** adds text that stays; seen with the next drawing */
  print(text: string): void
  /** replaces the block by these lines, each cut at the terminal's width */
  draw(lines: readonly string[]): void
  /** takes the block away until `resume`; what is printed meanwhile is kept back */
  pause(): void
  resume(): void
  /** takes the block away and shows the cursor again */
  close(): void
}

/** How wide and high the terminal is just now. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Draws on a terminal; one write for what stays and the block together, so that nothing flickers. */
export const screenOn = (write: Write, size: () => Size): Screen => {
  let waiting = ''
  let drawn: readonly string[] = []
  let drawnColumns = 0
  let paused = false

  const show = (lines: readonly string[]): void => {
    const block = lines.map((line) => `${line}\n`).join('')
    const { columns } = size()
    const rows = columns < drawnColumns ? rowsOf(drawn, columns) : drawn.length
    write(`${HIDE_CURSOR}${erase(rows)}${waiting}${NO_WRAP}${block}${WRAP}`)
    waiting = ''
    drawn = lines
    drawnColumns = columns
  }

  return {
    print: (text) => {
      waiting += text
    },
    draw: (lines) => {
      if (paused) return
      if (waiting !== '' || lines.length !== drawn.length || lines.some((line, row) => line !== drawn[row])) show(lines)
    },
    pause: () => {
      if (!paused) show([])
      paused = true
      write(SHOW_CURSOR)
    },
    resume: () => {
      paused = false
    },
    close: () => {
      paused = false
      if (waiting !== '' || drawn.length > 0) show([])
      write(SHOW_CURSOR)
    },
  }
}

const HIDE_CURSOR = '\u001b[?25l'
/** Shows the cursor that a screen hid; for ends that no screen survives. */
const SHOW_CURSOR = '\u001b[?25h'
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'

const erase = (rows: number): string => (rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`)

// a terminal that was made narrower has broken the lines drawn before
const rowsOf = (lines: readonly string[], columns: number): number =>
  lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / Math.max(1, columns))),
    0,
  )
