import assert from 'node:assert/strict'
import file from '../../modules/file.ts'
import { type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof file.plan>[0]

const host = (files: FakeHost['files'] = {}): FakeMachine =>
  fakeMachine({
    files,
    users: [{ name: 'alice' }],
    answer: ({ argv }) =>
      argv.join(' ') === 'getent passwd 0' ? { stdout: 'root:x:0:0:root:/root:/bin/sh\n' } : { code: 2 },
  })

const make = (machine: FakeMachine, given: Partial<Given>, mode: 'run' | 'check' = 'run') =>
  tryModule(file, { path: '/srv/it', ...given }, machine, { mode })

/** Makes it, and then once more, which must find nothing to do. */
const twice = async (machine: FakeMachine, given: Partial<Given>) => {
  const first = await make(machine, given)
  assert.equal((await make(machine, given)).status, 'ok')
  return first.status
}

describe('file', () => {
  it('writes a text', async () => {
    const machine = host()
    machine.paths()
    await make(machine, { path: '/srv', state: 'directory' })
    assert.equal(await twice(machine, { content: 'a\n', mode: '600' }), 'changed')
    assert.deepEqual([machine.text('/srv/it'), machine.stat('/srv/it')?.mode], ['a\n', '0600'])
  })

  it('leaves the text alone where none is given', async () => {
    const machine = host({ '/srv/it': 'a\n' })
    assert.equal(await twice(machine, { mode: '0600', owner: 'alice' }), 'changed')
    assert.deepEqual([machine.text('/srv/it'), machine.stat('/srv/it')?.owner], ['a\n', 'alice'])
  })

  it('knows that 0 is root', async () => {
    assert.equal((await make(host({ '/srv/it': 'a\n' }), { owner: '0' })).status, 'ok')
  })

  it('has no file to manage where none is', async () => {
    const missing = await make(host(), { mode: '0600' })
    assert.deepEqual([missing.status, missing.message], ['failed', 'file (/srv/it) is absent, cannot continue'])
    assert.equal((await make(host(), { mode: '0600' }, 'check')).status, 'waiting')
  })

  it('misses the directory of a new file', async () => {
    const { status, message } = await make(host(), { path: '/srv/a/b', content: '' })
    assert.deepEqual([status, message], ['failed', 'directory "/srv/a" does not exist'])
  })

  it('makes a directory with its parents, all of them with the mode', async () => {
    const machine = host()
    assert.equal(await twice(machine, { path: '/srv/a/b', state: 'directory', mode: '0700' }), 'changed')
    assert.deepEqual([machine.stat('/srv/a')?.mode, machine.stat('/srv/a/b')?.mode], ['0700', '0700'])
  })

  it('takes a directory for one where no state is given', async () => {
    const machine = host({ '/srv/it': { directory: true } })
    assert.equal(await twice(machine, { mode: '0700' }), 'changed')
    assert.equal(machine.stat('/srv/it')?.kind, 'directory')
  })

  it('never turns a file into a directory, nor a directory into a file', async () => {
    const machine = host({ '/srv/it': 'a', '/srv/dir': { directory: true } })
    assert.equal((await make(machine, { state: 'directory' })).message, '/srv/it already exists as a file')
    const other = await make(machine, { path: '/srv/dir', content: '' })
    assert.equal(other.message, 'file (/srv/dir) is directory, cannot continue')
  })

  it('makes and turns a link', async () => {
    const machine = host({ '/srv/a': 'a', '/srv/b': 'b' })
    assert.equal(await twice(machine, { state: 'link', src: 'a' }), 'changed')
    assert.equal(await twice(machine, { src: '/srv/b' }), 'changed')
    assert.equal(machine.stat('/srv/it')?.kind, 'link')
  })

  it('links to nothing, and in the place of a file, only where it is forced', async () => {
    const machine = host({ '/srv/it': 'a' })
    assert.match((await make(machine, { src: 'none', path: '/srv/new' })).message, /src file does not exist/)
    assert.match((await make(machine, { src: '/root' })).message, /refusing to convert from file to symlink/)
    assert.equal(await twice(machine, { src: 'none', force: true }), 'changed')
    assert.equal(machine.stat('/srv/it')?.kind, 'link')
  })

  it('manages what a link leads to, and keeps the link', async () => {
    const machine = host({ '/srv/it': { link: 'real' }, '/srv/real': 'a\n' })
    assert.equal(await twice(machine, { content: 'b\n' }), 'changed')
    assert.deepEqual([machine.stat('/srv/it')?.kind, machine.text('/srv/real')], ['link', 'b\n'])
  })

  it('leaves an existing file to touch as it is, and makes a missing one empty', async () => {
    const machine = host({ '/srv/it': 'a\n' })
    assert.equal((await make(machine, { state: 'touch' })).status, 'ok')
    assert.equal(await twice(machine, { path: '/srv/new', state: 'touch' }), 'changed')
    assert.deepEqual([machine.text('/srv/it'), machine.text('/srv/new')], ['a\n', ''])
  })

  it('removes a file, a link itself, an empty directory', async () => {
    const machine = host({ '/srv/it': 'a', '/srv/l': { link: 'it' }, '/srv/d': { directory: true } })
    assert.equal(await twice(machine, { path: '/srv/l', state: 'absent' }), 'changed')
    assert.equal(machine.text('/srv/it'), 'a')
    assert.equal(await twice(machine, { state: 'absent' }), 'changed')
    assert.equal(await twice(machine, { path: '/srv/d', state: 'absent' }), 'changed')
    assert.equal(machine.stat('/srv/it'), null)
  })

  it('never removes a tree', async () => {
    const machine = host({ '/srv/it/child': 'a' })
    const { status, message } = await make(machine, { state: 'absent' })
    assert.deepEqual([status, machine.text('/srv/it/child')], ['failed', 'a'])
    assert.match(message, /not empty, and no tree is ever removed/)
  })

  const COMPLAINTS: readonly (readonly [given: Partial<Given>, param: string])[] = [
    [{ src: 'a', state: 'file' }, 'src'],
    [{ state: 'link' }, 'state'],
    [{ state: 'directory', content: 'a' }, 'content'],
    [{ state: 'absent', mode: '0600' }, 'mode'],
    [{ validate: 'true %s' }, 'validate'],
    [{ content: 'a', validate: 'true' }, 'validate'],
  ]
  for (const [given, param] of COMPLAINTS)
    it(`complains about ${JSON.stringify(given)}`, () => {
      const wrong = file.review?.({ path: '/srv/it', follow: true, force: false, ...given }, { looped: new Set() })
      assert.deepEqual(
        wrong?.map((one) => one.param),
        [param],
      )
    })
})
