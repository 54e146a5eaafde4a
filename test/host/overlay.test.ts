import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LATER } from '../../src/contract/later.ts'
import type { Plan } from '../../src/contract/machine.ts'
import { Waiting } from '../../src/contract/signals.ts'
import type { PathState } from '../../src/contract/state.ts'
import { localMachine, temporaryDirectory } from './shells.ts'

describe('a look at planned files', () => {
  const { machine } = localMachine(['/bin/sh'])
  const dir = temporaryDirectory()
  const at = (path: string): string => join(dir, path)
  const planned = (files: Record<string, PathState>): Plan =>
    new Map(Object.entries(files).map(([path, state]) => [at(path), state]))
  const through = (files: Record<string, PathState>, own: readonly string[] = []) =>
    machine.look({ power: null, plan: planned(files), own: new Set(own.map(at)) })

  before(() => {
    mkdirSync(at('etc/conf.d'), { recursive: true })
    writeFileSync(at('etc/conf'), 'old\n', { mode: 0o640 })
    writeFileSync(at('etc/conf.d/a'), 'a\n')
    symlinkSync('etc', at('link'))
    symlinkSync('conf', at('etc/to-conf'))
  })
  after(() => machine.close())

  it('sees a planned text, over the mode that the file has', async () => {
    const on = through({ 'etc/conf': { kind: 'file', text: 'new text\n' } })
    const found = await on.file(at('etc/conf'))
    assert.deepEqual([found?.text, found?.mode, found?.size], ['new text\n', '0640', 9])
    assert.ok((found?.modifiedMs ?? 0) > Date.now())
    assert.equal(await on.read(at('link/conf')), 'new text\n', 'also by another name of it')
    assert.equal(await on.read(at('etc/to-conf')), 'new text\n')
  })

  it('sees a planned mode over the text that the file has', async () => {
    const found = await through({ 'etc/conf': { kind: 'file', mode: '0600' } }).file(at('etc/conf'))
    assert.deepEqual([found?.text, found?.mode], ['old\n', '0600'])
  })

  it('sees a new file with what it will have', async () => {
    const on = through({ 'etc/new': { kind: 'file', text: 'x' } })
    const found = await on.file(at('etc/new'))
    const me = await on.user()
    assert.deepEqual([found?.mode, found?.owner, found?.group], ['0644', me?.name, me?.group])
    assert.equal(await on.read(at('link/new')), 'x', 'also by another name of its directory')
  })

  it('sees what is planned to be gone as gone, and all below it', async () => {
    const on = through({ 'etc/conf': null, 'etc/conf.d': { kind: 'absent' } })
    assert.equal(await on.file(at('etc/conf')), null)
    assert.equal(await on.file(at('etc/conf.d/a')), null)
    assert.equal(await on.list(at('etc/conf.d')), null)
    assert.deepEqual(await on.list(at('etc')), ['to-conf'])
    assert.equal(await on.read(at('link/conf')), null)
  })

  it('sees planned directories, and what is planned in them', async () => {
    const on = through({
      'etc/new.d': { kind: 'directory', mode: '0700' },
      'etc/new.d/b': { kind: 'file', text: 'b' },
    })
    assert.equal((await on.file(at('etc/new.d')))?.mode, '0700')
    assert.equal(await on.file(at('etc/new.d/none')), null)
    assert.deepEqual(await on.list(at('etc/new.d')), ['b'])
    assert.deepEqual(await on.list(at('link/new.d')), ['b'])
    assert.deepEqual(await on.list(at('etc')), ['conf', 'conf.d', 'new.d', 'to-conf'])
  })

  it('follows planned links', async () => {
    const on = through({
      'etc/here': { kind: 'link', target: 'conf' },
      there: { kind: 'link', target: 'etc' },
      nowhere: { kind: 'link', target: 'none' },
      round: { kind: 'link', target: 'round' },
    })
    assert.equal(await on.read(at('etc/here')), 'old\n')
    assert.equal(await on.read(at('there/conf')), 'old\n')
    assert.deepEqual(await on.list(at('there/conf.d')), ['a'])
    assert.deepEqual(await on.list(at('there')), ['conf', 'conf.d', 'here', 'to-conf'])
    assert.equal((await on.file(at('etc/here'), { follow: false }))?.target, 'conf')
    assert.deepEqual([(await on.file(at('nowhere')))?.kind, (await on.file(at('nowhere')))?.path], ['link', at('none')])
    await assert.rejects(on.file(at('round')), /too many levels of symbolic links/)
  })

  it("waits for a text that only the run can know, but for the task's own", async () => {
    const files = { 'etc/key.pub': { kind: 'file', text: LATER } } as const
    await assert.rejects(through(files).read(at('etc/key.pub')), Waiting)
    await assert.rejects(through(files).file(at('link/key.pub')), Waiting)
    assert.equal((await through(files).file(at('etc/key.pub'), { text: false }))?.kind, 'file')
    assert.equal((await through(files, ['etc/key.pub']).file(at('etc/key.pub')))?.text, LATER)
    await assert.rejects(through(files, ['etc/key.pub']).read(at('etc/key.pub')), Waiting)
  })

  it('says what is planned, at a path and below it', async () => {
    const on = through({ 'etc/conf': { kind: 'file', text: 'x' } })
    assert.equal(on.planned(at('etc/conf')), true)
    assert.equal(on.planned(at('etc')), true)
    assert.equal(on.planned(at('etc/conf.d')), false)
    await on.file(at('link/conf'))
    assert.equal(on.planned(at('link/conf')), true, 'by another name, once that was looked at')
    assert.equal(machine.look({ power: null }).planned(at('etc/conf')), false)
  })

  it('sees what was planned by a name that leads elsewhere', async () => {
    assert.equal(await machine.look({ power: null }).file(at('link/fresh')), null)
    const on = through({ 'link/fresh': { kind: 'file', text: 'x' } })
    assert.equal(await on.read(at('etc/fresh')), 'x')
    assert.equal((await on.list(at('etc')))?.includes('fresh'), true)
  })

  it('shows the control node its own part of the plan', async () => {
    const host = localMachine(['/bin/sh'], { control: machine })
    const plan = new Map<string, PathState>([
      [`control:${at('etc/conf')}`, { kind: 'file', text: 'on the control node\n' }],
      [at('etc/conf.d/a'), { kind: 'file', text: 'on the host\n' }],
    ])
    const on = host.machine.look({ power: null, plan })
    assert.equal(await on.read(at('etc/conf')), 'old\n')
    assert.equal(await on.control.read(at('etc/conf')), 'on the control node\n')
    assert.equal(await on.control.read(at('etc/conf.d/a')), 'a\n')
    assert.equal(on.control.planned(at('etc/conf')), true)
    await host.machine.close()
  })
})
