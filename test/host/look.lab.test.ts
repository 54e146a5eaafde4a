import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from '../../src/contract/bytes.ts'
import { HostError } from '../../src/contract/errors.ts'
import type { Ahead } from '../../src/contract/machine.ts'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { NotAhead } from '../../src/contract/signals.ts'
import { localMachine, READERS, temporaryDirectory } from './shells.ts'

const isRoot = process.getuid?.() === 0

for (const [name, argv] of Object.entries(READERS))
  describe(`a look through ${name}`, () => {
    const { machine, shell } = localMachine(argv)
    const on = machine.look({ power: null })
    const dir = temporaryDirectory()
    const at = (path: string): string => join(dir, path)
    after(() => machine.close())
    before(() => {
      mkdirSync(at('real/deep'), { recursive: true })
      writeFileSync(at('real/file'), 'one\ntwo', { mode: 0o640 })
      chmodSync(at('real/file'), 0o4640)
      utimesSync(at('real/file'), 1_700_000_000.25, 1_700_000_000.25)
      symlinkSync('real/file', at('to-file'))
      symlinkSync('real', at('to-dir'))
      symlinkSync('real/none', at('dangling'))
      symlinkSync('nowhere/none', at('dangling-far'))
      symlinkSync('loop', at('loop'))
      linkSync(at('real/file'), at("it's a *name*\n"))
      execFileSync('mkfifo', [at('fifo')])
      writeFileSync(at('bytes'), Buffer.from([0x00, 0xff, 0x41, 0xc3, 0xa9, 0x0a, 0x00]))
    })

    it('tells what is at a path', async () => {
      const found = await on.file(at('real/file'))
      assert.ok(found !== null)
      const { changedMs, owner, group, ...rest } = found
      assert.deepEqual(rest, {
        path: at('real/file'),
        kind: 'file',
        text: 'one\ntwo',
        mode: '4640',
        size: 7,
        modifiedMs: 1_700_000_000_250,
        target: null,
      })
      assert.ok(Math.abs(changedMs - Date.now()) < 60_000)
      assert.equal(owner, (await on.user())?.name)
      assert.equal(group, (await on.user())?.group)
    })

    it('leaves the text where it is not asked for', async () =>
      assert.equal((await on.file(at('real/file'), { text: false }))?.text, null))

    it('follows links, and says where they lead', async () => {
      assert.equal((await on.file(at('to-file')))?.path, at('real/file'))
      assert.equal((await on.file(at('to-dir/file')))?.path, at('real/file'))
      const link = await on.file(at('to-dir/../to-file'), { follow: false })
      assert.deepEqual([link?.path, link?.kind, link?.target], [at('to-file'), 'link', 'real/file'])
      assert.equal((await on.file(at('to-dir/file'), { follow: false }))?.path, at('real/file'))
    })

    it('finds a dangling link, with the path that a write through it would make', async () => {
      const near = await on.file(at('dangling'))
      assert.deepEqual([near?.path, near?.kind, near?.target], [at('real/none'), 'link', 'real/none'])
      assert.equal((await on.file(at('dangling-far')))?.path, at('nowhere/none'))
      assert.equal(await on.read(at('dangling')), null)
      assert.equal((await on.file(at('dangling'), { follow: false }))?.path, at('dangling'))
    })

    it('calls absent only what the machine calls absent', async () => {
      assert.equal(await on.file(at('none')), null)
      assert.equal(await on.file(at('none/deeper')), null)
      assert.equal(await on.file(at('real/file/below')), null)
      assert.equal(await on.read(at('none')), null)
      await assert.rejects(on.file(at('loop')), /cannot look at .*loop: too many levels of symbolic links/)
    })

    it('never opens what is no regular file', async () => {
      const fifo = await on.file(at('fifo'))
      assert.deepEqual([fifo?.kind, fifo?.text], ['other', null])
      await assert.rejects(on.read(at('fifo')), /is no regular file/)
      await assert.rejects(on.read(at('real')), /is a directory/)
      assert.equal((await on.file('/dev/null'))?.kind, 'other')
    })

    it('keeps bytes that are no text', async () => {
      const text = await on.read(at('bytes'))
      assert.equal(text, textOf(Buffer.from([0x00, 0xff, 0x41, 0xc3, 0xa9, 0x0a, 0x00])))
    })

    it('lists hidden and strange names in byte order', async () => {
      assert.deepEqual(await on.list(dir), [
        'bytes',
        'dangling',
        'dangling-far',
        'fifo',
        "it's a *name*\n",
        'loop',
        'real',
        'to-dir',
        'to-file',
      ])
      assert.deepEqual(await on.list(at('to-dir')), ['deep', 'file'])
      assert.deepEqual(await on.list(at('real/deep')), [])
      assert.equal(await on.list(at('none')), null)
      assert.equal(await on.list(at('real/file')), null)
      assert.deepEqual((await on.list('/'))?.includes('etc'), true)
    })

    it('reads the root directory and a path with doubled slashes', async () => {
      assert.equal((await on.file('/'))?.path, '/')
      assert.equal((await on.file('/', { follow: false }))?.kind, 'directory')
      assert.equal((await on.file(`${dir}//real///file`))?.path, at('real/file'))
      await assert.rejects(on.file('real/file'), /not an absolute path/)
    })

    it('knows accounts, and that there is none', async () => {
      const root = await on.user('root')
      assert.deepEqual([root?.uid, root?.home, root?.group, root?.groups.includes('root')], [0, '/root', 'root', true])
      for (const none of ['nosuchuser', '0', '', '-x', 'a:b', 'a\nb', '../etc']) assert.equal(await on.user(none), null)
      assert.equal(await on.expand('~root/.ssh'), '/root/.ssh')
      assert.equal(await on.expand('~/x'), `${process.env.HOME}/x`)
      assert.equal(await on.expand('/etc/~'), '/etc/~')
      await assert.rejects(on.expand('~nosuchuser/x'), /user "nosuchuser" does not exist \(~nosuchuser\/x\)/)
    })

    it('gives a question its text, and a secret, by standard input', async () => {
      const own = (script: string) => questions.own(script)
      assert.equal((await on.ask(own('cat'), "it's")).stdout, "it's")
      assert.equal((await on.ask(own('cat'), new Secret('geheim'))).stdout, 'geheim')
      assert.equal((await on.ask(own('cat'))).stdout, '')
      assert.equal((await on.ask(questions.hasTool('nosuchtool'))).code, 127)
    })

    if (isRoot)
      it('looks as another user, who may see less', async () => {
        chmodSync(dir, 0o755)
        mkdirSync(at('closed'), { mode: 0o700 })
        writeFileSync(at('closed/x'), '')
        writeFileSync(at('secret'), 'x', { mode: 0o600 })
        const nobody = on.as('nobody')
        assert.equal(nobody.connection.power, 'nobody')
        assert.equal((await nobody.user())?.name, 'nobody')
        assert.equal(
          (await nobody.ask(questions.own('id -un; echo "$HOME $USER"'))).stdout,
          'nobody\n/nonexistent nobody\n',
        )
        await assert.rejects(nobody.read(at('secret')), /nobody cannot look at .*secret: permission denied/)
        await assert.rejects(nobody.file(at('closed/x')), /nobody cannot look at .*closed\/x: permission denied/)
        await assert.rejects(nobody.file(at('closed/none')), /permission denied/)
        await assert.rejects(nobody.list(at('closed')), /nobody cannot look at .*closed: permission denied/)
        assert.equal((await nobody.file(at('secret'), { text: false }))?.mode, '0600')
        const error = await on
          .as('nosuchuser')
          .file(at('x'))
          .catch((reason: unknown) => reason)
        assert.match(String(error), /user "nosuchuser" does not exist/)
      })

    it('brings along with a listing the texts that are read next', async () => {
      mkdirSync(at('parts'))
      for (const part of ['a.conf', 'b.conf', 'with blank.conf', 'c.txt']) writeFileSync(at(`parts/${part}`), part)
      symlinkSync('a.conf', at('parts/link.conf'))
      machine.forget()
      const names = await on.list(at('parts'), { texts: '.conf' })
      assert.deepEqual(names, ['a.conf', 'b.conf', 'c.txt', 'link.conf', 'with blank.conf'])
      const before = shell.flights.count().flights
      assert.equal(await on.read(at('parts/a.conf')), 'a.conf')
      assert.equal((await on.file(at('parts/b.conf')))?.text, 'b.conf')
      assert.equal(shell.flights.count().flights, before)
      // the others are asked for, as ever
      assert.equal(await on.read(at('parts/with blank.conf')), 'with blank.conf')
      assert.equal(await on.read(at('parts/c.txt')), 'c.txt')
      assert.equal((await on.file(at('parts/link.conf')))?.path, at('parts/a.conf'))
      writeFileSync(at('parts/a.conf'), 'new')
      machine.forget([at('parts/a.conf')])
      assert.equal(await on.read(at('parts/a.conf')), 'new')
    })

    it('asks what is asked in one turn in one flight, and each question once', async () => {
      machine.forget()
      const before = shell.flights.count().flights
      const twice = () => [on.read(at('real/file')), on.list(dir), on.user('root'), on.ask(questions.hasTool('sh'))]
      await Promise.all([...twice(), ...twice()])
      assert.equal(shell.flights.count().flights, before + 1)
      await Promise.all(twice())
      assert.equal(shell.flights.count().flights, before + 1)
    })
  })

