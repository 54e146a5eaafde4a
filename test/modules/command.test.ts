import assert from 'node:assert/strict'
import command from '../../modules/command.ts'
import { LATER } from '../../src/contract/later.ts'
import { Secret } from '../../src/contract/secret.ts'
import { type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof command.plan>[0]

/** A machine that knows a program `make-it`, which ends with this code. */
const host = (code = 0, files: FakeHost['files'] = {}): FakeMachine =>
  fakeMachine({
    files,
    answer: ({ argv }) => {
      if (argv[2] === 'command -v -- "$1"') return { code: argv[4] === 'make-it' ? 0 : 127 }
      if (argv.includes('is-made')) return { code: 0 }
      if (argv.includes('is-not-made')) return { code: 1 }
      return argv.includes('make-it')
        ? { code, stdout: 'one\ntwo\n\n', stderr: code === 0 ? '' : 'no way\n' }
        : undefined
    },
  })

const ran = (machine: FakeMachine): readonly string[] =>
  machine.asked
    .filter(({ argv }) => argv.includes('make-it') && !argv.includes('command -v -- "$1"'))
    .map(({ argv }) => argv.join(' '))

const run = (machine: FakeMachine, given: Partial<Given>, mode: 'run' | 'check' | 'audit' = 'run') =>
  tryModule(command, { cmd: 'make-it', ...given }, machine, { mode })

describe('command', () => {
  it('runs in every run where nothing tells that it is done, and in no dry run', async () => {
    const machine = host()
    assert.equal((await run(machine, {}, 'audit')).status, 'skipped')
    const check = await run(machine, {}, 'check')
    assert.deepEqual([check.status, check.message, check.record.rc, ran(machine)], ['drift', 'would run', LATER, []])
    const { status, record } = await run(machine, { cmd: "make-it 'a b' $HOME" })
    assert.deepEqual(
      [status, record.rc, record.stdout, record.stdout_lines],
      ['changed', 0, 'one\ntwo', ['one', 'two']],
    )
    assert.deepEqual(ran(machine), ['make-it a b $HOME'])
  })

  it('is not run where creates, removes or unless say that it is done', async () => {
    for (const given of [{ creates: '/etc/ma*' }, { removes: '/etc/none' }, { unless: 'is-made' }]) {
      const machine = host(0, { '/etc/made': '' })
      const { status, record } = await run(machine, given)
      assert.deepEqual([status, record.rc, ran(machine)], ['ok', 0, []])
    }
    assert.match(
      (await run(host(0, { '/etc/made': '' }), { creates: '/etc/made' })).message,
      /^not run, since '\/etc\/made' exists$/,
    )
  })

  it('is stuck where it ran and what it was to create is not there', async () => {
    const machine = host()
    const { status, message } = await run(machine, { creates: '/etc/made' })
    assert.deepEqual([status, ran(machine).length], ['stuck', 1])
    assert.match(message, /done is false, wanted true/)
  })

  it('asks unless, in the directory in which it runs, in a dry run too', async () => {
    const machine = host(0, { "/srv/it's": { directory: true } })
    const { status } = await run(machine, { unless: 'is-not-made', chdir: "/srv/it's" }, 'check')
    assert.equal(status, 'drift')
    assert.ok(machine.asked.some(({ argv }) => argv[2] === "cd -- '/srv/it'\\''s' || exit 1\nis-not-made"))
  })

  it('fails with its code and its last words, which register gets all the same', async () => {
    const { status, message, record } = await run(host(3), {})
    assert.deepEqual([status, record.rc, record.stderr], ['failed', 3, 'no way'])
    assert.match(message, /^non-zero return code 3: no way/)
  })

  it('hands a secret to its standard input only', async () => {
    const machine = host()
    await run(machine, { stdin: new Secret('hush') })
    await run(machine, { stdin: new Secret('hush'), stdin_add_newline: false })
    const texts = machine.asked.map(({ text }) => text).filter((text) => text !== null)
    assert.deepEqual(texts, ['hush\n', 'hush'])
    assert.ok(machine.asked.every(({ argv }) => !argv.join(' ').includes('hush')))
  })

  it('runs in a directory, which must be there', async () => {
    const machine = host(0, { '/srv/dir': { directory: true } })
    await run(machine, { chdir: '/srv/dir' })
    assert.deepEqual(ran(machine), ['sh -c cd -- "$1" && shift && exec "$@" sh /srv/dir make-it'])
    assert.match((await run(machine, { chdir: '/srv/none' })).message, /^Unable to change directory before execution/)
  })

  it('misses a program, which an earlier task may still install', async () => {
    assert.deepEqual((await run(host(), { cmd: 'none' })).message, 'No such file or directory: none')
    assert.equal((await run(host(), { cmd: '/opt/none' }, 'check')).status, 'waiting')
  })

  const COMPLAINTS: readonly (readonly [given: Partial<Given>, message: RegExp])[] = [
    [{}, /^no command given$/],
    [{ cmd: '' }, /^no command given$/],
    [{ cmd: 'a', argv: ['a'] }, /^only command or argv can be given, not both$/],
    [{ cmd: "echo 'a" }, /^cmd cannot be cut into words: No closing quotation$/],
  ]
  for (const [given, message] of COMPLAINTS)
    it(`complains about ${JSON.stringify(given)}`, () => {
      const wrong = command.review?.({ stdin_add_newline: true, ...given }, { looped: new Set() }) ?? []
      assert.match(wrong[0]?.message ?? '', message)
    })
})
