import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openHistory, openKeptHistory } from '../../src/history/open.ts'
import { folder, repository } from '../kit/story.ts'
import { append, run } from './scratch.ts'

const script = join(import.meta.dirname, 'appender.ts')

/** what a test that fails would leave waiting */
const started: ChildProcess[] = []

/** A process that appends runs, and what it has said so far. */
interface Appender {
  readonly child: ChildProcess
  readonly said: () => readonly string[]
  readonly ended: Promise<number | null>
  /** until it has said so many lines */
  until(lines: number): Promise<void>
  go(): void
}

const appender = (
  words: readonly string[],
  about: { readonly node?: readonly string[]; readonly shell?: string } = {},
): Appender => {
  const [node = process.execPath, ...before] = about.node ?? [process.execPath]
  const argv = [...before, '--import', 'tsx', script, ...words]
  const [program, given] =
    about.shell === undefined ? [node, argv] : ['/bin/sh', ['-c', `${about.shell}; exec "$0" "$@"`, node, ...argv]]
  const child = spawn(program, given, { cwd: repository, stdio: ['pipe', 'pipe', 'pipe'] })
  started.push(child)
  let text = ''
  let wrong = ''
  child.stderr.on('data', (chunk) => {
    wrong += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = (): readonly string[] => text.split('\n').slice(0, -1)
  const until = async (count: number): Promise<void> =>
    await new Promise((resolve, reject) => {
      const look = (): void => {
        if (lines().length >= count) resolve()
      }
      child.stdout.on('data', look)
      child.on('close', () => (lines().length >= count ? resolve() : reject(new Error(wrong))))
      look()
    })
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  return { child, said: lines, ended, until, go: () => child.stdin.write('go\n') }
}

const bodies = async (file: string): Promise<readonly (readonly [id: string, before: unknown])[]> => {
  const history = await openKeptHistory(file)
  assert.deepEqual(history.verify(null).faults, [])
  const found = history
    .list()
    .map(
      (entry) =>
        [entry.id, (history.body(entry) as unknown as { document: { before: unknown } }).document.before] as const,
    )
  history.close()
  return found.reverse()
}

describe('the history, written by several processes', () => {
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
  })

  it('takes two that append at once one after the other, and each sees the run before', async () => {
    const file = join(folder({}), 'new', 'history.db')
    const three = ['a', 'b', 'c'].map((name) => appender([file, name, '30', '2000', '8']))
    await Promise.all(three.map((one) => one.until(1)))
    for (const one of three) one.go()
    assert.deepEqual(await Promise.all(three.map(({ ended }) => ended)), [0, 0, 0])
    const chain = await bodies(file)
    assert.equal(chain.length, 90)
    assert.deepEqual(
      chain.map(([, before]) => before),
      [null, ...chain.slice(0, -1).map(([id]) => id)],
    )
    const names = chain.map(([id]) => id.slice(0, 1))
    assert.ok(names.some((name, index) => index > 0 && name !== names[index - 1] && names.indexOf(name) < index - 1))
  })

  it('keeps all that was said to be kept when the process is killed in the middle of writing', async () => {
    const file = join(folder({}), 'history.db')
    for (let time = 0; time < 4; time += 1) {
      const killed = appender([file, `killed${time}`, '100000', '200000'])
      await killed.until(1)
      killed.go()
      await killed.until(5)
      await new Promise((resolve) => setTimeout(resolve, 7 * time))
      killed.child.kill('SIGKILL')
      await killed.ended
      const kept = new Set((await bodies(file)).map(([id]) => id))
      const said = killed.said().slice(1)
      assert.ok(said.length >= 4)
      assert.deepEqual(
        said.filter((id) => !kept.has(id)),
        [],
      )
    }
    const history = await openHistory(file)
    append(history, run('after'))
    assert.equal(history.run('latest').id, 'after')
    assert.deepEqual(history.verify(null).faults, [])
    history.close()
  })

  for (const version of ['22', '24'])
    it(`is the same for the SQLite of Node ${version}`, async function () {
      this.timeout(60_000)
      const npx = ['npx', '--yes', '--prefer-offline', '-p', `node@${version}`, 'node']
      const asked = spawnSync(npx[0] ?? '', [...npx.slice(1), '-p', "typeof process.getBuiltinModule('node:sqlite')"], {
        cwd: folder({}),
        encoding: 'utf8',
      })
      // no such Node can be had here
      if (asked.status !== 0) this.skip()
      assert.equal(asked.stdout.trim(), 'object')
      const file = join(folder({}), 'history.db')
      const own = appender([file, 'libsql', '3', '100'])
      await own.until(1)
      const other = appender([file, 'builtin', '3', '100'], { node: npx })
      await other.until(1)
      for (const one of [own, other]) one.go()
      assert.deepEqual(await Promise.all([own.ended, other.ended]), [0, 0])
      const chain = await bodies(file)
      assert.equal(chain.length, 6)
      assert.deepEqual(
        chain.map(([, before]) => before),
        [null, ...chain.slice(0, -1).map(([id]) => id)],
      )
    })

  it('says that the disk is full, and stays whole', async () => {
    const file = join(folder({}), 'history.db')
    // a limit on the size of files (blocks of 512 bytes) is as a disk that ends
    const full = appender([file, 'big', '1000', '100000'], { shell: 'ulimit -f 4000; trap "" XFSZ' })
    await full.until(1)
    full.go()
    let words = ''
    full.child.stderr?.on('data', (chunk) => {
      words += chunk
    })
    assert.notEqual(await full.ended, 0)
    assert.match(words, /UserError: cannot write the history ".*": the disk (is full|answered with an error)/)
    const kept = await bodies(file)
    assert.equal(kept.length, full.said().length - 1)
    assert.ok(kept.length > 2)
  })

  it('tells who may not write in its directory, or the file itself', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const directory = folder({})
    chmodSync(join(directory, '..'), 0o755)
    const history = await openHistory(join(directory, 'history.db'))
    history.close()
    mkdirSync(join(directory, 'closed'), { mode: 0o755 })
    chmodSync(directory, 0o755)
    for (const file of [join(directory, 'history.db'), join(directory, 'closed', 'deep', 'history.db')]) {
      const { stderr } = spawnSync(
        process.execPath,
        [
          '--import',
          'tsx',
          '--input-type=module',
          '-e',
          `const { openHistory } = await import(${JSON.stringify(join(repository, 'src/history/open.ts'))})
           await import('libsql')
           process.setuid(65534)
           await openHistory(${JSON.stringify(file)})`,
        ],
        { cwd: repository, encoding: 'utf8' },
      )
      assert.match(stderr, /UserError: cannot write the history ".*": permission denied/)
    }
  })
})
