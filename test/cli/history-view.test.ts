import assert from 'node:assert/strict'
import { runLines, slotsLines, slotsOf } from '../../src/cli/history-view.ts'
import type { Entry, RunSummary } from '../../src/history/shape.ts'
import { localTime } from '../../src/output/local-time.ts'
import { paints } from '../../src/output/paint.ts'
import type { ReportDocument, ResultDocument } from '../../src/output/report-schema.ts'

const paint = paints(false)

const summary: RunSummary = {
  command: 'audit',
  started: '2026-11-25T02:15:00.000Z',
  finished: '2026-11-25T02:15:09.000Z',
  exitCode: 3,
  playbooks: ['ssh.yml'],
  inventory: ['hosts.yml'],
  hosts: 2,
  counts: { passed: 1, findings: 1, waived: 1, failed: 0, unjudged: 1, skipped: 0 },
  severities: {},
  schedule: 'nightly',
  slot: '2026-11-25T02:00:00.000Z',
}

const entry: Entry = {
  seq: 7,
  kind: 'run',
  id: '20261125-021500-7f3a',
  at: summary.finished,
  series: 's',
  summary,
  bodyHash: 'b',
  isPruned: false,
  previous: 'p',
  hash: 'h',
}

const result = (about: Partial<ResultDocument>): ResultDocument =>
  ({ host: 'web1', status: 'drift', task: 'no root logins', message: '', changes: [], ...about }) as ResultDocument

const lines = (...results: readonly ResultDocument[]): string => {
  const document = { hosts: { web1: {}, web2: {} }, results } as unknown as ReportDocument
  const all = runLines({ entry, document, head: 'head' }, paint)
  return all.slice(all.indexOf('web1'), all.indexOf('chain') - 1).join('\n')
}

const evidence = {
  expected: { permitrootlogin: 'no', port: '22' },
  effective: { permitrootlogin: 'yes', port: '22' },
  source: [{ file: '/etc/ssh/sshd_config', line: 12, text: '  PermitRootLogin yes' }],
}

describe('a run that is kept, shown', () => {
  it('tells of a finding what differs, where that is set and since when', () => {
    assert.equal(
      lines(
        result({
          control: { ids: ['SSH-AUTH-02'], severity: 'high' },
          evidence,
          first_seen: '2026-11-20T02:15:00.000Z',
        }),
        result({ status: 'ok', task: 'as it should be' }),
      ),
      `web1
  drift  no root logins [SSH-AUTH-02, high]
    since     ${localTime('2026-11-20T02:15:00Z')}
    expected  permitrootlogin: no
    found     permitrootlogin: yes
    where     /etc/ssh/sshd_config:12  PermitRootLogin yes

web2
  as wanted`,
    )
  })

  it('tells who answers for one that is waived', () => {
    const waived = {
      subject: 'x',
      reason: 'old firmware',
      owner: 'eve',
      expires: '2027-01-01T00:00:00Z',
      value: null,
      at: 'w:1:1',
    }
    assert.match(
      lines(result({ waived })),
      /^ {2}waived {2}no root logins\n {4}waived {2}until 202[67]-\S+ \S+ by eve: old firmware$/m,
    )
  })

  it('tells why a host was not judged, and what was changed', () => {
    const changes = [{ field: 'mode', path: '/etc/x', before: '0644', after: null, later: true as const }]
    assert.equal(
      lines(
        result({ host: 'web2', status: 'unreachable', message: 'no route\nto it' }),
        result({ host: 'web2', status: 'changed', item: 'a\u001b[31m', changes }),
      ),
      `web1
  as wanted

web2
  unreachable  no root logins: no route
  changed  no root logins (a\\x1b[31m)
    mode of /etc/x  0644 -> known after the run`,
    )
  })

  it('tells the schedule and the slot that it was run for', () => {
    const all = runLines({ entry, document: null, head: 'head' }, paint).join('\n')
    assert.match(all, /^ {2}schedule +nightly, slot \d{4}-/m)
    assert.match(all, /^what it found was pruned/m)
  })
})

describe('slots, listed', () => {
  const slot = (name: string, at: string, status: string): Entry => ({
    ...entry,
    kind: 'slot',
    summary: { schedule: name, slot: at, status, reason: status === 'ran' ? '' : 'because', runs: [] },
  })

  it('count as they ended, the newest first', () => {
    const slots = slotsOf([
      slot('nightly', '2026-11-24T02:00:00.000Z', 'ran'),
      slot('nightly', '2026-11-25T02:00:00.000Z', 'missed'),
      slot('nightly', '2026-11-24T02:00:00.000Z', 'running'),
      slot('weekly', '2026-11-24T02:00:00.000Z', 'blackout'),
    ])
    assert.deepEqual(
      slots.map(({ schedule, slot: at, status }) => [schedule, at.slice(8, 10), status]),
      [
        ['nightly', '25', 'missed'],
        ['weekly', '24', 'blackout'],
        ['nightly', '24', 'ran'],
      ],
    )
    const [head = '', first = ''] = slotsLines(slots, paint)
    assert.match(head, /^ {2}slot +schedule +status +runs +reason$/)
    assert.match(first, /^ {2}2026-11-\S+ \S+ {2}nightly +missed +because$/)
  })
})
