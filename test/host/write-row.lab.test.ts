import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WriteRequest } from '../../src/contract/machine.ts'
import type { PathState } from '../../src/contract/state.ts'
import { localMachine, READERS, temporaryDirectory } from './shells.ts'

const TOOLS = ['stat', 'sync', 'sha256sum', 'cp', 'mv', 'chmod', 'rm', 'mkdir'] as const

/** Tools that write down that they were called; mv fails once for a name that is told. */
const watched = (dir: string, log: string): void => {
  for (const tool of TOOLS) {
    const real = execFileSync('sh', ['-c', `command -v ${tool}`])
      .toString()
      .trim()
    const fails =
      tool === 'mv'
        ? `for name; do :; done; [ "\${name##*/}" != "$(cat ${dir}/fails)" ] || { : > ${dir}/fails; exit 1; }\n`
        : ''
    writeFileSync(join(dir, tool), `#!/bin/sh\necho "${tool} $*" | head -n 1 >> ${log}\n${fails}exec ${real} "$@"\n`, {
      mode: 0o755,
    })
  }
}

for (const [name, argv] of Object.entries(READERS))
  describe(`files written together through ${name}`, () => {
    const dir = temporaryDirectory()
    const at = (path: string): string => join(dir, path)
    let machine: ReturnType<typeof localMachine>['machine']
    const request = (path: string, text: string, found: PathState = null, mode?: string): WriteRequest => ({
      path: at(path),
      found,
      wanted: { kind: 'file', text, ...(mode === undefined ? {} : { mode }) },
      power: null,
    })
    const put = (path: string, text: string, mode = 0o644): PathState => {
      writeFileSync(at(path), text)
      chmodSync(at(path), mode)
      return { kind: 'file', text, mode: mode.toString(8).padStart(4, '0') }
    }
    const texts = (...paths: readonly string[]) =>
      paths.map((path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null))
    const calls = (tool: string): readonly string[] =>
      readFileSync(at('log'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${tool} `))
    const called = (): Readonly<Record<string, number>> =>
      Object.fromEntries(TOOLS.map((tool) => [tool, calls(tool).length]))

    before(() => {
      for (const one of ['tools', 'a', 'b']) mkdirSync(at(one))
      watched(at('tools'), at('log'))
      machine = localMachine(['env', `PATH=${at('tools')}:${process.env.PATH}`, ...argv]).machine
    })
    after(() => machine.close())
    beforeEach(() => {
      for (const one of ['a', 'b']) {
        rmSync(at(one), { recursive: true })
        mkdirSync(at(one))
      }
      for (const one of ['log', 'tools/fails']) writeFileSync(at(one), '')
    })
    afterEach(() => {
      const left = ['a', 'b'].flatMap((one) => readdirSync(at(one)).filter((entry) => entry.startsWith('.keyward')))
      assert.deepEqual(left, [], 'no temporary file is left behind')
    })
    const written = async (...requests: readonly WriteRequest[]) => {
      const { written, stopped } = await machine.writeAll(requests)
      return [written, stopped instanceof Error ? stopped.message : stopped]
    }

    it('start each tool once for all, but what puts a file in its place', async () => {
      const found = put('a/old', 'old\n', 0o640)
      const all = [request('a/old', 'new\n', found), request('a/one', "it's\n"), request('b/two', 'a\0b', null, '0600')]
      assert.deepEqual(await written(...all), [3, null])
      assert.deepEqual(texts('a/old', 'a/one', 'b/two'), ['new\n', "it's\n", 'a\0b'])
      const modes = ['a/old', 'a/one', 'b/two'].map((path) => statSync(at(path)).mode & 0o7777)
      assert.deepEqual(modes, [0o640, 0o644, 0o600])
      if (name !== 'busybox sh')
        assert.deepEqual(
          called(),
          name === 'perl and sh'
            ? { stat: 0, sync: 0, sha256sum: 0, cp: 0, mv: 0, chmod: 0, rm: 0, mkdir: 0 }
            : { stat: 1, sync: 2, sha256sum: 1, cp: 1, mv: 3, chmod: 0, rm: 0, mkdir: 0 },
        )
    })

    it('are synced by names that only the writer can have put there, and directories as nothing else', async () => {
      chmodSync(at('b'), 0o770)
      assert.deepEqual(await written(request('a/1', '1'), request('b/2', '2')), [2, null])
      if (name === 'busybox sh') return
      const [first = '', second = '', last, ...more] = calls('sync')
      // that of b is filled in a directory of its own
      for (const one of [first, second]) assert.match(one, /^sync -d -- \.\/[^/]*$/)
      assert.deepEqual([last, more], [`sync -- ${at('a')}/. ${at('b')}/.`, []])
    })

    it('are given another mode, and are more than fit together', async () => {
      const found = put('a/old', 'old\n')
      const many = Array.from({ length: 9 }, (_, index) => request(`b/${index}`, `${index}`))
      assert.deepEqual(await written(request('a/old', 'new\n', found, '0600'), ...many), [10, null])
      assert.deepEqual(texts('a/old', 'b/0', 'b/8'), ['new\n', '0', '8'])
      assert.equal(statSync(at('a/old')).mode & 0o7777, 0o600)
    })

    const odd: readonly (readonly [string, string, () => void, number | null])[] = [
      ['has a blank in its name', 'b/an odd one', () => {}, null],
      ['lies where others may write', 'b/x', () => chmodSync(at('b'), 0o777), null],
      ['lies where a group may write', 'b/x', () => chmodSync(at('b'), 0o770), null],
      ['is there already', 'b/x', () => put('b/x', 'theirs'), 1],
      ['has no directory', 'b/none/x', () => {}, 1],
    ]
    for (const [what, path, make, end] of odd)
      it(`go each its own way where one ${what}`, async () => {
        make()
        const all = [request('a/1', '1'), request(path, 'x'), request('a/2', '2')]
        const [count, stopped] = await written(...all)
        assert.equal(count, end ?? 3, String(stopped))
        assert.deepEqual(texts('a/1', path, 'a/2'), end === null ? ['1', 'x', '2'] : ['1', texts(path)[0], null])
      })

    it('are not written where what is there is not what was found, all before it are', async () => {
      put('b/x', 'old')
      const whole = { kind: 'file', text: 'old', mode: '0644', owner: 'root', group: 'root' } as const
      const spoils: readonly (readonly [PathState & object, () => void])[] = [
        [whole, () => put('b/x', 'odd')],
        [whole, () => put('b/x', 'old', 0o600)],
        [{ ...whole, owner: 'daemon' }, () => put('b/x', 'old')],
        [{ ...whole, group: 'daemon' }, () => put('b/x', 'old')],
      ]
      for (const [found, spoil] of spoils) {
        spoil()
        rmSync(at('a/1'), { force: true })
        assert.deepEqual(await written(request('a/1', '1'), request('b/x', 'new', found)), [1, 'stale'])
        assert.deepEqual(texts('a/1').concat(texts('b/x')[0] === 'new' ? 'new' : 'kept'), ['1', 'kept'])
      }
    })

    it('wait for another writer of one of the directories', async () => {
      const other = spawn('sleep', ['5'])
      const shown = at(`b/.keyward-${other.pid}-0`)
      writeFileSync(shown, '')
      const began = performance.now()
      setTimeout(() => rmSync(shown), 300)
      assert.deepEqual(await written(request('a/1', '1'), request('b/2', '2')), [2, null])
      other.kill()
      assert.ok(performance.now() - began >= 300)
    })

    it('go on from the one that could not be put in its place', async () => {
      writeFileSync(at('tools/fails'), '2')
      const all = [request('a/1', '1'), request('a/2', '2'), request('b/3', '3')]
      assert.deepEqual(await written(...all), [3, null])
      assert.deepEqual(texts('a/1', 'a/2', 'b/3'), ['1', '2', '3'])
    })
  })
