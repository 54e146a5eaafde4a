import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openHistory } from '../../src/history/open.ts'
import type { History } from '../../src/history/shape.ts'
import type { ReportDocument } from '../../src/output/report-schema.ts'
import { ownerOf } from '../../src/schedule/owner.ts'
import type { Schedule, Slot } from '../../src/schedule/shape.ts'
import type { Started } from '../../src/schedule/started.ts'
import { type Ended, tick } from '../../src/schedule/tick.ts'
import { folder } from '../kit/story.ts'
import { scheduled } from './given.ts'

// What is started is a stand-in that ends as it is told; its runs are kept in the history as real ones are.

interface Ending {
  readonly code?: number
  readonly unreachable?: readonly string[]
  readonly waived?: boolean
  /** it ends only when it is asked to so many times, or when `release` is called */
  readonly stubborn?: number
}

describe('the slots of a schedule', () => {
  let file: string
  let history: History
  let now: Date
  let schedules: readonly Schedule[]
  let endings: Ending[]
  let argvs: (readonly string[])[]
  let told: Ended[]
  let asked: string[]
  let release: () => void
  let edited: Date

  beforeEach(async () => {
    file = join(folder({}), 'h.db')
    history = await openHistory(file)
    now = new Date('2026-11-25T00:00:00Z')
    edited = now
    schedules = [scheduled()]
    endings = []
    argvs = []
    told = []
    asked = []
    release = () => {}
  })
  afterEach(() => {
    // a test that failed leaves nothing running
    release()
    history.close()
  })

  const start = (argv: readonly string[]): Started => {
    argvs.push(argv)
    const { code = 0, unreachable = [], waived = false, stubborn } = endings.shift() ?? {}
    const hosts = ['web1', ...unreachable].filter((host) => !argv.includes('--limit') || unreachable.includes(host))
    const found = code === 3 || code === 4
    const id = `run-${argvs.length}`
    const document = {
      version: 1,
      id,
      command: argv[0],
      exit_code: code,
      hosts: Object.fromEntries(
        hosts.map((host) => [
          host,
          {
            failed: 0,
            waiting: 0,
            drift: found && host === 'web1' && !waived ? 1 : 0,
            unreachable: host === 'web1' ? 0 : 1,
          },
        ]),
      ),
      results: found ? [{ host: 'web1', status: 'drift', ...(waived ? { waived: {} } : {}) }] : [],
    } as unknown as ReportDocument
    history.append(() => ({
      kind: 'run',
      id,
      at: now.toISOString(),
      series: 'x',
      summary: { command: argv[0], schedule: 'nightly', slot: argv[argv.indexOf('--slot') + 1] },
      body: { document, memory: {} },
    }))
    let left = stubborn ?? 0
    let end = (_: number): void => {}
    const ended = new Promise<number>((resolve) => {
      end = resolve
    })
    release = () => end(code)
    if (stubborn === undefined) release()
    return {
      pid: null,
      ended: ended.then((how) => ({ code: how, stdout: how === 137 ? '' : JSON.stringify(document), stderr: '' })),
      stop: (how) => {
        asked.push(how ?? 'please')
        left -= 1
        if (left <= 0) end(how === 'now' ? 137 : 130)
      },
    }
  }

  const at = async (
    moment: string,
    about: { history?: History; interrupt?: boolean } = {},
  ): Promise<readonly string[]> => {
    now = new Date(moment)
    const slots = await tick(
      { file: '/etc/keyward/schedule.yml', schedules, channels: [], metrics: null, history: null },
      {
        history: about.history ?? history,
        clock: () => now,
        start,
        edited,
        interrupt: { requested: about.interrupt === true, now: new Promise(() => {}) },
        ended: async (ended) => {
          told.push(ended)
        },
        removed: () => {},
        pulseMs: 5,
        graceMs: 20,
      },
    )
    return slots.map(line)
  }

  const line = ({ slot, status, reason, runs }: Slot): string =>
    [
      slot.slice(5, 16),
      status,
      ...(runs.length === 0 ? [] : [runs.join('+')]),
      ...(reason === '' ? [] : [`(${reason})`]),
    ].join(' ')

  const begun = async (count: number): Promise<void> => {
    while (argvs.length < count) await new Promise((resolve) => setTimeout(resolve, 2))
  }

  it('are in the chain, each once, however many look at once over connections of their own', async () => {
    const other = await openHistory(file)
    await at('2026-11-25T00:00:00Z')
    const both = await Promise.all([
      at('2026-11-25T02:30:10Z'),
      at('2026-11-25T02:30:10Z', { history: other }),
      at('2026-11-25T02:30:10Z'),
    ])
    other.close()
    assert.deepEqual(both.flat(), ['11-25T02:30 ran run-1'])
    assert.deepEqual(
      history.list({ kind: 'slot' }).map(({ summary }) => line(summary as Slot)),
      ['11-25T02:30 ran run-1'],
    )
    assert.deepEqual(history.verify(null).faults, [])
  })

  describe('after three days asleep', () => {
    const policies: readonly (readonly [Schedule['catchUp'], readonly string[]])[] = [
      [{ policy: 'none', windowMs: 0, most: 10 }, ['missed', 'missed', 'missed']],
      [{ policy: 'latest', windowMs: 24 * 3_600_000, most: 10 }, ['missed', 'missed', 'caught-up']],
      [{ policy: 'all', windowMs: 96 * 3_600_000, most: 10 }, ['caught-up', 'caught-up', 'caught-up']],
      [{ policy: 'all', windowMs: 96 * 3_600_000, most: 2 }, ['missed', 'caught-up', 'caught-up']],
    ]
    for (const [catchUp, wanted] of policies)
      it(`${catchUp.policy} of them run, ${catchUp.most} at most`, async () => {
        schedules = [scheduled({ catchUp })]
        await at('2026-11-25T12:00:00Z')
        const slots = await at('2026-11-28T12:00:00Z')
        assert.deepEqual(
          slots.map((one) => one.split(' ')[1]),
          wanted,
        )
        assert.equal(argvs.length, wanted.filter((status) => status === 'caught-up').length)
      })

    it('none of those that are caught up with is skipped because another tick looks meanwhile', async () => {
      schedules = [scheduled({ catchUp: { policy: 'all', windowMs: 96 * 3_600_000, most: 10 } })]
      await at('2026-11-25T12:00:00Z')
      endings = [{ stubborn: 9 }]
      const first = at('2026-11-28T12:00:00Z')
      await begun(1)
      assert.deepEqual(await at('2026-11-28T12:01:00Z'), [])
      release()
      assert.deepEqual(
        (await first).map((one) => one.split(' ')[1]),
        ['caught-up', 'caught-up', 'caught-up'],
      )
    })
  })

  it('that were to run when the clock ran a year ahead run when it is right again', async () => {
    await at('2026-11-25T00:00:00Z')
    await at('2027-11-25T12:00:00Z')
    assert.deepEqual(await at('2026-11-25T12:00:00Z'), [])
    assert.deepEqual(await at('2026-11-26T02:30:10Z'), ['11-26T02:30 ran run-2'])
    // and once more: what ran is not run again
    await at('2026-11-25T01:00:00Z')
    await at('2026-11-26T02:30:20Z')
    assert.equal(argvs.length, 2)
    assert.deepEqual(history.verify(null).faults, [])
  })

  it('of the timing before an edit are recorded, also those that jitter held back', async () => {
    schedules = [scheduled({ jitterMs: 3_600_000 })]
    await at('2026-11-25T00:00:00Z')
    schedules = [scheduled({ timing: { kind: 'cron', text: '0 18 * * *' } })]
    edited = new Date('2026-11-25T02:30:01Z')
    assert.deepEqual(await at('2026-11-25T18:00:10Z'), [
      '11-25T02:30 missed (the schedule was edited before it was looked at)',
      '11-25T18:00 ran run-1',
    ])
  })

  it('end with their schedule, which leaves a record', async () => {
    await at('2026-11-25T00:00:00Z')
    schedules = []
    assert.deepEqual(await at('2026-11-25T01:00:00Z'), [
      '11-25T01:00 disabled (the schedule was removed from its file)',
    ])
    assert.deepEqual(await at('2026-11-25T03:00:00Z'), [])
    schedules = [scheduled()]
    assert.deepEqual(await at('2026-11-25T03:01:00Z'), [], 'what comes back has no past')
  })

  describe('on hosts that were not reached', () => {
    const retry = { attempts: 2, delayMs: 900_000 }

    it('are handed on with the documents of all attempts, and end as the hosts stand then', async () => {
      schedules = [scheduled({ retry })]
      await at('2026-11-25T00:00:00Z')
      endings = [{ code: 4, unreachable: ['db1'] }, { code: 0 }]
      assert.deepEqual(await at('2026-11-25T02:30:10Z'), [])
      assert.deepEqual(await at('2026-11-25T02:46:00Z'), [
        '11-25T02:30 ran run-1+run-2 (audit ended with 4 (a host was not reached): db1; again: as wanted)',
      ])
      assert.deepEqual(
        told[0]?.documents.map(({ id }) => id),
        ['run-1', 'run-2'],
      )
    })

    it('are not tried again once the next one is due', async () => {
      schedules = [scheduled({ retry: { attempts: 2, delayMs: 23 * 3_600_000 } })]
      await at('2026-11-25T00:00:00Z')
      endings = [{ code: 4, unreachable: ['db1'] }, { code: 0 }]
      await at('2026-11-25T02:30:10Z')
      const [first = '', second] = await at('2026-11-26T02:30:20Z')
      assert.match(first, /^11-25T02:30 ran run-1 .*; a later slot was due before it was tried again\)$/)
      assert.equal(second, '11-26T02:30 ran run-2')
    })

    it('are not tried again in a blackout', async () => {
      schedules = [scheduled({ retry })]
      await at('2026-11-25T00:00:00Z')
      endings = [{ code: 4, unreachable: ['db1'] }]
      await at('2026-11-25T02:30:10Z')
      const from = new Date('2026-11-25T02:40:00Z').getTime()
      schedules = [scheduled({ retry, blackouts: [{ from, ms: 3_600_000, reason: 'freeze' }] })]
      assert.match((await at('2026-11-25T02:46:00Z'))[0] ?? '', /^11-25T02:30 ran run-1 .*; freeze\)$/)
      assert.equal(argvs.length, 1)
    })
  })

  describe('that audit, and then run', () => {
    const commands = (): readonly string[] => argvs.map(([command = '']) => command)
    const runs: readonly (readonly [string, Ending, number])[] = [
      ['nothing where nothing drifted', { code: 0 }, 1],
      ['where there is drift', { code: 3 }, 3],
      ['where there is drift and a host was not reached', { code: 4, unreachable: ['db1'] }, 3],
      ['nothing where somebody answers for all of it', { code: 3, waived: true }, 1],
    ]
    for (const [what, ending, count] of runs)
      it(`run ${what}`, async () => {
        schedules = [scheduled({ mode: 'audit-then-run' })]
        await at('2026-11-25T00:00:00Z')
        endings = [ending]
        await at('2026-11-25T02:30:10Z')
        assert.deepEqual(commands(), ['audit', 'run', 'audit'].slice(0, count))
      })

    it('end as the last audit found the hosts', async () => {
      schedules = [scheduled({ mode: 'audit-then-run' })]
      await at('2026-11-25T00:00:00Z')
      endings = [{ code: 3 }]
      await at('2026-11-25T02:30:10Z')
      assert.equal(told[0]?.code, 0)
      assert.match(told[0]?.slot.reason ?? '', /^audit ended with 3 \(drift\), run ended with 0 .*, audit ended with 0/)
    })
  })

  describe('that take too long', () => {
    const slow = async (stubborn: number): Promise<readonly string[]> => {
      schedules = [scheduled({ timeoutMs: 30 })]
      await at('2026-11-25T00:00:00Z')
      endings = [{ stubborn }]
      return await at('2026-11-25T02:30:10Z')
    }
    it('are asked to end', async () => {
      assert.deepEqual(await slow(1), ['11-25T02:30 timed-out run-1 (it took longer than 0.03 s)'])
      assert.deepEqual(asked, ['please'])
    })
    it('and are ended where they do not', async () => {
      assert.deepEqual(await slow(2), ['11-25T02:30 timed-out (it took longer than 0.03 s)'])
      assert.deepEqual(asked, ['please', 'now'])
    })
  })

  describe('while an earlier one is running', () => {
    /** the first slot runs until it is released; two more become due */
    const overlapping = async (overlap: Schedule['overlap']): Promise<readonly string[]> => {
      schedules = [scheduled({ overlap, timing: { kind: 'every', text: '10m', ms: 600_000 } })]
      await at('2026-11-25T02:00:00Z')
      endings = [{ stubborn: 1 }]
      const first = at('2026-11-25T02:10:10Z')
      await begun(1)
      const stop = release
      const others = [...(await at('2026-11-25T02:20:10Z')), ...(await at('2026-11-25T02:30:10Z'))]
      if (overlap !== 'cancel-previous') stop()
      return [...others, ...(await first)].sort()
    }
    const policies: readonly (readonly [Schedule['overlap'], readonly string[]])[] = [
      [
        'skip',
        [
          '11-25T02:10 ran run-1',
          '11-25T02:20 skipped-overlap (the slot of 2026-11-25T02:10:00.000Z was still running)',
          '11-25T02:30 skipped-overlap (the slot of 2026-11-25T02:10:00.000Z was still running)',
        ],
      ],
      [
        'queue-one',
        [
          '11-25T02:10 ran run-1',
          '11-25T02:20 skipped-overlap (the slot of 2026-11-25T02:30:00.000Z waits in its place)',
          '11-25T02:30 ran run-2',
        ],
      ],
      ['allow', ['11-25T02:10 ran run-1', '11-25T02:20 ran run-2', '11-25T02:30 ran run-3']],
    ]
    for (const [overlap, wanted] of policies)
      it(`${overlap} does as it says`, async () => assert.deepEqual(await overlapping(overlap), wanted))

    it('cancel-previous ends it', async () => {
      const [first, ...rest] = await overlapping('cancel-previous')
      assert.equal(first, '11-25T02:10 cancelled run-1 (a later slot was due)')
      assert.ok(
        rest.some((one) => /^11-25T02:[23]0 ran run-2$/.test(one)),
        rest.join('\n'),
      )
      assert.deepEqual(asked, ['please'])
    })
  })

  describe('whose tick was killed', () => {
    const gone = ownerOf(2 ** 22 - 1)
    /** as a tick leaves a slot that is killed while it runs */
    const killed = async (about: {
      readonly owner: string
      readonly lease: string
      readonly child?: string
    }): Promise<void> => {
      await at('2026-11-25T00:00:00Z')
      endings = [{ stubborn: 9 }]
      void at('2026-11-25T02:30:10Z')
      await begun(1)
      history.database.run(
        'UPDATE slot SET owner = ?, lease_ms = ?, child = ?, ends_ms = ?',
        about.owner,
        Date.parse(about.lease),
        about.child ?? null,
        Date.parse('2026-11-25T03:30:00Z'),
      )
    }
    const LATER = '2026-11-25T02:40:00Z'
    const WHILE = '2026-11-25T02:31:00Z'

    it('are killed as soon as its process is gone, and name the run that was kept all the same', async () => {
      await killed({ owner: gone, lease: LATER })
      const [slot = ''] = await at(WHILE)
      assert.match(slot, /^11-25T02:30 killed run-1 \(keyward was killed while it ran \(.*:4194303\)\)$/)
      assert.equal(told[0]?.slot.status, 'killed')
      release()
    })
    it('run on while the run that it started does', async () => {
      await killed({ owner: gone, lease: LATER, child: ownerOf(process.pid) })
      assert.deepEqual(await at(WHILE), [])
      release()
    })
    it('are believed to run as long as a lease holds, where it ran elsewhere', async () => {
      await killed({ owner: 'elsewhere:7::', lease: LATER })
      assert.deepEqual(await at(WHILE), [])
      assert.match((await at('2026-11-25T02:41:00Z'))[0] ?? '', /^11-25T02:30 killed run-1/)
      release()
    })
    it('are killed where a process of another beginning has its number now', async () => {
      const [host, pid, , space] = ownerOf(process.pid).split(':')
      await killed({ owner: [host, pid, '1', space].join(':'), lease: LATER })
      assert.match((await at(WHILE))[0] ?? '', /killed/)
      release()
    })
  })

  it('wait where keyward was asked to end', async () => {
    await at('2026-11-25T00:00:00Z')
    assert.deepEqual(await at('2026-11-25T02:30:10Z', { interrupt: true }), [])
    assert.deepEqual(await at('2026-11-25T02:31:10Z'), ['11-25T02:30 ran run-1'])
  })
})
