import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../../src/contract/errors.ts'
import { openDatabase } from '../../src/history/database.ts'
import { openHistory, openKeptHistory } from '../../src/history/open.ts'
import type { History } from '../../src/history/shape.ts'
import { folder } from '../kit/story.ts'
import { append, newHistory, run } from './scratch.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

const wrong = (pattern: RegExp) => (error: unknown) => error instanceof UserError && pattern.test(error.message)

describe('the history', () => {
  let history: History
  beforeEach(async () => {
    history = await newHistory()
  })
  afterEach(() => history.close())

  it('is for its owner alone, with all that lies beside it', () => {
    append(history, run('a'))
    assert.equal(modeOf(dirname(history.file)), 0o700)
    for (const end of ['', '-wal', '-shm']) assert.equal(modeOf(`${history.file}${end}`), 0o600, `history.db${end}`)
  })

  it('gives back what was appended, newest first, and counts entries from 1', async () => {
    append(history, run('a', { body: { document: { é: ['\udc80', null, 1.5] }, memory: {} } }), run('b'))
    history.close()
    history = await openKeptHistory(history.file)
    assert.deepEqual(
      history.list().map(({ seq, id, isPruned }) => [seq, id, isPruned]),
      [
        [2, 'b', false],
        [1, 'a', false],
      ],
    )
    assert.deepEqual(history.body(history.run('a')), { document: { é: ['\udc80', null, 1.5] }, memory: {} })
  })

  it('lists by kind, by series, and so many', () => {
    append(history, run('a'), run('b', { series: 'other' }), {
      ...run('s', { series: 'nightly', body: null }),
      kind: 'slot',
    })
    const ids = (about: Parameters<History['list']>[0]): readonly string[] => history.list(about).map(({ id }) => id)
    assert.deepEqual(ids({ kind: 'run' }), ['b', 'a'])
    assert.deepEqual(ids({ kind: 'slot' }), ['s'])
    assert.deepEqual(ids({ series: 'ssh' }), ['a'])
    assert.deepEqual(ids({ kind: 'slot', series: 'ssh' }), [])
    assert.deepEqual(ids({ atMost: 1 }), ['s'])
  })

  it('links each entry to the one before, and a body that is absent is not pruned', () => {
    const [first, second] = append(history, run('a'), { ...run('s', { body: null }), kind: 'slot' })
    assert.equal(first?.previous, '0'.repeat(64))
    assert.equal(second?.previous, first?.hash)
    assert.equal(second?.bodyHash, null)
    assert.equal(second?.isPruned, false)
  })

  it('hands what is made the last run of the series, of one command or of any', () => {
    append(history, run('a'), run('b', { command: 'run' }), run('c', { series: 'other' }))
    history.append((view) => {
      assert.equal(view.last('ssh')?.entry.id, 'b')
      assert.equal(view.last('ssh', 'audit')?.entry.id, 'a')
      assert.equal(view.last('ssh', 'check'), null)
      assert.equal(view.last('none'), null)
      assert.deepEqual([view.has('run', 'a'), view.has('slot', 'a'), view.has('run', 'd')], [true, false, false])
      return run('d')
    })
  })

  it('passes over a body that cannot be read any more', () => {
    append(history, run('a'), run('b'))
    history.database.exec("UPDATE body SET gzip = x'00' WHERE seq = 2")
    assert.equal(history.last('ssh')?.entry.id, 'a')
    assert.throws(() => history.body(history.run('b')), wrong(/entry 2 of the history was altered or is damaged/))
  })

  it('appends nothing where making the entry fails, nor a second of the same id', () => {
    append(history, run('a'))
    assert.throws(
      () =>
        history.append(() => {
          throw new Error('made badly')
        }),
      /made badly/,
    )
    assert.throws(() => append(history, run('a')))
    assert.equal(append(history, run('b'))[0]?.seq, 2)
    assert.deepEqual(history.verify(null).faults, [])
  })

  describe('finds a run', () => {
    const named: readonly (readonly [name: string, id: string])[] = [
      ['20261125-021500-7f3a', '20261125-021500-7f3a'],
      ['20261125-021500-7', '20261125-021500-7f3a'],
      ['20261124', '20261124-021500-1111'],
      ['latest', '20261125-021500-8000'],
      ['latest~0', '20261125-021500-8000'],
      ['latest~2', '20261124-021500-1111'],
      ['20261125-021500-8000', '20261125-021500-8000'],
    ]
    const lost: readonly (readonly [name: string, words: RegExp])[] = [
      ['20261125', /^"20261125" is the beginning of several runs: 20261125-021500-8000, 20261125-021500-7f3a$/],
      ['2027', /^the history has no run "2027"$/],
      ['%', /^the history has no run "%"$/],
      ['latest~3', /^the history has no run "latest~3": it has 3 in all$/],
      ['', /^"" is the beginning of several runs/],
    ]
    beforeEach(() => {
      append(history, run('20261124-021500-1111'), run('20261125-021500-7f3a'), run('20261125-021500-8000'))
      append(history, { ...run('2027', { body: null }), kind: 'slot' })
    })
    for (const [name, id] of named) it(`by "${name}"`, () => assert.equal(history.run(name).id, id))
    for (const [name, words] of lost) it(`not by "${name}"`, () => assert.throws(() => history.run(name), wrong(words)))
  })

  it('says that there is no run yet', () => {
    assert.throws(() => history.run('latest'), wrong(/^the history has no runs yet$/))
  })
})

