import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { canonical, sha256 } from '../../src/history/canonical.ts'
import { type EntryRow, hashOf } from '../../src/history/chain.ts'
import type { Database } from '../../src/history/database.ts'
import { ENTRY } from '../../src/history/rows.ts'
import type { History } from '../../src/history/shape.ts'
import { append, newHistory, run } from './scratch.ts'

const KEEP = { runs: 2, days: 1000 }
const NOW = new Date('2026-11-26T00:00:00Z')

/** Gives an entry the hash of what it says now: what a forger would do next. */
const rehash = (database: Database, seq: number): void => {
  const row = database.get<EntryRow>(`${ENTRY} WHERE seq = ?`, seq)
  assert.ok(row !== undefined)
  database.run('UPDATE entry SET hash = ? WHERE seq = ?', hashOf(row), seq)
}

const FORGED = canonical({ document: { forged: true }, memory: {} })

// of five runs of which the first three are pruned: entries 1 to 5 are runs, entry 6 is the checkpoint, entry 7 a run
const forgeries: readonly (readonly [what: string, forge: (database: Database) => void, faults: readonly RegExp[]])[] =
  [
    [
      'a summary that was altered',
      (database) => database.exec(`UPDATE entry SET summary = '{"command":"run"}' WHERE seq = 4`),
      [/^entry 4 \(run d\) was altered/],
    ],
    [
      'a summary that was altered into no JSON',
      (database) => database.exec(`UPDATE entry SET summary = '{' WHERE seq = 4`),
      [/^entry 4 \(run d\) was altered/],
    ],
    [
      'a time that was altered, and the hash with it',
      (database) => {
        database.exec(`UPDATE entry SET at = '2026-11-20T00:00:00.000Z' WHERE seq = 2`)
        rehash(database, 2)
      },
      [/^entry 3 \(run c\) does not follow from entry 2 \(run b\)/],
    ],
    [
      'an id that was altered',
      (database) => database.exec(`UPDATE entry SET id = 'z' WHERE seq = 1`),
      [/^entry 1 \(run z\) was altered/],
    ],
    [
      'an entry that was removed',
      (database) => database.exec('DELETE FROM entry WHERE seq = 2'),
      [/^entry 2 was removed$/],
    ],
    [
      'an entry that was removed, and its body left',
      (database) => database.exec('DELETE FROM entry WHERE seq = 4'),
      [/^entry 4 was removed$/, /^there is a body of entry 4, but no such entry/],
    ],
    [
      'several entries that were removed',
      (database) => database.exec('DELETE FROM entry WHERE seq IN (2, 3)'),
      [/^entries 2 to 3 were removed$/],
    ],
    [
      'the first entries removed',
      (database) => database.exec('DELETE FROM entry WHERE seq < 4'),
      [/^entries 1 to 3 were removed$/],
    ],
    [
      'an entry removed, and those behind it counted anew',
      (database) =>
        database.exec(
          'DELETE FROM entry WHERE seq = 3; UPDATE entry SET seq = seq - 1 WHERE seq > 3; UPDATE body SET seq = seq - 1',
        ),
      [3, 4, 5, 6].map((seq) => new RegExp(`^entry ${seq} .* was altered`)),
    ],
    [
      'an entry inserted before all',
      (database) =>
        database.exec(
          `INSERT INTO entry SELECT 0, kind, 'i', at, series, summary, NULL, previous, hash FROM entry WHERE seq = 1`,
        ),
      [/^entry 0 was inserted/, /^entry 0 \(run i\) was altered/, /^entry 1 \(run a\) does not follow from entry 0/],
    ],
    [
      'a body that was altered',
      (database) => void database.run('UPDATE body SET gzip = ? WHERE seq = 5', gzipSync(FORGED)),
      [/^the body of entry 5 \(run e\) was altered/],
    ],
    [
      'a body that was altered, and its hash with it',
      (database) => {
        database.run('UPDATE body SET gzip = ? WHERE seq = 5', gzipSync(FORGED))
        database.run('UPDATE entry SET body_hash = ? WHERE seq = 5', sha256(FORGED))
        rehash(database, 5)
      },
      [/^entry 6 .* does not follow from entry 5/],
    ],
    [
      'a body that is no archive any more',
      (database) => database.exec(`UPDATE body SET gzip = x'1f8b00' WHERE seq = 5`),
      [/^the body of entry 5 \(run e\) was altered/],
    ],
    [
      'a body that was removed, and no checkpoint names it',
      (database) => database.exec('DELETE FROM body WHERE seq = 5'),
      [/^the body of entry 5 \(run e\) was removed: no checkpoint says that it was pruned$/],
    ],
    [
      'a checkpoint that was made to name one more',
      (database) => {
        database.exec('DELETE FROM body WHERE seq = 5')
        database.exec(`UPDATE entry SET summary = json_set(summary, '$.dropped[0].seq', 5) WHERE seq = 6`)
        rehash(database, 6)
      },
      [/^the body of entry 1 \(run a\) was removed/, /^entry 7 .* does not follow from entry 6/],
    ],
  ]