describe('a look ahead of its turn', () => {
  const { machine, logins } = localMachine(['/bin/sh'])
  after(() => machine.close())

  it('leaves own questions and logins for later', async () => {
    const ahead = machine.look({ power: null, ahead: {} })
    await assert.rejects(ahead.ask(questions.own('true')), NotAhead)
    await assert.rejects(ahead.login({ user: 'me' }), NotAhead)
    await assert.rejects(ahead.as('root').control.ask(questions.own('true')), NotAhead)
    assert.deepEqual(logins, [])
    assert.equal((await ahead.ask(questions.hasTool('sh'))).code, 0)
  })

  it('holds as long as nothing was refused', async () => {
    const [whole, refused]: [Ahead, Ahead] = [{}, {}]
    await machine.look({ power: null, ahead: whole }).ask(questions.hasTool('sh'))
    await assert.rejects(machine.look({ power: null, ahead: refused }).ask(questions.own('true')), NotAhead)
    assert.deepEqual([whole.holds, refused.holds], [true, false])
    machine.forget()
    assert.equal(whole.holds, false)
  })

  it('is asked a login once between two changes', async () => {
    const on = machine.look({ power: null })
    await Promise.all([on.login({ user: 'me' }), on.login({ user: 'me' }), on.login({ user: 'you' })])
    assert.equal(logins.length, 2)
    machine.forget(['/etc/x'])
    await on.login({ user: 'me' })
    assert.equal(logins.length, 3)
  })
})

describe('a touch', () => {
  const { machine } = localMachine(['/bin/sh'])
  const dir = temporaryDirectory()
  after(() => machine.close())

  it('does what changes a machine, and forgets all answers', async () => {
    const on = machine.touch({ power: null })
    const path = join(dir, 'made')
    assert.equal(await on.read(path), null)
    await on.do({ argv: ['sh', '-c', 'cat >"$1"', 'sh', path] }, new Secret('text'))
    assert.equal(await on.read(path), 'text')
    await on.control.do({ argv: ['rm', path] })
    assert.equal(await on.read(path), null)
  })

  it('throws where a command outlives its time', async () => {
    const on = machine.touch({ power: null })
    await assert.rejects(
      on.do({ argv: ['sleep', '20'], timeoutMs: 200 }),
      (error) => error instanceof HostError && /sleep 20: no answer within 0.2 s/.test(error.message),
    )
  })
})
