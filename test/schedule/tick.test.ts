import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Started } from '../../src/cli/surroundings.ts'
import { openDatabase } from '../../src/history/database.ts'
import { type Typed, typedIn } from '../cli/typed.ts'

// The clock is handed in, and what would be started is a stand-in that ends as it is told.

interface Ending {
  readonly code?: number
  readonly unreachable?: readonly string[]
  readonly stdout?: string
}

interface SlotTold {
  readonly slot: string
  readonly status: string
  readonly reason: string
  readonly runs: readonly string[]
}

const DAILY = 'cron: "30 2 * * *"\n    timezone: UTC'

describe('a tick', () => {
  let place: string
  let now: Date
  let started: string[][]
  let endings: Ending[]

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'keyward-tick-'))
    for (const name of ['site.yml', 'hosts.yml']) writeFileSync(join(place, name), '')
    now = new Date('2026-11-25T00:00:00Z')
    started = []
    endings = []
  })
  afterEach(() => rmSync(place, { recursive: true, force: true }))

  /** writes a schedule; it was edited at the time that it is now */
  const schedule = (more = DAILY): void => {
    const file = join(place, 'schedule.yml')
    writeFileSync(
      file,
      `schedules:\n  - name: nightly\n    playbook: site.yml\n    inventory: hosts.yml\n    ${more}\n`,
    )
    utimesSync(file, now, now)
  }

  const start = (argv: readonly string[]): Started => {
    started.push([...argv])
    const { code = 0, unreachable = [], stdout } = endings.shift() ?? {}
    const id = `run-${started.length}`
    const names = ['web1', ...unreachable]
    const hosts = Object.fromEntries(
      names.map((name) => [
        name,
        { unreachable: unreachable.includes(name) ? 1 : 0, drift: code === 3 ? 1 : 0, failed: 0, waiting: 0 },
      ]),
    )
    const document = {
      version: 1,
      id,
      command: argv[0],
      started: '',
      finished: '',
      exit_code: code,
      hosts,
      results: code === 3 ? [{ host: 'web1', status: 'drift' }] : [],
    }
    return {
      pid: null,
      ended: Promise.resolve({ code, stdout: stdout ?? JSON.stringify(document), stderr: '' }),
      stop: () => {},
    }
  }

  const typed = (...argv: readonly string[]): Promise<Typed> =>
    typedIn({ clock: () => now, environment: { HOME: place }, start }, argv)

  const tick = (at: string): Promise<Typed> => {
    now = new Date(at)
    return typed('schedule', 'tick', join(place, 'schedule.yml'), '--history-file', join(place, 'h.db'))
  }

  const slots = async (): Promise<readonly string[]> => {
    const { stdout } = await typed('history', '--slots', '--output', 'json', '--history-file', join(place, 'h.db'))
    const parsed = JSON.parse(stdout) as { slots?: readonly SlotTold[] } | readonly SlotTold[]
    const all = Array.isArray(parsed) ? parsed : ((parsed as { slots?: readonly SlotTold[] }).slots ?? [])
    return [...(all as readonly SlotTold[])]
      .reverse()
      .map(
        ({ slot, status, reason, runs }) =>
          `${slot.slice(5, 16)} ${status}${runs.length === 0 ? '' : ` ${runs.join('+')}`}${reason === '' ? '' : `: ${reason}`}`,
      )
  }

  it('has no past to catch up with when it sees a schedule first, and then runs each slot once', async () => {
    schedule()
    assert.deepEqual([(await tick('2026-11-25T02:31:00Z')).stdout, started.length], ['', 0])
    assert.equal((await tick('2026-11-26T02:30:20Z')).code, 0)
    await tick('2026-11-26T02:30:40Z')
    await tick('2026-11-26T02:31:20Z')
    assert.deepEqual(await slots(), ['11-26T02:30 ran run-1'])
    const [argv = []] = started
    assert.deepEqual(argv.slice(0, 4), ['audit', join(place, 'site.yml'), '-i', join(place, 'hosts.yml')])
    assert.deepEqual(argv.slice(argv.indexOf('--schedule')), [
      ...['--schedule', 'nightly', '--slot', '2026-11-26T02:30:00.000Z', '--output', 'json'],
    ])
  })

  it('runs a slot once where two race', async () => {
    schedule()
    await tick('2026-11-25T02:00:00Z')
    now = new Date('2026-11-25T02:30:10Z')
    await Promise.all([tick('2026-11-25T02:30:10Z'), tick('2026-11-25T02:30:10Z'), tick('2026-11-25T02:30:10Z')])
    assert.equal(started.length, 1)
    assert.equal((await slots()).length, 1)
  })

  it('never runs a slot twice where the clock is set back', async () => {
    schedule()
    await tick('2026-11-25T02:00:00Z')
    await tick('2026-11-25T02:30:10Z')
    await tick('2026-11-25T01:00:00Z')
    await tick('2026-11-25T02:30:30Z')
    assert.equal(started.length, 1)
  })

  it('leaves a record of every slot that did not run, with why', async () => {
    schedule(`${DAILY}\n    blackout: [{from: 2026-11-27, duration: 1d, reason: freeze}]`)
    await tick('2026-11-25T12:00:00Z')
    await tick('2026-11-29T12:00:00Z')
    assert.deepEqual(await slots(), [
      '11-26T02:30 missed: found 3d 9h late, the window is 1d',
      '11-27T02:30 blackout: freeze',
      '11-28T02:30 missed: found 1d 9h late, the window is 1d',
      '11-29T02:30 caught-up run-1',
    ])
    schedule(`${DAILY}\n    enabled: no`)
    await tick('2026-11-30T12:00:00Z')
    assert.match((await slots()).at(-1) ?? '', /^11-30T02:30 disabled/)
  })

  it('counts the slots that a schedule had before it was edited', async () => {
    schedule()
    await tick('2026-11-25T12:00:00Z')
    now = new Date('2026-11-27T12:00:00Z')
    schedule('cron: "0 18 * * *"\n    timezone: UTC')
    await tick('2026-11-27T18:00:30Z')
    assert.deepEqual(await slots(), [
      '11-26T02:30 missed: the schedule was edited before it was looked at',
      '11-27T02:30 missed: the schedule was edited before it was looked at',
      '11-27T18:00 ran run-1',
    ])
  })

  it('says of a run that was killed that it was', async () => {
    schedule()
    await tick('2026-11-25T02:00:00Z')
    await tick('2026-11-25T02:30:10Z')
    const database = await openDatabase(join(place, 'h.db'))
    // as a tick leaves it that is killed in the middle, on a machine that is no more
    database.run("UPDATE slot SET status = 'running', owner = 'elsewhere:1', lease_ms = 0")
    database.run("DELETE FROM entry WHERE kind = 'slot'")
    database.close()
    assert.equal((await tick('2026-11-25T02:35:00Z')).code, 2)
    assert.match((await slots())[0] ?? '', /^11-25T02:30 killed run-1: .*elsewhere:1/)
    assert.equal(started.length, 1)
  })

  it('tries the hosts that were not reached again, later, and those alone', async () => {
    schedule(`${DAILY}\n    retry: {attempts: 2, delay: 15m}`)
    await tick('2026-11-25T02:00:00Z')
    endings = [{ code: 4, unreachable: ['db1', 'db2'] }, { code: 4, unreachable: ['db2'] }, { code: 0 }]
    await tick('2026-11-25T02:30:10Z')
    assert.deepEqual(await slots(), [])
    await tick('2026-11-25T02:40:00Z')
    assert.equal(started.length, 1)
    await tick('2026-11-25T02:46:00Z')
    await tick('2026-11-25T03:05:00Z')
    assert.deepEqual(
      started.map((argv) => (argv.includes('--limit') ? argv[argv.indexOf('--limit') + 1] : '')),
      ['', 'db1,db2', 'db2'],
    )
    assert.match((await slots())[0] ?? '', /^11-25T02:30 ran run-1\+run-2\+run-3/)
  })

  it('repairs where an audit found something, and audits once more', async () => {
    schedule(`${DAILY}\n    mode: audit-then-run`)
    await tick('2026-11-25T02:00:00Z')
    endings = [{ code: 3 }, { code: 0 }, { code: 0 }]
    assert.equal((await tick('2026-11-25T02:30:10Z')).code, 0)
    assert.deepEqual(
      started.map(([command]) => command),
      ['audit', 'run', 'audit'],
    )
    await tick('2026-11-26T02:30:10Z')
    assert.equal(started.length, 4, 'where nothing is found nothing is run')
  })

  it('says why nothing could be run', async () => {
    schedule()
    await tick('2026-11-25T02:00:00Z')
    endings = [{ code: 1, stdout: JSON.stringify({ errors: [{ at: 'site.yml:3:5', message: 'no such module' }] }) }]
    assert.equal((await tick('2026-11-25T02:30:10Z')).code, 2)
    assert.match((await slots())[0] ?? '', /failed: audit ended with 1 \(wrong input\): site\.yml:3:5: no such module/)
  })

  it('is not made where the file is wrong: every mistake is told with its place', async () => {
    writeFileSync(
      join(place, 'schedule.yml'),
      `schedules:
  - name: nightly
    playbok: site.yml
    inventory: nowhere.yml
    cron: "61 2 * * *"
    timezone: Europe/Prag
    overlap: skpi
    blackout: [{cron: "0 0 1 1 *", duration: long}]
    notify: {on: [drfit], via: [pager]}
channels:
  mail1: {mail: {server: smtp://mail:25, from: a@b, to: c@d, password: hunter2}}
`,
    )
    const { code, stderr } = await tick('2026-11-25T02:00:00Z')
    assert.equal(code, 1)
    for (const line of [
      'has no "playbok"',
      'did you mean "playbook"?',
      'could not be found',
      '"61 2 * * *"',
      '"Europe/Prag" is no time zone',
      'did you mean "skip"?',
      '"long" is no duration',
      'a blackout says why',
      'did you mean "drift"?',
      'no channel is called "pager"',
      'a password stands in the schedule',
    ])
      assert.ok(stderr.includes(line), `${line}\nnot in\n${stderr}`)
    assert.ok(!stderr.includes('hunter2') || /password: hunter2/.test(stderr))
  })
})