describe('the chain of the history', () => {
  let history: History
  beforeEach(async () => {
    history = await newHistory()
    append(history, ...['a', 'b', 'c', 'd', 'e'].map((id) => run(id)))
    assert.deepEqual(history.prune(KEEP, NOW), ['a', 'b', 'c'])
    append(history, run('f'))
  })
  afterEach(() => history.close())

  it('holds, pruned as it is', () => {
    const verdict = history.verify(null)
    assert.deepEqual(verdict, { entries: 7, pruned: 3, head: history.run('f').hash, faults: [] })
  })

  for (const [what, forge, faults] of forgeries)
    it(`tells of ${what}`, () => {
      forge(history.database)
      const found = history.verify(null).faults
      assert.equal(found.length, faults.length, found.join('\n'))
      for (const [index, fault] of faults.entries()) assert.match(found[index] ?? '', fault)
    })

  it('has any head that it ever had, by its first digits too', () => {
    for (const { hash } of history.list()) assert.deepEqual(history.verify(hash).faults, [])
    assert.deepEqual(history.verify(history.run('f').hash.slice(0, 16).toUpperCase()).faults, [])
  })

  it('cannot tell by itself that its tail was cut, and can by a head', () => {
    const { hash } = history.run('f')
    history.database.exec('DELETE FROM entry WHERE seq = 7; DELETE FROM body WHERE seq = 7')
    assert.deepEqual(history.verify(null).faults, [])
    assert.match(
      history.verify(hash).faults.join('\n'),
      /^the head [0-9a-f]{64} is in no entry: the newest entries were cut off/,
    )
  })

  it('tells by a head that it was written anew', async () => {
    const { hash } = history.run('f')
    history.close()
    history = await newHistory()
    append(history, run('f'))
    assert.equal(history.verify(hash).faults.length, 1)
  })

  it('holds where nothing was kept yet', async () => {
    history.close()
    history = await newHistory()
    assert.deepEqual(history.verify(null), { entries: 0, pruned: 0, head: null, faults: [] })
  })

  it('does not hash by the order in which keys were written', () => {
    assert.equal(canonical({ b: [{ d: 1, c: undefined }], a: null }), '{"a":null,"b":[{"d":1}]}')
  })
})

describe('pruning the history', () => {
  const day = (number: number): string => `2026-11-${String(number).padStart(2, '0')}T02:00:00.000Z`
  const table: readonly (readonly [what: string, keep: { runs: number; days: number }, dropped: readonly string[]])[] =
    [
      ['drops nothing that is within count and age', { runs: 4, days: 30 }, []],
      ['drops those beyond the count of their series', { runs: 2, days: 30 }, ['a1', 'a2']],
      ['drops those that are too old', { runs: 100, days: 4 }, ['a1', 'a2', 'b1']],
      ['drops those that are either', { runs: 3, days: 4 }, ['a1', 'a2', 'b1']],
      ['never drops the newest of a series and command', { runs: 1, days: 1 }, ['a1', 'a2', 'b1']],
    ]
  let history: History
  beforeEach(async () => {
    history = await newHistory()
    append(
      history,
      run('a1', { series: 'a', at: day(10) }),
      run('a2', { series: 'a', at: day(11) }),
      run('b1', { series: 'b', at: day(12) }),
      run('c1', { series: 'c', at: day(12) }),
      run('a3', { series: 'a', at: day(24) }),
      run('a4', { series: 'a', at: day(25), command: 'run' }),
      run('b2', { series: 'b', at: day(25) }),
    )
  })
  afterEach(() => history.close())

  for (const [what, keep, dropped] of table)
    it(what, () => {
      assert.deepEqual(history.prune(keep, NOW), dropped)
      assert.deepEqual(
        history
          .list({ kind: 'run' })
          .filter(({ isPruned }) => isPruned)
          .map(({ id }) => id)
          .reverse(),
        dropped,
      )
      assert.deepEqual(history.verify(null).faults, [])
      assert.equal(history.list({ kind: 'checkpoint' }).length, dropped.length === 0 ? 0 : 1)
      assert.deepEqual(history.prune(keep, NOW), [], 'and has nothing to do a second time')
    })

  it('keeps to one series where it is told so', () => {
    assert.deepEqual(history.prune({ runs: 1, days: 1 }, NOW, 'b'), ['b1'])
  })

  it('leaves the summary of what it drops', () => {
    history.prune({ runs: 2, days: 30 }, NOW)
    assert.equal(history.body(history.run('a1')), null)
    assert.deepEqual(history.run('a1').summary, { command: 'audit' })
  })
})
