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
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { bytesOf } from '../../src/contract/bytes.ts'
import type { WriteRequest } from '../../src/contract/machine.ts'
import type { PathState } from '../../src/contract/state.ts'
import { edited } from '../../src/host/write-ask.ts'
import { localMachine, READERS, SHELLS, temporaryDirectory } from './shells.ts'

const TOOLS = ['stat', 'sync', 'sha256sum', 'cp', 'mv', 'chmod', 'chown', 'rm', 'mkdir', 'setpriv', 'ln', 'sleep']
const isRoot = process.getuid?.() === 0
const NOBODY = 65534

const setAttribute = (path: string, name: string, value: Buffer): void => {
  const number = process.arch === 'x64' ? 188 : 5
  const program = 'my ($p, $n, $v) = ($ARGV[0], $ARGV[1], pack "H*", $ARGV[2]);'
  const call = `syscall(${number}, $p, $n, $v, length $v, 0) == 0 or die "$!"`
  execFileSync('perl', ['-e', program + call, path, name, value.toString('hex')])
}

/** An access control list by which its owner and daemon may read and write, and nobody else. */
const forDaemon = (): Buffer => {
  const entries = [
    [1, 6, -1],
    [2, 6, 1],
    [4, 0, -1],
    [16, 6, -1],
    [32, 0, -1],
  ] as const
  const bytes = Buffer.alloc(4 + entries.length * 8)
  bytes.writeUInt32LE(2, 0)
  for (const [index, [tag, rights, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8)
    bytes.writeUInt16LE(rights, 6 + index * 8)
    bytes.writeInt32LE(id, 8 + index * 8)
  }
  return bytes
}

describe('perl writes', () => {
  const dir = temporaryDirectory()
  const at = (path: string): string => join(dir, path)
  const put = (path: string, text: string, mode = 0o644): PathState => {
    writeFileSync(at(path), text)
    chmodSync(at(path), mode)
    return { kind: 'file', text, mode: mode.toString(8).padStart(4, '0') }
  }
  const request = (path: string, wanted: PathState, found: PathState = null): WriteRequest => ({
    path: at(path),
    found,
    wanted,
    power: null,
  })
  const text = (value: string, about: { mode?: string; owner?: string; group?: string; as?: string } = {}) =>
    ({ kind: 'file', text: value, ...about }) as const
  const modeOf = (path: string): number => lstatSync(at(path)).mode & 0o7777
  const read = (path: string): string => readFileSync(at(path), 'utf8')
  const tools = (): readonly string[] => [
    ...new Set(
      readFileSync(at('log'), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    ),
  ]
  let machine: ReturnType<typeof localMachine>['machine']
  const write = async (...requests: readonly WriteRequest[]) => {
    const { written, stopped } = await machine.writeAll(requests)
    return [written, stopped instanceof Error ? stopped.message : stopped]
  }

  before(() => {
    for (const one of ['tools', 'd']) mkdirSync(at(one))
    for (const tool of TOOLS) {
      const real = execFileSync('sh', ['-c', `command -v ${tool}`])
      const script = `#!/bin/sh\necho ${tool} >> ${at('log')}\nexec ${real.toString().trim()} "$@"\n`
      writeFileSync(at(`tools/${tool}`), script, { mode: 0o755 })
    }
    writeFileSync(at('log'), '')
    // setpriv is called by its path
    machine = localMachine([
      'env',
      `PATH=${at('tools')}:${process.env.PATH}`,
      ...(READERS['perl and sh'] ?? []),
    ]).machine
  })
  after(() => machine.close())
  beforeEach(() => {
    chmodSync(dir, 0o755)
    rmSync(at('d'), { recursive: true })
    mkdirSync(at('d'))
    chmodSync(at('d'), 0o755)
    writeFileSync(at('log'), '')
    chmodSync(at('log'), 0o666)
  })
  afterEach(() => {
    const left = readdirSync(at('d')).filter((name) => name.startsWith('.keyward'))
    assert.deepEqual(left, [], 'no temporary file is left behind')
  })

  describe('without a process', () => {
    afterEach(() => assert.deepEqual(tools(), []))

    it('texts, modes and directories, in their order', async () => {
      const old = put('d/old', 'a\nb\nc\n', 0o640)
      const moded = put('d/moded', 'm')
      const written = await write(
        request('d/old', text('a\nB\nc\n'), old),
        request('d/old', text('a\nB\nC\n', { mode: '0600' }), text('a\nB\nc\n', { mode: '0640' })),
        request('d/sub', { kind: 'directory', mode: '0700' }),
        request('d/sub/x', text("it's\0 \udcff€ 100%\t\r\n")),
        request('d/moded', { kind: 'file', mode: '4711' }, moded),
        request('d/sub', { kind: 'directory', mode: '0751' }, { kind: 'directory', mode: '0700' }),
        request('d/-rf', text('')),
      )
      assert.deepEqual(written, [7, null])
      assert.deepEqual([read('d/old'), read('d/-rf')], ['a\nB\nC\n', ''])
      assert.deepEqual(readFileSync(at('d/sub/x')), bytesOf("it's\0 \udcff€ 100%\t\r\n"))
      assert.deepEqual(
        ['d/old', 'd/sub', 'd/sub/x', 'd/moded', 'd/-rf'].map(modeOf),
        [0o600, 0o751, 0o644, 0o4711, 0o644],
      )
    })

    it('files whose names are numbers, and one with an end of line in it', async () => {
      for (const name of ['7', '0', 'a b\n']) {
        assert.deepEqual(await write(request(`d/${name}`, text('one'))), [1, null])
        assert.deepEqual(await write(request(`d/${name}`, text('two'), text('one', { mode: '0644' }))), [1, null])
        assert.equal(read(`d/${name}`), 'two')
      }
    })

    it('texts of each size as they are', async () => {
      let before: PathState = null
      for (const size of [0, 1, 65_535, 65_536, 65_537, 120_000]) {
        const wanted = text('ab\n'.repeat(size).slice(0, size))
        assert.deepEqual(await write(request('d/sized', wanted, before)), [1, null])
        assert.equal(read('d/sized'), wanted.text)
        before = wanted
      }
    })

    if (isRoot) {
      it('owners and groups by name and number', async () => {
        const old = put('d/old', 'x', 0o600)
        const given = await write(
          request('d/old', text('y', { owner: 'nobody', group: '1' }), old),
          request('d/new', text('z', { owner: '65534', mode: '0640' })),
          request('d/new', { kind: 'file', group: 'daemon' }, { kind: 'file', owner: 'nobody', group: '0' }),
          request('d/sub', { kind: 'directory', mode: '0750', owner: 'nobody' }),
        )
        assert.deepEqual(given, [4, null])
        const owners = ['d/old', 'd/new', 'd/sub'].map((path) => [statSync(at(path)).uid, statSync(at(path)).gid])
        assert.deepEqual(owners, [
          [NOBODY, 1],
          [NOBODY, 1],
          [NOBODY, 0],
        ])
        assert.deepEqual(['d/old', 'd/new', 'd/sub'].map(modeOf), [0o600, 0o640, 0o750])
      })

      it("a user's files with his powers, between root's", async () => {
        mkdirSync(at('d/home'))
        chownSync(at('d/home'), NOBODY, NOBODY)
        await machine.look({ power: 'root' }).user('nobody')
        writeFileSync(at('log'), '')
        const as = 'nobody'
        const power = 'root'
        const requests: WriteRequest[] = [
          request('d/mine', text('m')),
          request('d/home/.ssh', { kind: 'directory', mode: '0700', as }),
          request('d/home/.ssh/keys', text('k', { mode: '0600', owner: 'nobody', as })),
          request('d/mine', text('n'), text('m')),
          request('d/home/.ssh/keys', text('kk', { as }), text('k', { mode: '0600' })),
        ]
        assert.deepEqual(await write(...requests.map((one) => ({ ...one, power }))), [5, null])
        assert.deepEqual(
          ['d/mine', 'd/home/.ssh', 'd/home/.ssh/keys'].map((path) => statSync(at(path)).uid),
          [0, NOBODY, NOBODY],
        )
        assert.deepEqual([read('d/mine'), read('d/home/.ssh/keys')], ['n', 'kk'])
        // root's powers are there again
        assert.deepEqual(await write(request('d/root', text('r'))), [1, null])
        assert.equal(statSync(at('d/root')).uid, 0)
      })
    }
  })

  describe('nothing, and leaves to the shell all of a frame in which', () => {
    afterEach(() => assert.notDeepEqual(tools(), []))
    const madeDirectory = (mode: number): void => {
      mkdirSync(at('d/sub'))
      chmodSync(at('d/sub'), mode)
    }
    const odd: readonly (readonly [string, () => WriteRequest])[] = [
      [
        'a file has a second name',
        () => {
          const found = put('d/x', 'old')
          linkSync(at('d/x'), at('d/y'))
          return request('d/x', text('new'), found)
        },
      ],
      [
        'a file has rights of its own',
        () => {
          const found = put('d/x', 'old', 0o660)
          setAttribute(at('d/x'), 'system.posix_acl_access', forDaemon())
          return request('d/x', text('new'), found)
        },
      ],
      [
        'a file has an attribute',
        () => {
          const found = put('d/x', 'old')
          setAttribute(at('d/x'), 'user.kept', Buffer.from('k'))
          return request('d/x', text('new'), found)
        },
      ],
      [
        'a directory gives rights to what is made in it',
        () => {
          madeDirectory(0o755)
          setAttribute(at('d/sub'), 'system.posix_acl_default', forDaemon())
          return request('d/sub/x', text('new', { mode: '0640' }))
        },
      ],
      ...([0o775, 0o1777, 0o2755] as const).map(
        (mode) =>
          [
            `a directory has the mode ${mode.toString(8)}`,
            () => {
              madeDirectory(mode)
              return request('d/sub/x', text('new'))
            },
          ] as const,
      ),
      ['a link is to be made', () => request('d/x', { kind: 'link', target: 'first' })],
      ['something is to be removed', () => request('d/x', null, put('d/x', 'old'))],
      ...(isRoot
        ? ([
            [
              "a directory is another's",
              () => {
                madeDirectory(0o755)
                chownSync(at('d/sub'), NOBODY, NOBODY)
                return request('d/sub/x', text('new'))
              },
            ],
            [
              'a file changes hands that has bits which its owner gave it',
              () => request('d/x', text('new', { owner: 'nobody' }), put('d/x', 'old', 0o4755)),
            ],
          ] as const)
        : []),
    ]
    for (const [what, prepare] of odd)
      it(what, async () => {
        const last = prepare()
        assert.deepEqual(await write(request('d/first', text('1')), request('d/second', text('2')), last), [3, null])
        assert.deepEqual([read('d/first'), read('d/second')], ['1', '2'])
        const { wanted } = last
        const path = last.path.slice(dir.length + 1)
        if (wanted?.kind === 'file') assert.equal(read(path), wanted.text)
        else
          assert.equal(
            lstatSync(at(path), { throwIfNoEntry: false })?.isSymbolicLink(),
            wanted === null ? undefined : true,
          )
      })

    it('a directory is reached by a link, which the shell refuses', async () => {
      madeDirectory(0o755)
      symlinkSync('sub', at('d/link'))
      const [written, stopped] = await write(request('d/first', text('1')), request('d/link/x', text('new')))
      assert.equal(written, 1)
      assert.match(String(stopped), /its directory leads to/)
      assert.deepEqual(readdirSync(at('d/sub')), [])
    })

    it('a directory is made in which others may write', async () => {
      const requests = [request('d/g', { kind: 'directory', mode: '0775' }), request('d/g/x', text('x'))]
      assert.deepEqual(await write(...requests), [2, null])
      assert.deepEqual([modeOf('d/g'), read('d/g/x')], [0o775, 'x'])
    })

    if (isRoot)
      it('a user makes a directory that he cannot open', async () => {
        mkdirSync(at('d/home'))
        chownSync(at('d/home'), NOBODY, NOBODY)
        await machine.look({ power: 'root' }).user('nobody')
        const made = request('d/home/sub', { kind: 'directory', mode: '0300', as: 'nobody' })
        assert.deepEqual(await write({ ...made, power: 'root' }), [1, null])
        assert.deepEqual([statSync(at('d/home/sub')).uid, modeOf('d/home/sub')], [NOBODY, 0o300])
      })

    if (isRoot)
      it('a user gives a file away', async () => {
        mkdirSync(at('d/home'))
        chownSync(at('d/home'), NOBODY, NOBODY)
        await machine.look({ power: 'root' }).user('nobody')
        const wanted = text('k', { group: 'daemon', as: 'nobody' })
        const requests = [request('d/first', text('1')), request('d/home/k', wanted)]
        assert.deepEqual(await write(...requests.map((one) => ({ ...one, power: 'root' }))), [2, null])
        assert.deepEqual([statSync(at('d/home/k')).uid, statSync(at('d/home/k')).gid], [NOBODY, 1])
      })
  })

  describe('up to the one', () => {
    it('that is not as found', async () => {
      put('d/x', 'theirs')
      const requests = [request('d/a', text('1')), request('d/x', text('new'), text('ours')), request('d/b', text('2'))]
      assert.deepEqual(await write(...requests), [1, 'stale'])
      assert.deepEqual([read('d/a'), read('d/x'), existsSync(at('d/b')), tools()], ['1', 'theirs', false, []])
    })

    it('that has another kind, mode, owner or group', async () => {
      const whole = { kind: 'file', text: 'x', mode: '0644' } as const
      const odd = [
        { ...whole, mode: '0640' },
        { ...whole, owner: 'nosuchuser' },
        { ...whole, group: '4711' },
        null,
      ] as const
      for (const found of odd)
        for (const wanted of [text('new'), { kind: 'file', mode: '0600' }] as const) {
          if (found === null && !('text' in wanted)) continue
          rmSync(at('d/a'), { force: true })
          put('d/x', 'x')
          assert.deepEqual(await write(request('d/a', text('1')), request('d/x', wanted, found)), [1, 'stale'])
          assert.deepEqual([read('d/x'), modeOf('d/x'), tools()], ['x', 0o644, []])
        }
      mkdirSync(at('d/sub'))
      const requests = [request('d/b', text('1')), request('d/sub', text('x'))]
      assert.deepEqual(await write(...requests), [1, 'stale'])
    })

    it('that differs by a byte, at its beginning, its end and between', async () => {
      for (const theirs of ['A\nb\nc\n', 'a\nB\nc\n', 'a\nb\nC\n', 'a\nb\nc', 'a\nb\nc\n\n', '']) {
        put('d/x', theirs)
        for (const wanted of ['a\nb\nnew\nc\n', 'a\nc\n', '', 'x\na\nb\nc\n', 'a\nb\nc\nx\n']) {
          rmSync(at('d/a'), { force: true })
          const requests = [request('d/a', text('1')), request('d/x', text(wanted), text('a\nb\nc\n'))]
          assert.deepEqual(await write(...requests), [1, 'stale'], JSON.stringify([theirs, wanted]))
          assert.equal(read('d/x'), theirs)
        }
      }
    })

    if (!isRoot) return

    it('for which the disk is full, and says so', async () => {
      mkdirSync(at('d/small'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', at('d/small')])
      try {
        const found = put('d/small/f', 'old')
        const [written, stopped] = await write(
          request('d/small/a', text('1')),
          request('d/small/f', text('x'.repeat(200_000)), found),
        )
        assert.equal(written, 1)
        assert.match(`${stopped}`, /cannot write .*small\/f: no space left on device$/)
        assert.deepEqual([read('d/small/f'), readdirSync(at('d/small')).sort(), tools()], ['old', ['a', 'f'], []])
      } finally {
        execFileSync('umount', [at('d/small')])
      }
    })

    it('on a file system that is read-only, and says so', async () => {
      mkdirSync(at('d/ro'))
      put('d/ro/f', 'old')
      execFileSync('mount', ['--bind', at('d/ro'), at('d/ro')])
      execFileSync('mount', ['-o', 'remount,bind,ro', at('d/ro')])
      try {
        for (const last of [
          request('d/ro/f', text('new'), text('old')),
          request('d/ro/f', { kind: 'file', mode: '0600' }, text('old')),
          request('d/ro/d', { kind: 'directory' }),
        ]) {
          rmSync(at('d/a'), { force: true })
          const [written, stopped] = await write(request('d/a', text('1')), last)
          assert.equal(written, 1)
          assert.match(`${stopped}`, /the file system is read-only$/)
        }
        assert.deepEqual([readdirSync(at('d/ro')), tools()], [['f'], []])
      } finally {
        execFileSync('umount', [at('d/ro')])
      }
    })

    it('that is a mount of its own, which the shell writes in place when it comes again', async () => {
      put('d/source', 'old')
      put('d/mounted', '')
      execFileSync('mount', ['--bind', at('d/source'), at('d/mounted')])
      try {
        const last = request('d/mounted', text('new'), text('old'))
        assert.deepEqual(await write(request('d/a', text('1')), last), [1, 'stale'])
        assert.deepEqual([read('d/source'), tools()], ['old', []])
        assert.deepEqual(await write(last), [1, null])
        assert.equal(read('d/source'), 'new')
      } finally {
        execFileSync('umount', [at('d/mounted')])
      }
    })
  })

  it('in turn with writers that are shells, and none loses a line', async () => {
    put('d/shared', '')
    const others = [READERS['perl and sh'], SHELLS.dash, SHELLS.dash].map((argv) => localMachine(argv ?? []).machine)
    const append = async (on: typeof machine, line: string): Promise<void> => {
      for (;;) {
        on.forget()
        const found = text((await on.look({ power: null }).read(at('d/shared'))) ?? '')
        if ((await on.write(request('d/shared', text(`${found.text}${line}\n`), found))).how === 'written') return
      }
    }
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`)
    await Promise.all(lines.map((line, index) => append([machine, ...others][index % 4] ?? machine, line)))
    assert.deepEqual(read('d/shared').trim().split('\n').sort(), [...lines].sort())
    await Promise.all(others.map((other) => other.close()))
  })

  if (isRoot)
    it('with the groups of a user for his files alone, where root itself has none', async () => {
      const few = localMachine(['setpriv', '--clear-groups', ...(READERS['perl and sh'] ?? [])])
      chownSync(at('d'), 1, 1)
      await few.machine.look({ power: 'root' }).user('daemon')
      await few.machine.write({ ...request('d/file', text('a', { as: 'daemon' })), power: 'root' })
      assert.equal(read('d/file'), 'a')
      assert.equal((await few.shell.ask('id -G')).stdout, '0\n')
      await few.machine.close()
    })

  if (isRoot)
    it('never where a user leads it who swaps his directory meanwhile', async () => {
      for (const one of ['home', 'home/.ssh', 'secret']) mkdirSync(at(`d/${one}`))
      for (const one of ['home', 'home/.ssh']) chownSync(at(`d/${one}`), NOBODY, NOBODY)
      put('d/secret/keys', 'secret', 0o600)
      await machine.look({ power: 'root' }).user('nobody')
      const swap =
        'chdir $ARGV[0]; while (1) { rename ".ssh", "x"; symlink "../secret", ".ssh"; unlink ".ssh"; rename "x", ".ssh" }'
      const swapper = spawn('perl', ['-e', swap, at('d/home')])
      try {
        for (let round = 0; round < 30; round += 1) {
          const wanted = text(`${round}`, { mode: '0644' })
          const ours = { ...request('d/home/.ssh/keys', wanted, text('secret')), power: 'root' }
          await machine.write(ours).catch(() => {})
          const his = { ...request(`d/home/.ssh/${round}`, { ...wanted, as: 'nobody' }), power: 'root' }
          await machine.write(his).catch(() => {})
        }
      } finally {
        swapper.kill('SIGKILL')
        await new Promise((resolve) => swapper.on('exit', resolve))
      }
      assert.deepEqual([read('d/secret/keys'), modeOf('d/secret/keys')], ['secret', 0o600])
      assert.deepEqual(readdirSync(at('d/secret')), ['keys'])
    })
})

describe('what a text was', () => {
  const texts = [
    '',
    '\n',
    'a',
    'a\n',
    'a\nb\n',
    '\na\n',
    'a\nb\nc',
    'b\na\nb\n',
    'é\n€\n',
    '\udce9\n€\n',
    '😀\n\udc80',
    'a\n\n\n\nb',
    'a\n\nb',
  ]
  it('is told by the new one and what stood between', () => {
    for (const before of texts)
      for (const after of texts) {
        const [, beginning = '', end = '', between = ''] = /^(\d+) (\d+) (.*)$/s.exec(edited(before, after)) ?? []
        const bytes = bytesOf(after)
        const parts = [
          bytes.subarray(0, Number(beginning)),
          bytesOf(between),
          bytes.subarray(bytes.length - Number(end)),
        ]
        assert.deepEqual(Buffer.concat(parts), bytesOf(before), JSON.stringify([before, after]))
      }
  })
})
