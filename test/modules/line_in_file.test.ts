import assert from 'node:assert/strict'
import lineInFile from '../../modules/line_in_file.ts'
import { type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof lineInFile.plan>[0]

const PATH = '/srv/app.conf'

const host = (files: FakeHost['files'], answer?: FakeHost['answer']): FakeMachine =>
  fakeMachine({ files: files ?? {}, users: [{ name: 'alice' }], ...(answer === undefined ? {} : { answer }) })

const edit = (machine: FakeMachine, given: Partial<Given>, mode: 'run' | 'check' = 'run') =>
  tryModule(lineInFile, { path: PATH, ...given }, machine, { mode })

describe('line_in_file', () => {
  it('adds a line once, and shows it as a diff', async () => {
    const machine = host({ [PATH]: 'a\n' })
    const check = await edit(machine, { line: 'b' }, 'check')
    assert.equal(machine.text(PATH), 'a\n')
    const run = await edit(machine, { line: 'b' })
    assert.deepEqual([check.status, run.status, machine.text(PATH)], ['drift', 'changed', 'a\nb\n'])
    assert.deepEqual(run.changes, check.changes)
    assert.match(run.changes[0]?.diff ?? '', /^\+b$/m)
    assert.equal((await edit(machine, { line: 'b' })).status, 'ok')
  })

  it('edits what a link leads to, and keeps the link', async () => {
    const machine = host({ [PATH]: { link: 'real.conf' }, '/srv/real.conf': 'a\n' })
    assert.equal((await edit(machine, { line: 'b' })).status, 'changed')
    assert.deepEqual([machine.stat(PATH)?.kind, machine.text('/srv/real.conf')], ['link', 'a\nb\n'])
  })

  it('makes a file, and its directories, only where it is told to', async () => {
    const machine = host({})
    const refused = await edit(machine, { line: 'b' })
    assert.deepEqual([refused.status, refused.message], ['failed', `Destination ${PATH} does not exist !`])
    const waiting = await edit(machine, { line: 'b' }, 'check')
    assert.equal(waiting.status, 'waiting')
    const deep = { path: '/srv/a/b.conf', line: 'b', create: true }
    assert.equal((await edit(machine, deep)).status, 'changed')
    assert.deepEqual([machine.text('/srv/a/b.conf'), machine.stat('/srv/a/b.conf')?.mode], ['b\n', '0644'])
    assert.equal((await edit(machine, deep)).status, 'ok')
  })

  it('finds nothing to remove from a file that is not there', async () => {
    assert.equal((await edit(host({}), { line: 'b', state: 'absent' })).status, 'ok')
  })

  it('sets mode and owner where they are given, by name or number, also where the line is there', async () => {
    const machine = host({ [PATH]: 'a\n' })
    assert.equal((await edit(machine, { line: 'a', mode: '600', owner: 'alice' })).status, 'changed')
    assert.deepEqual(machine.stat(PATH), { kind: 'file', mode: '0600', owner: 'alice' })
    assert.equal((await edit(machine, { line: 'a', mode: '0600', owner: 'alice' })).status, 'ok')
  })

  it('misses an owner that is no account', async () => {
    const { status, message } = await edit(host({ [PATH]: 'a\n' }), { line: 'b', owner: 'bob' })
    assert.deepEqual([status, message], ['failed', 'user "bob" does not exist'])
  })

  it('has the text that it would write validated, in a dry run too, and leaves the file where that fails', async () => {
    const texts: (string | null)[] = []
    const machine = host({ [PATH]: 'a\n' }, ({ argv, text }) => {
      if (!argv.includes('visudo -cf /dev/stdin')) return undefined
      texts.push(text)
      return text?.includes('bad') ? { code: 1, stderr: 'syntax error' } : { code: 0 }
    })
    const given = { validate: 'visudo -cf %s' }
    assert.equal((await edit(machine, { ...given, line: 'good' }, 'check')).status, 'drift')
    const failed = await edit(machine, { ...given, line: 'bad' })
    assert.deepEqual([failed.status, machine.text(PATH)], ['failed', 'a\n'])
    assert.equal(failed.message, 'failed to validate: rc:1 error:syntax error (visudo -cf %s)')
    assert.deepEqual(texts, ['a\ngood\n', 'a\nbad\n'])
  })

  it('asks nobody to validate a text that stays as it is', async () => {
    const machine = host({ [PATH]: 'a\n' })
    assert.equal((await edit(machine, { line: 'a', validate: 'false %s' })).status, 'ok')
  })

  it('keeps the text as it was beside the file', async () => {
    const machine = host({ [PATH]: { text: 'a\n', mode: '0600' } })
    await edit(machine, { line: 'b', backup: true })
    const [backup = ''] = machine.paths().filter((path) => path.endsWith('~'))
    assert.match(backup, /^\/srv\/app\.conf\.[0-9a-f]{8}~$/)
    assert.deepEqual([machine.text(backup), machine.stat(backup)?.mode], ['a\n', '0600'])
    assert.equal((await edit(machine, { line: 'b', backup: true })).status, 'ok')
  })

  it('refuses what every run would change again', async () => {
    const machine = host({ [PATH]: 'a\n' })
    const { status, message } = await edit(machine, { regexp: '(a+)', line: '\\1a', backrefs: true })
    assert.deepEqual([status, machine.text(PATH)], ['failed', 'a\n'])
    assert.match(message, /edited again by every run/)
  })

  it('refuses a directory', async () => {
    const machine = host({ '/srv/dir': { directory: true } })
    assert.equal((await edit(machine, { path: '/srv/dir', line: 'a' })).message, 'Path /srv/dir is a directory !')
  })

  it('complains before any connection', () => {
    const wrong = lineInFile.review?.(
      {
        path: PATH,
        state: 'present',
        line: 'a',
        firstmatch: false,
        backrefs: false,
        create: false,
        backup: false,
        validate: '/bin/true',
      },
      { looped: new Set() },
    )
    assert.deepEqual(wrong, [{ param: 'validate', message: 'validate must contain %s: /bin/true' }])
  })
})
