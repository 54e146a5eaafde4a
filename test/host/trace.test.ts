import assert from 'node:assert/strict'
import type { Machine } from '../../src/contract/machine.ts'
import { questions } from '../../src/contract/questions.ts'
import type { Wire } from '../../src/host/channel.ts'
import { createFlights } from '../../src/host/flights.ts'
import { localConnection } from '../../src/host/local.ts'
import { createMachine } from '../../src/host/machine.ts'
import { runnerOf } from '../../src/host/runner.ts'
import { type Traced, traceLines } from '../../src/host/trace.ts'

const traced = (stdout: string, stderr = ''): Traced => ({
  power: 'root',
  shown: 'read /etc/x',
  answer: { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) },
  durationMs: 12.3,
})

describe('a trace', () => {
  it('says who asked what, and what was answered', () =>
    assert.deepEqual(traceLines('web1', traced('a\nb\n', 'oh\n')), [
      'web1 root$ read /etc/x -> 0 (12 ms)',
      '  | a',
      '  | b',
      '  ! oh',
    ]))

  it('cuts a long answer', () =>
    assert.deepEqual(traceLines('web1', traced('x\n'.repeat(30))).slice(-2), ['  | x', '  | … 20 more lines']))

  it('shows no private key, neither whole nor cut, and none in a command', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----'
    const answered = traced(`c2VjcmV0\n-----END X PRIVATE KEY-----\nbefore\n${key}\nafter\n`, `${key.slice(0, 43)}`)
    assert.deepEqual(traceLines('web1', { ...answered, shown: `echo '${key}'` }), [
      "web1 root$ echo '(private key, not shown)' -> 0 (12 ms)",
      '  | (private key, not shown)',
      '  | before',
      '  | (private key, not shown)',
      '  | after',
      '  ! (private key, not shown)',
    ])
  })
})

describe('a trace of a task with no_log', () => {
  const SECRET = 's3cr3t'

  /** A machine that answers everything with the secret, and the lines of its trace. */
  const machineOf = (): { readonly machine: Machine; readonly lines: string[] } => {
    const lines: string[] = []
    const wire: Wire = {
      open: () => assert.fail('no channel is needed'),
      bytesSent: () => 0,
      close: async () => {},
    }
    const shell = {
      run: async () => ({ code: 0, stdout: Buffer.from(SECRET), stderr: Buffer.from(SECRET) }),
      isOpen: () => true,
      close: () => {},
    }
    const runner = runnerOf({
      own: shell,
      root: shell,
      user: 'me',
      flights: createFlights(),
      trace: (one) => lines.push(...traceLines('web1', one)),
    })
    const connection = localConnection('me')
    const login = async () => assert.fail('no login is tried')
    return {
      machine: createMachine({
        name: 'web1',
        connection,
        wire,
        runner,
        control: null,
        answers: null,
        commands: { count: 0 },
        login,
      }),
      lines,
    }
  }

  const table: Readonly<Record<string, (machine: Machine, hidden: boolean) => Promise<unknown>>> = {
    'a question': (machine, hidden) => machine.look({ power: 'root', hidden }).ask(questions.own(`echo ${SECRET}`)),
    'a question as another user': (machine, hidden) =>
      machine
        .look({ power: 'root', hidden })
        .as('me')
        .ask(questions.own(`echo ${SECRET}`)),
    'a question on the control node': (machine, hidden) =>
      machine.look({ power: 'root', hidden }).control.ask(questions.own(`echo ${SECRET}`)),
    'a look at a file': (machine, hidden) =>
      machine
        .look({ power: 'root', hidden })
        .file(`/${SECRET}`)
        .catch(() => {}),
    'a command': (machine, hidden) => machine.touch({ power: 'root', hidden }).do({ argv: ['echo', SECRET] }),
    'a command as another user': (machine, hidden) =>
      machine
        .touch({ power: 'root', hidden })
        .as('me')
        .do({ argv: ['echo', SECRET] }),
    'a write': (machine, hidden) =>
      machine.write({ path: `/${SECRET}`, found: null, wanted: { kind: 'file', text: 'x' }, power: 'root', hidden }),
  }
  for (const [what, ask] of Object.entries(table))
    it(`tells of ${what} only that something ran`, async () => {
      const shown = machineOf()
      await ask(shown.machine, false)
      assert.match(shown.lines.join('\n'), new RegExp(SECRET))
      const { machine, lines } = machineOf()
      await ask(machine, true)
      assert.ok(lines.length > 0)
      for (const line of lines) assert.match(line, /^web1 (?:root|me)\$ \(hidden by no_log\) \(\d+ ms\)$/)
    })
})
