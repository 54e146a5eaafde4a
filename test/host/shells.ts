import { randomUUID } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { LoginRequest } from '../../src/contract/look.ts'
import type { Machine } from '../../src/contract/machine.ts'
import type { Answers } from '../../src/host/answers.ts'
import { createFlights } from '../../src/host/flights.ts'
import type { Frame } from '../../src/host/item.ts'
import { localConnection, localWire } from '../../src/host/local.ts'
import { createMachine } from '../../src/host/machine.ts'
import { PERL_OR_SHELL } from '../../src/host/perl.ts'
import { loginPowers } from '../../src/host/powers.ts'
import { runnerOf } from '../../src/host/runner.ts'
import { createShell } from '../../src/host/shell.ts'
import type { Commands } from '../../src/host/spec.ts'
import type { Reader } from '../../src/host/speech.ts'
import type { Trace } from '../../src/host/trace.ts'

/** The shells that hosts have for /bin/sh; busybox comes with its own tools as well. */
export const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ['dash'],
  bash: ['bash'],
  'busybox sh': ['busybox', 'sh'],
}

/** What reads a session: a shell, or perl with a shell behind it. */
export const READERS: Readonly<Record<string, readonly string[]>> = {
  ...SHELLS,
  'perl and sh': loginPowers('me', true).argv,
}

const opened: { close(): void }[] = []
// a test that fails leaves its shells open, and they would keep mocha from ending
after(() => {
  for (const shell of opened) shell.close()
})

/** A shell of this computer behind the real framing, with what a test asks of it. */
export const localShell = (
  argv: readonly string[],
  { trace, reader }: { readonly trace?: Trace | undefined; readonly reader?: Reader | undefined } = {},
) => {
  const wire = localWire()
  const flights = createFlights()
  const shell = createShell({
    ...{ wire, flights, powers: { ...loginPowers('me', argv.includes(PERL_OR_SHELL)), argv } },
    ...(reader === undefined ? {} : { reader }),
  })
  opened.push(shell)
  const frame = (script: string, about: Partial<Frame> = {}): Frame => ({
    script,
    libraries: [],
    timeoutMs: 8000,
    again: true,
    shown: 'the script',
    ...about,
  })
  const runner = runnerOf({ own: shell, root: shell, user: userInfo().username, flights, trace })
  return {
    runner,
    flights,
    raw: (script: string, about?: Partial<Frame>) => shell.run(frame(script, about)),
    async ask(script: string, about?: Partial<Frame>) {
      const { code, stdout, stderr } = await shell.run(frame(script, about))
      return { code, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') }
    },
    close: () => shell.close(),
  }
}

/** A machine of this computer whose shell, and with busybox whose tools, are the ones given. */
export const localMachine = (
  argv: readonly string[],
  about: {
    readonly control?: Machine
    readonly answers?: Answers
    readonly commands?: Commands
    readonly trace?: Trace
  } = {},
) => {
  const shell = localShell(argv, { trace: about.trace, reader: about.answers })
  const logins: LoginRequest[] = []
  const machine = createMachine({
    name: 'here',
    connection: localConnection(userInfo().username),
    wire: localWire(),
    runner: shell.runner,
    control: about.control ?? null,
    answers: about.answers ?? null,
    commands: about.commands ?? { count: 0 },
    login: async (request) => {
      logins.push(request)
      return { in: false, offered: ['publickey'], code: null, stdout: '', message: 'refused' }
    },
  })
  return { machine, shell, logins }
}

/** A directory that is made before the tests of its suite, empty, and gone after them. */
export const temporaryDirectory = (): string => {
  const directory = join(realpathSync(tmpdir()), `keyward-test-${randomUUID()}`)
  before(() => mkdirSync(directory))
  after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
