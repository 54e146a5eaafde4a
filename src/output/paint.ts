import picocolors from 'picocolors'
import type { Status } from '../contract/outcome.ts'

/** How words are coloured; without colours each gives its text back, and the text says the same. */
export interface Paint {
  status(status: Status, text: string): string
  added(text: string): string
  removed(text: string): string
  strong(text: string): string
  faint(text: string): string
  command(text: string): string
}

/** Gives the colours of a stream, or none. */
export const paints = (colored: boolean): Paint => {
  const { bold, cyan, dim, green, red, yellow, magenta } = picocolors.createColors(colored)
  const colors: Readonly<Record<Status, (text: string) => string>> = {
    ok: green,
    changed: yellow,
    drift: yellow,
    stuck: red,
    failed: red,
    unreachable: red,
    skipped: cyan,
    waiting: magenta,
  }
  return {
    status: (status, text) => colors[status](text),
    added: green,
    removed: red,
    strong: bold,
    faint: dim,
    command: cyan,
  }
}

/** Says whether a stream is to be coloured: a terminal that can, and nobody who said no (`NO_COLOR`, `--no-color`). */
export const isColored = (
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
  flag: boolean,
): boolean => {
  if (!flag || (environment.NO_COLOR ?? '') !== '') return false
  if ((environment.FORCE_COLOR ?? '0') !== '0') return true
  return stream.isTTY === true && environment.TERM !== 'dumb'
}
