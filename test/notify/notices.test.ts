import assert from 'node:assert/strict'
import { noticesOf } from '../../src/notify/notices.ts'
import { payloadOf } from '../../src/notify/payload.ts'
import type { Notice, SavedState, State } from '../../src/notify/shape.ts'
import { stateOf } from '../../src/notify/state.ts'
import type { ReportDocument } from '../../src/output/report-schema.ts'
import { NOTIFY_ON, type NotifyOn } from '../../src/schedule/shape.ts'
import { failed, finding, result, run, slot, unreachable, waived } from './given.ts'

interface Step {
  readonly runs?: readonly ReportDocument[]
  readonly slot?: ReturnType<typeof slot>
  readonly now?: string
  /** what is told: kind, host, and what else is asked about */
  readonly told: readonly string[]
}

/** Goes through slots, from the state before the first one on. */
const story = (steps: readonly Step[], on: readonly NotifyOn[] = NOTIFY_ON): void => {
  let before: SavedState | null = null
  for (const [index, step] of steps.entries()) {
    const state: State = stateOf(before, {
      schedule: { mode: 'audit' },
      slot: step.slot ?? slot(`2026-11-${10 + index}T02:15:00.000Z`),
      documents: step.runs ?? [],
      now: new Date(step.now ?? '2026-11-25T03:00:00Z'),
    })
    assert.deepEqual(noticesOf(before, state, on).map(said), step.told, `step ${index}`)
    before = JSON.parse(JSON.stringify(state)) as SavedState
  }
}

const said = ({ kind, host, before, now }: Notice): string =>
  [kind, host, before?.value, now === undefined ? undefined : `-> ${now.value}`]
    .filter((word) => word !== undefined)
    .join(' ')

const well = run([result('web1'), result('web2')])
const bad = run([finding('web1', 'yes'), result('web2')])

describe('what is told after a slot', () => {
  it('is nothing at first when all is well', () => story([{ runs: [well], told: [] }]))

  it('is what is wrong at first', () =>
    story([
      {
        runs: [run([finding('web1', 'yes'), failed('web2'), unreachable('web3')])],
        told: ['new web1 -> yes', 'failed web2', 'unreachable web3'],
      },
    ]))

  it('is each change of a finding, and nothing while it stays', () =>
    story([
      { runs: [well], told: [] },
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [bad], told: [] },
      {
        runs: [run([finding('web1', 'without-password'), result('web2')])],
        told: ['changed web1 yes -> without-password'],
      },
      { runs: [well], told: ['fixed web1 without-password'] },
      { runs: [well], told: [] },
    ]))

  it('takes a control for the same when its task is renamed', () =>
    story([
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [run([finding('web1', 'yes', { task: 'renamed', play: 'other' }), result('web2')])], told: [] },
    ]))

  it('tells tasks without a control apart by their names and items', () => {
    const task = (name: string, item: string, status: 'drift' | 'ok') => {
      const { control, ...rest } = finding('web1', 'yes', { task: name, item, status })
      return rest
    }
    story([
      { runs: [run([task('keys', 'ada', 'drift'), task('keys', 'bob', 'ok')])], told: ['new web1 -> yes'] },
      {
        runs: [run([task('keys', 'ada', 'ok'), task('keys', 'bob', 'drift')])],
        told: ['new web1 -> yes', 'fixed web1 yes'],
      },
    ])
  })

  it('takes what an unreachable host was found with for neither fixed nor new', () =>
    story([
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [run([unreachable('web1'), result('web2')])], told: ['unreachable web1'] },
      { runs: [run([unreachable('web1'), result('web2')])], told: [] },
      { runs: [bad], told: ['reachable web1'] },
      { runs: [well], told: ['fixed web1 yes'] },
    ]))

  it('takes what a failed, waiting or interrupted run did not come to for neither fixed nor new', () => {
    const rest = { task: 'other', control: { ids: ['X'] } }
    story([
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [run([failed('web1'), result('web2')])], told: ['failed web1'] },
      { runs: [run([result('web1', { status: 'waiting' }), result('web2')])], told: ['recovered web1'] },
      { runs: [run([result('web1', rest)], { interrupted: true })], told: [] },
      { runs: [bad], told: [] },
    ])
  })

  it('tells what is no longer asked for apart from what is fixed', () =>
    story([
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [run([result('web1', { control: { ids: ['X'] } })])], told: ['gone web1 yes'] },
    ]))

  it('takes a failing host that is lost for none that recovered', () =>
    story([
      { runs: [run([failed('web1')])], told: ['failed web1'] },
      { runs: [run([unreachable('web1')])], told: ['unreachable web1'] },
      { runs: [run([failed('web1')])], told: ['reachable web1'] },
      { runs: [run([result('web1')])], told: ['recovered web1'] },
    ]))

  it('takes a host that left the inventory for none that came back', () =>
    story([
      { runs: [run([failed('web1'), result('web2')])], told: ['failed web1'] },
      { runs: [run([result('web2')])], told: [] },
    ]))

  it('counts the last run of each host, also where the last run was at some of them', () =>
    story([
      {
        runs: [run([finding('web1', 'yes'), unreachable('web2')]), run([result('web2')])],
        told: ['new web1 -> yes'],
      },
    ]))

  it('says that a finding was repaired at once, and that an old one is fixed', () => {
    const repair = run([result('web1', { status: 'changed' }), result('web2')], { command: 'run' })
    story([
      { runs: [bad, repair], told: ['repaired web1 yes'] },
      { runs: [bad], told: ['new web1 -> yes'] },
      { runs: [bad, repair], told: ['fixed web1 yes'] },
    ])
  })

  it('keeps what was found where the repair lost the host, or did not hold', () =>
    story([
      { runs: [bad, run([unreachable('web1')])], told: ['new web1 -> yes', 'unreachable web1'] },
      {
        runs: [bad, run([finding('web1', 'yes', { status: 'stuck' })])],
        told: ['failed web1', 'reachable web1'],
      },
    ]))

  it('is silent about waived findings, and tells when a waiver is granted, nears its end, ends', () => {
    const end = '2026-12-20T00:00:00.000Z'
    const answered = [run([finding('web1', 'yes', { waived: waived(end) }), result('web2')])]
    story([
      { runs: answered, told: [] },
      { runs: answered, now: '2026-12-05T00:00:00Z', told: [] },
      { runs: answered, now: '2026-12-06T00:00:00Z', told: ['waiver-expiring'] },
      { runs: [run([unreachable('web1')])], now: '2026-12-07T00:00:00Z', told: ['unreachable web1'] },
      { runs: answered, now: '2026-12-08T00:00:00Z', told: ['reachable web1'] },
      { runs: [bad], now: '2026-12-20T00:00:00Z', told: ['new web1 yes -> yes'] },
      { runs: answered, now: '2026-12-20T00:00:00Z', told: ['waived web1 -> yes'] },
      { runs: [well], told: [] },
    ])
  })

  it('tells missed slots once, until one runs again', () =>
    story([
      { runs: [bad], told: ['new web1 -> yes'] },
      { slot: slot('2026-11-12T02:15:00.000Z', 'missed'), told: ['slot-missed'] },
      { slot: slot('2026-11-13T02:15:00.000Z', 'missed'), told: [] },
      { slot: slot('2026-11-14T02:15:00.000Z', 'blackout'), told: [] },
      { slot: slot('2026-11-15T02:15:00.000Z', 'failed', 'no inventory'), told: ['slot-failed'] },
      { slot: slot('2026-11-16T02:15:00.000Z', 'caught-up'), runs: [bad], told: ['slots-again'] },
    ]))

  for (const [on, told] of [
    ['drift', ['new web1 -> yes']],
    ['fail', ['failed web2']],
    ['unreachable', ['unreachable web3']],
    ['fixed', []],
    ['missed', []],
  ] as const) {
    it(`is what is asked for: ${on}`, () =>
      story([{ runs: [run([finding('web1', 'yes'), failed('web2'), unreachable('web3')])], told }], [on]))
  }
})

