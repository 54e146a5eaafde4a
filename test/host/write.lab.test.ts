import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { bytesOf } from '../../src/contract/bytes.ts'
import { LATER } from '../../src/contract/later.ts'
import type { PathState } from '../../src/contract/state.ts'
import { localMachine, READERS, temporaryDirectory } from './shells.ts'

const isRoot = process.getuid?.() === 0
const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0')

for (const [name, argv] of Object.entries(READERS))
  describe(`a write through ${name}`, () => {
    const { machine } = localMachine(argv)
    const dir = temporaryDirectory()
    const at = (path: string): string => join(dir, path)
    const write = async (path: string, found: PathState, wanted: PathState, power: string | null = null) =>
      (await machine.write({ path: at(path), found, wanted, power })).how
    const put = (path: string, text: string, mode = 0o644): void => {
      writeFileSync(at(path), text)
      chmodSync(at(path), mode)
    }
    before(() => chmodSync(dir, 0o755))
    after(() => machine.close())
    afterEach(() => {
      const left = readdirSync(dir).filter((entry) => entry.startsWith('.keyward'))
      assert.deepEqual(left, [], 'no temporary file is left behind')
    })

    it('makes a file', async () => {
      assert.equal(await write('new', null, { kind: 'file', text: 'text\n' }), 'written')
      assert.deepEqual([readFileSync(at('new'), 'utf8'), modeOf(at('new'))], ['text\n', '0644'])
      assert.equal(await write('new2', { kind: 'absent' }, { kind: 'file', text: '', mode: '0600' }), 'written')
      assert.deepEqual([readFileSync(at('new2'), 'utf8'), modeOf(at('new2'))], ['', '0600'])
    })

    it('makes none where its directory has become a link', async () => {
      mkdirSync(at('elsewhere'))
      symlinkSync('elsewhere', at('swapped'))
      const wanted = { kind: 'file', text: 'x' } as const
      await assert.rejects(write('swapped/new', null, wanted), /its directory leads to .*elsewhere/)
      assert.deepEqual(readdirSync(at('elsewhere')), [])
    })

    it('replaces a text by a new file, and keeps the mode', async () => {
      put('kept', 'old', 0o4750)
      const { ino } = statSync(at('kept'))
      const wanted = `it's\0 \udcff€ ${'x'.repeat(300_000)}`
      assert.equal(
        await write('kept', { kind: 'file', text: 'old', mode: '4750' }, { kind: 'file', text: wanted }),
        'written',
      )
      assert.deepEqual(readFileSync(at('kept')), bytesOf(wanted))
      assert.equal(modeOf(at('kept')), '4750')
      assert.notEqual(statSync(at('kept')).ino, ino)
    })

    it('changes a mode alone without touching the text', async () => {
      put('moded', 'same', 0o664)
      const { ino } = statSync(at('moded'))
      assert.equal(await write('moded', { kind: 'file', mode: '0664' }, { kind: 'file', mode: '0600' }), 'written')
      assert.deepEqual([modeOf(at('moded')), statSync(at('moded')).ino], ['0600', ino])
    })

    const stale: [what: string, prepare: () => void, found: PathState][] = [
      ['a file that came up', () => put('raced', 'theirs'), null],
      ['another text', () => put('raced', 'theirs'), { kind: 'file', text: 'ours' }],
      ['another mode', () => put('raced', 'theirs', 0o600), { kind: 'file', mode: '0644' }],
      ['another owner', () => put('raced', 'theirs'), { kind: 'file', owner: 'nosuchuser' }],
      ['another group', () => put('raced', 'theirs'), { kind: 'file', group: 'nosuchgroup' }],
      ['a link in its place', () => symlinkSync('/etc/passwd', at('raced')), { kind: 'file' }],
      ['a dangling link in its place', () => symlinkSync('none', at('raced')), null],
      ['a directory in its place', () => mkdirSync(at('raced')), { kind: 'file' }],
      ['nothing in its place', () => {}, { kind: 'file', text: 'ours' }],
      ['a link that leads elsewhere', () => symlinkSync('a', at('raced')), { kind: 'link', target: 'a\n' }],
    ]
    for (const [what, prepare, found] of stale)
      it(`finds ${what}, and writes nothing`, async () => {
        execFileSync('rm', ['-rf', at('raced')])
        prepare()
        const before = execFileSync('sh', ['-c', 'ls -lin "$1" 2>&1; cat "$1" 2>&1 | head -c 100', 'sh', at('raced')])
        assert.equal(await write('raced', found, { kind: 'file', text: 'new', mode: '0700' }), 'stale')
        const afterwards = execFileSync('sh', [
          '-c',
          'ls -lin "$1" 2>&1; cat "$1" 2>&1 | head -c 100',
          'sh',
          at('raced'),
        ])
        assert.equal(afterwards.toString(), before.toString())
      })

    it('makes, changes and removes directories', async () => {
      assert.equal(await write('d', null, { kind: 'directory', mode: '2750' }), 'written')
      assert.equal(modeOf(at('d')), '2750')
      assert.equal(
        await write('d', { kind: 'directory', mode: '2750' }, { kind: 'directory', mode: '0700' }),
        'written',
      )
      assert.equal(modeOf(at('d')), '0700')
      put('d/x', '')
      await assert.rejects(write('d', { kind: 'directory' }, null), /cannot write .*\/d: the directory is not empty/)
      assert.equal(await write('d/x', { kind: 'file' }, { kind: 'absent' }), 'written')
      assert.equal(await write('d', { kind: 'directory' }, null), 'written')
      assert.equal(existsSync(at('d')), false)
      assert.equal(await write('d', null, null), 'written')
    })

    it('makes, changes and replaces links, also those to directories', async () => {
      mkdirSync(at('target'))
      assert.equal(await write('l', null, { kind: 'link', target: 'target' }), 'written')
      assert.equal(readlinkSync(at('l')), 'target')
      assert.equal(
        await write('l', { kind: 'link', target: 'target' }, { kind: 'link', target: "it's $none\n" }),
        'written',
      )
      assert.equal(readlinkSync(at('l')), "it's $none\n")
      put('target/x', 'untouched')
      symlinkSync('target', at('m'))
      assert.equal(
        await write('m', { kind: 'link', target: 'target' }, { kind: 'file', text: 'now a file' }),
        'written',
      )
      assert.deepEqual([lstatSync(at('m')).isFile(), readdirSync(at('target'))], [true, ['x']])
    })

    it('refuses what it would have to destroy', async () => {
      mkdirSync(at('dir'))
      await assert.rejects(write('dir', { kind: 'directory' }, { kind: 'file', text: 'x' }), /no regular file/)
      await assert.rejects(write('dir', { kind: 'directory' }, { kind: 'link', target: 'x' }), /it is a directory/)
      put('file', 'x')
      await assert.rejects(write('file', { kind: 'file' }, { kind: 'directory' }), /no directory/)
      symlinkSync('file', at('ln'))
      await assert.rejects(
        write('ln', { kind: 'link', target: 'file' }, { kind: 'file', mode: '0600' }),
        /it is a link/,
      )
      await assert.rejects(
        write('none/x', null, { kind: 'file', text: 'x' }),
        /cannot write .*none\/x: its directory does not exist/,
      )
      await assert.rejects(write('x', null, { kind: 'file', text: LATER }), /not known yet/)
    })

    it('takes a name of 250 bytes, and one that looks like a flag', async () => {
      for (const one of ['n'.repeat(250), '-rf', "it's \n"]) {
        assert.equal(await write(one, null, { kind: 'file', text: one }), 'written')
        assert.equal(await write(one, { kind: 'file', text: one }, { kind: 'file', text: 'two' }), 'written')
        assert.equal(readFileSync(at(one), 'utf8'), 'two')
      }
    })

    it('takes turns with other writers of the same directory, and loses none of their lines', async () => {
      put('shared', '')
      const others = [1, 2].map(() => localMachine(argv).machine)
      const append = async (on: typeof machine, line: string): Promise<void> => {
        for (;;) {
          on.forget()
          const text = (await on.look({ power: null }).read(at('shared'))) ?? ''
          const request = {
            path: at('shared'),
            found: { kind: 'file', text },
            wanted: { kind: 'file', text: `${text}${line}\n` },
            power: null,
          } as const
          if ((await on.write(request)).how === 'written') return
        }
      }
      const lines = [1, 2, 3, 4, 5, 6]
      await Promise.all(lines.map((line) => append(others[line % 2] ?? machine, `line ${line}`)))
      const text = readFileSync(at('shared'), 'utf8').trim().split('\n').sort()
      assert.deepEqual(
        text,
        lines.map((line) => `line ${line}`),
      )
      await Promise.all(others.map((other) => other.close()))
    })

    it('is not kept from writing by whoever shows that he writes there and never ends, or died', async function () {
      this.timeout(30_000)
      put('turned', 'old')
      const other = spawn('sleep', ['60'])
      put(`.keyward-${other.pid}-0`, '')
      const started = performance.now()
      assert.equal(await write('turned', { kind: 'file', text: 'old' }, { kind: 'file', text: 'new' }), 'written')
      assert.ok(performance.now() - started > 5000, 'it waits for its turn')
      other.kill('SIGKILL')
      await new Promise((resolve) => other.on('exit', resolve))
      const again = performance.now()
      assert.equal(await write('turned', { kind: 'file', text: 'new' }, { kind: 'file', text: 'newer' }), 'written')
      assert.ok(performance.now() - again < 5000, 'it does not wait for the dead')
      assert.equal(readFileSync(at('turned'), 'utf8'), 'newer')
      rmSync(at(`.keyward-${other.pid}-0`))
    })

    it('writes several in one flight, each after the one before', async () => {
      const before = machine.counters().flights
      const wanted = [
        { path: at('all'), found: null, wanted: { kind: 'directory', mode: '0750' }, power: null },
        { path: at('all/one'), found: null, wanted: { kind: 'file', text: "it's 1\n", mode: '0600' }, power: null },
        { path: at('all/two'), found: null, wanted: { kind: 'file', text: 'a\0b' }, power: null },
        { path: at('all/ln'), found: null, wanted: { kind: 'link', target: 'one' }, power: null },
      ] as const
      assert.deepEqual(await machine.writeAll(wanted), {
        written: 4,
        stopped: null,
        inOrder: true,
        unsure: 0,
        notes: [],
      })
      assert.equal(machine.counters().flights - before, 1)
      assert.deepEqual(
        [modeOf(at('all')), modeOf(at('all/one')), readFileSync(at('all/ln'), 'utf8'), readFileSync(at('all/two'))],
        ['0750', '0600', "it's 1\n", Buffer.from('a\0b')],
      )
    })

    for (const [what, found, text, ends] of [
      ['is not as found', { kind: 'file', text: 'other' }, 'x', /^stale$/],
      ['cannot be written', { kind: 'directory' }, 'x', /cannot write .*stop: it is there and no regular file/],
    ] as const)
      it(`begins none behind one that ${what}`, async () => {
        execFileSync('rm', ['-rf', at('first'), at('stop'), at('last')])
        if (found.kind === 'file') put('stop', 'theirs')
        else mkdirSync(at('stop'))
        const request = { found: null, wanted: { kind: 'file', text }, power: null } as const
        const writes = await machine.writeAll([
          { ...request, path: at('first') },
          { ...request, path: at('stop'), found },
          { ...request, path: at('last') },
        ])
        assert.deepEqual([writes.written, writes.unsure], [1, 0])
        assert.match(writes.stopped instanceof Error ? writes.stopped.message : `${writes.stopped}`, ends)
        assert.deepEqual([existsSync(at('first')), existsSync(at('last'))], [true, false])
      })

    it('forgets what it knew of a path that it writes, its directory and what commands said', async () => {
      const on = machine.look({ power: null })
      assert.equal((await on.list(dir))?.includes('fresh'), false)
      assert.equal(await on.read(at('fresh')), null)
      await write('fresh', null, { kind: 'file', text: 'a' })
      assert.equal((await on.list(dir))?.includes('fresh'), true)
      assert.equal(await on.read(at('fresh')), 'a')
    })

    if (!isRoot) return

    it('gives a file its owner and group', async () => {
      assert.equal(await write('owned', null, { kind: 'file', text: 'x', owner: 'nobody', group: 'daemon' }), 'written')
      const on = machine.look({ power: null })
      assert.deepEqual([(await on.file(at('owned')))?.owner, (await on.file(at('owned')))?.group], ['nobody', 'daemon'])
      const now = { kind: 'file', text: 'x', owner: 'nobody', group: 'daemon' } as const
      assert.equal(await write('owned', now, { kind: 'file', text: 'y' }), 'written')
      assert.equal((await on.file(at('owned')))?.owner, 'nobody')
      assert.equal(await write('owned', { ...now, text: 'y' }, { kind: 'file', group: 'root' }), 'written')
      assert.deepEqual([(await on.file(at('owned')))?.owner, (await on.file(at('owned')))?.group], ['nobody', 'root'])
      await assert.rejects(
        write('owned', { kind: 'file' }, { kind: 'file', owner: 'nosuchuser' }),
        /cannot write .*owned: .*nosuchuser/,
      )
    })

    it('writes as the user that the entry names, who can do no more than he may', async () => {
      mkdirSync(at('home'))
      chownSync(at('home'), 65534, 65534)
      const as = 'nobody'
      assert.equal(await write('home/x', null, { kind: 'file', text: 'x', mode: '0600', as }, 'root'), 'written')
      assert.equal(statSync(at('home/x')).uid, 65534)
      assert.equal(
        await write('home/x', { kind: 'file', text: 'x' }, { kind: 'file', text: 'y', as }, 'root'),
        'written',
      )
      assert.equal(readFileSync(at('home/x'), 'utf8'), 'y')
      await assert.rejects(
        write('not-his', null, { kind: 'file', text: 'x', as }, 'root'),
        /nobody cannot write .*not-his: permission denied/,
      )
      // his own directory may lead anywhere by the time it is written to
      symlinkSync('/root', at('home/.ssh'))
      await assert.rejects(write('home/.ssh/x', null, { kind: 'file', text: 'x', as }, 'root'), /permission denied/)
      await assert.rejects(
        write('home/.ssh/x', { kind: 'file', text: 'x' }, { kind: 'file', text: 'y' }, 'root'),
        /its directory leads to \/root/,
      )
    })

    it("keeps what is a user's in his own directory, and in one that all may write in", async () => {
      for (const [name, mode, owner] of [
        ['his', 0o755, 65534],
        ['everybodys', 0o1777, 0],
      ] as const) {
        mkdirSync(at(name))
        chmodSync(at(name), mode)
        chownSync(at(name), owner, owner)
        put(`${name}/f`, 'old', 0o4640)
        chownSync(at(`${name}/f`), 65534, 1)
        chmodSync(at(`${name}/f`), 0o4640)
        const found = { kind: 'file', text: 'old', mode: '4640' } as const
        assert.equal(await write(`${name}/f`, found, { kind: 'file', text: 'new' }), 'written')
        const { uid, gid, nlink } = statSync(at(`${name}/f`))
        assert.deepEqual([uid, gid, nlink, modeOf(at(`${name}/f`))], [65534, 1, 1, '4640'])
        assert.equal(await write(`${name}/g`, null, { kind: 'file', text: 'g', mode: '0640' }), 'written')
        assert.equal(await write(`${name}/f`, { kind: 'file', text: 'new' }, { kind: 'file', mode: '0600' }), 'written')
        assert.deepEqual(readdirSync(at(name)).sort(), ['f', 'g'])
        assert.deepEqual([modeOf(at(`${name}/f`)), modeOf(at(`${name}/g`))], ['0600', '0640'])
      }
    })

    it('writes for a user in one flight, also where root has to give away what he made', async () => {
      mkdirSync(at('hers'))
      chownSync(at('hers'), 65534, 65534)
      const request = { found: null, power: 'root' } as const
      const before = machine.counters().flights
      const writes = await machine.writeAll([
        { ...request, path: at('hers/.ssh'), wanted: { kind: 'directory', mode: '0700', as: 'nobody' } },
        { ...request, path: at('hers/.ssh/k'), wanted: { kind: 'file', text: 'k', mode: '0600', as: 'nobody' } },
      ])
      assert.deepEqual([writes.written, writes.stopped, machine.counters().flights - before], [2, null, 1])
      const given = await machine.writeAll([
        { ...request, path: at('hers/.ssh/given'), wanted: { kind: 'file', text: 'g', group: 'daemon', as: 'nobody' } },
        { ...request, path: at('hers/.ssh/l'), wanted: { kind: 'file', text: 'l', as: 'nobody' } },
      ])
      assert.deepEqual([given.written, given.stopped], [2, null])
      const owners = ['k', 'given', 'l'].map((name) => statSync(at(`hers/.ssh/${name}`)))
      assert.deepEqual(
        owners.map(({ uid, gid }) => [uid, gid]),
        [
          [65534, 65534],
          [65534, 1],
          [65534, 65534],
        ],
      )
    })

    it("takes a user's file back for him, through root, where its owner is another", async () => {
      mkdirSync(at('alice'))
      chownSync(at('alice'), 65534, 65534)
      put('alice/keys', 'k', 0o600)
      const found = { kind: 'file', text: 'k', mode: '0600', owner: 'root', group: 'root' } as const
      assert.equal(
        await write('alice/keys', found, { kind: 'file', text: 'kk', owner: 'nobody', as: 'nobody' }, 'root'),
        'written',
      )
      const stat = statSync(at('alice/keys'))
      assert.deepEqual([readFileSync(at('alice/keys'), 'utf8'), stat.uid, stat.gid], ['kk', 65534, 0])
    })

    it('never gives a user a file by a link or a second name that he made', async () => {
      mkdirSync(at('mallory'))
      chownSync(at('mallory'), 65534, 65534)
      put('precious', 'p', 0o600)
      linkSync(at('precious'), at('mallory/keys'))
      const found = { kind: 'file', owner: 'root' } as const
      const wanted = { kind: 'file', owner: 'nobody', mode: '0600', as: 'nobody' } as const
      await assert.rejects(write('mallory/keys', found, wanted, 'root'), /more than one name/)
      mkdirSync(at('dir2'))
      put('dir2/keys', 'p', 0o600)
      symlinkSync('../dir2', at('mallory/.ssh'))
      await assert.rejects(write('mallory/.ssh/keys', found, wanted, 'root'), /reached by a link/)
      assert.deepEqual([statSync(at('precious')).uid, statSync(at('dir2/keys')).uid], [0, 0])
    })

    it('says that the disk is full, and leaves the file as it was', async () => {
      mkdirSync(at('small'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', at('small')])
      try {
        put('small/f', 'old')
        const text = 'x'.repeat(200_000)
        await assert.rejects(
          write('small/f', { kind: 'file', text: 'old' }, { kind: 'file', text }),
          /cannot write .*small\/f: no space left on device/,
        )
        assert.deepEqual([readFileSync(at('small/f'), 'utf8'), readdirSync(at('small'))], ['old', ['f']])
        execFileSync('mount', ['-o', 'remount,ro', at('small')])
        await assert.rejects(
          write('small/f', { kind: 'file' }, { kind: 'file', text: 'new' }),
          /the file system is read-only/,
        )
        await assert.rejects(
          write('small/f', { kind: 'file' }, { kind: 'file', mode: '0600' }),
          /the file system is read-only/,
        )
        await assert.rejects(write('small/d', null, { kind: 'directory' }), /the file system is read-only/)
      } finally {
        execFileSync('umount', [at('small')])
      }
    })

    it('writes a file that is a mount of its own in place', async () => {
      put('source', 'old', 0o640)
      put('mounted', '')
      execFileSync('mount', ['--bind', at('source'), at('mounted')])
      try {
        const found = { kind: 'file', text: 'old', mode: '0640' } as const
        assert.equal(await write('mounted', found, { kind: 'file', text: 'new and longer', mode: '0600' }), 'written')
        assert.deepEqual([readFileSync(at('source'), 'utf8'), modeOf(at('source'))], ['new and longer', '0600'])
      } finally {
        execFileSync('umount', [at('mounted')])
      }
    })
  })
