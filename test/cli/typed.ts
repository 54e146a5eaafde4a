import { join } from 'node:path'
import type { Sink, Surroundings } from '../../src/cli/surroundings.ts'

/** The directory of the project. */
export const home = join(import.meta.dirname, '..', '..')

/** What a command line gave back. */
export interface Typed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process, without a terminal, as if the words had been typed. */
export const typed = async (...argv: readonly string[]): Promise<Typed> => await typedIn({}, argv)

/** The same with another clock or environment; what it starts runs in this process too. */
export const typedIn = async (
  about: {
    readonly clock?: () => Date
    readonly environment?: Readonly<Record<string, string>>
    readonly start?: Surroundings['start']
  },
  argv: readonly string[],
): Promise<Typed> => {
  // commands are loaded late, and are to share their modules with what loads them
  const { runCommandLine } = await import('../../src/cli/command-line.ts')
  const stdout = collector()
  const stderr = collector()
  const code = await runCommandLine({
    environment: about.environment ?? {},
    stdout,
    stderr,
    program: 'keyward',
    argv,
    home,
    clock: about.clock ?? (() => new Date()),
    start: about.start ?? ((words) => ({ pid: null, ended: typedIn(about, words), stop: () => {} })),
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