describe('a history that cannot be opened', () => {
  const place = (): string => join(folder({}), 'history.db')

  it('is missing: whoever reads is told, and none is made', async () => {
    const file = place()
    await assert.rejects(openKeptHistory(file), wrong(/^there is no history ".*history.db" yet$/))
    assert.equal(existsSync(file), false)
  })

  it('is a directory', async () => {
    await assert.rejects(openHistory(folder({})), wrong(/^cannot write the history ".*": it is a directory$/))
  })

  it('lies below a file', async () => {
    const file = place()
    writeFileSync(file, '')
    await assert.rejects(openHistory(join(file, 'history.db')), wrong(/: a part of its path is a file$/))
  })

  it('is no database', async () => {
    const file = place()
    writeFileSync(file, 'all:\n  hosts:\n    web1:\n'.repeat(200))
    await assert.rejects(openHistory(file), wrong(/^cannot write the history ".*": it is no history of keyward$/))
    await assert.rejects(openKeptHistory(file), wrong(/^cannot read the history ".*": it is no history of keyward$/))
  })

  it('is the database of something else, which is left as it was', async () => {
    const file = place()
    const other = await openDatabase(file)
    other.exec('PRAGMA journal_mode = DELETE; CREATE TABLE bookmarks (url TEXT)')
    other.close()
    await assert.rejects(openHistory(file), wrong(/^".*" is a database, but no history of keyward$/))
    const again = await openDatabase(file, (database) => {
      assert.equal(database.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode, 'delete')
    })
    assert.equal(again.get<{ count: number }>('SELECT count(*) AS count FROM sqlite_master')?.count, 1)
    again.close()
  })

  it('is of a newer keyward', async () => {
    const history = await newHistory()
    history.database.exec('PRAGMA user_version = 7')
    history.close()
    await assert.rejects(openHistory(history.file), wrong(/is of a newer keyward \(its version is 7, here it is 1\)$/))
  })

  it('is damaged', async () => {
    const history = await newHistory()
    append(history, ...Array.from({ length: 30 }, (_, index) => run(`run-${index}`)))
    history.close()
    const pages = statSync(history.file).size / 4096
    const descriptor = openSync(history.file, 'r+')
    assert.ok(pages > 2)
    for (let page = 1; page < pages; page += 1) writeSync(descriptor, Buffer.alloc(512, 0xff), 0, 512, page * 4096)
    closeSync(descriptor)
    const damaged = await openKeptHistory(history.file)
    assert.throws(() => damaged.list(), wrong(/^cannot read the history ".*": it is damaged$/))
    assert.match(damaged.verify(null).faults.join('\n'), /^the file is damaged/)
    damaged.close()
  })
})
