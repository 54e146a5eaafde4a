import { join } from 'node:path'
import type { Sink } from '../../src/cli/surroundings.ts'

/** The directory of the project. */
export const home = join(import.meta.dirname, '..', '..')

/** What a command line gave back. */
export interface Typed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process, without a terminal, as if the words had been typed. */
export const typed = async (...argv: readonly string[]): Promise<Typed> => {
  // commands are loaded late, and are to share their modules with what loads them
  const { runCommandLine } = await import('../../src/cli/command-line.ts')
  const stdout = collector()
  const stderr = collector()
  const code = await runCommandLine({
    environment: {},
    stdout,
    stderr,
    program: 'keyward',
    argv,
    home,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

const collector = (): Sink & { text(): string } => {
  let all = ''
  return {
    write: (text) => {
      all += text
    },
    text: () => all,
    isTTY: false,
    size: () => ({ columns: 100, rows: 24 }),
  }
}