describe('the message about a slot', () => {
  const messageOf = (documents: readonly ReportDocument[]) => {
    const now = new Date('2026-11-25T03:00:00Z')
    const state = stateOf(null, { schedule: { mode: 'audit' }, slot: slot('2026-11-25T02:15:00.000Z'), documents, now })
    const about = { file: '/etc/schedule.yml', schedule: 'nightly', channel: 'ops' }
    return payloadOf(about, state, noticesOf(null, state, NOTIFY_ON))
  }

  it('names what was found, where it is set and since when', () => {
    const { id, ...rest } = messageOf([run([finding('web1', 'yes'), finding('web2', 'yes')])])
    assert.match(id, /^[0-9a-f]{32}$/)
    const about = {
      control: { ids: ['SSH-AUTH-01'], title: 'No root logins', severity: 'high' },
      task: 'no root logins',
      expected: { value: 'no' },
      now: { value: 'yes' },
      source: ['/etc/ssh/sshd_config:12'],
      since: '2026-11-25T02:16:00.000Z',
    }
    const line = (host: string) =>
      `new: ${host} SSH-AUTH-01 no root logins value yes at /etc/ssh/sshd_config:12 - since 2026-11-25T02:16:00.000Z`
    assert.deepEqual(rest, {
      version: 1,
      schedule: 'nightly',
      slot: '2026-11-25T02:15:00.000Z',
      run: '20261125-021500-7f3a',
      head: 'abc123',
      text: 'keyward: 2 new findings on web1, web2 (nightly)',
      summary: [line('web1'), line('web2')],
      counts: { new: 2 },
      notices: [
        { kind: 'new', host: 'web1', ...about },
        { kind: 'new', host: 'web2', ...about },
      ],
      left_out: 0,
    })
  })

  it('stays of bounded size, and counts what it leaves out', () => {
    const long = 'x'.repeat(10_000)
    const message = messageOf([run(Array.from({ length: 900 }, (_, number) => finding(`web${number}`, long)))])
    assert.equal(message.notices.length + message.left_out, 900)
    assert.ok(message.notices.length >= 100 && message.notices.length <= 200, String(message.notices.length))
    assert.deepEqual(message.counts, { new: 900 })
    assert.equal(message.text, 'keyward: 900 new findings on web0, web1, web2 and 897 more (nightly)')
    assert.equal(message.summary.at(-1), 'and 860 more')
    assert.ok(JSON.stringify(message).length < 250_000)
  })

  it('still tells a change behind what is cut off', () => {
    const value = (end: string) => `${'x'.repeat(400)}${end}`
    story([
      { runs: [run([finding('web1', value('a'))])], told: [`new web1 -> ${cut('a')}`] },
      { runs: [run([finding('web1', value('b'))])], told: [`changed web1 ${cut('a')} -> ${cut('b')}`] },
    ])
    function cut(end: string): string {
      const [shown] = messageOf([run([finding('web1', value(end))])]).notices
      return String(shown?.now?.value)
    }
  })

  it('holds no private key and no line end of others', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----'
    const text = JSON.stringify(
      messageOf([
        run([
          finding('web1', key, { task: `a\r\nBcc: x@y`, item: key }),
          result('web2', { status: 'failed', message: key }),
        ]),
      ]),
    )
    assert.ok(!text.includes('c2VjcmV0'), text)
    assert.ok(!/\\[rn]/.test(text), text)
  })
})
