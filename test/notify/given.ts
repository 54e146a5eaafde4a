import type { ReportDocument, ResultDocument } from '../../src/output/report-schema.ts'
import { NOTIFY_ON, type Schedule, type Slot, type SlotStatus } from '../../src/schedule/shape.ts'
import { scheduled } from '../schedule/given.ts'

/** The result of a task on a host, `PermitRootLogin` by its control where nothing else is said. */
export const result = (host: string, about: Partial<ResultDocument> = {}): ResultDocument => ({
  host,
  play: 'access',
  play_index: 0,
  task: 'no root logins',
  task_index: 0,
  module: 'sshd_config_line',
  status: 'ok',
  changes: [],
  message: '',
  at: 'site.yml:3:5',
  duration_ms: 1,
  tags: [],
  control: { ids: ['SSH-AUTH-01'], title: 'No root logins', severity: 'high' },
  ...about,
})

/** The same as a finding, with what sshd obeys. */
export const finding = (host: string, value: string, about: Partial<ResultDocument> = {}): ResultDocument =>
  result(host, {
    status: 'drift',
    changes: [{ field: 'value', before: value, after: 'no' }],
    evidence: {
      expected: { value: 'no' },
      effective: { value },
      source: [{ file: '/etc/ssh/sshd_config', line: 12, text: `PermitRootLogin ${value}` }],
    },
    ...about,
  })

export const unreachable = (host: string): ResultDocument =>
  result(host, { status: 'unreachable', task: 'connect', message: 'timed out' })

export const failed = (host: string): ResultDocument =>
  result(host, { status: 'failed', task: 'keys', message: 'no such user' })

/** The document of a run with these results. */
export const run = (results: readonly ResultDocument[], about: Partial<ReportDocument> = {}): ReportDocument => {
  const hosts = [...new Set(results.map(({ host }) => host))]
  const count = (host: string, ...statuses: readonly string[]): number =>
    results.filter((one) => one.host === host && statuses.includes(one.status)).length
  return {
    version: 1,
    command: 'audit',
    started: '2026-11-25T02:15:00.000Z',
    finished: '2026-11-25T02:16:00.000Z',
    exit_code: 0,
    id: '20261125-021500-7f3a',
    head: 'abc123',
    hosts: Object.fromEntries(
      hosts.map((host) => [
        host,
        {
          ok: count(host, 'ok', 'changed'),
          changed: count(host, 'changed'),
          drift: count(host, 'drift'),
          failed: count(host, 'failed', 'stuck'),
          unreachable: count(host, 'unreachable'),
          skipped: count(host, 'skipped'),
          waiting: count(host, 'waiting'),
          rescued: 0,
          ignored: 0,
        },
      ]),
    ),
    results,
    ...about,
  }
}

export const waived = (expires: string): NonNullable<ResultDocument['waived']> => ({
  subject: 'SSH-AUTH-01',
  reason: 'a migration',
  owner: 'ada',
  expires,
  value: null,
  at: 'waivers.yml:1:1',
})

export const slot = (at: string, status: SlotStatus = 'ran', reason = ''): Slot => ({
  schedule: 'nightly',
  slot: at,
  status,
  reason,
  runs: [],
})

/** A schedule that tells everything to these channels. */
export const schedule = (via: readonly string[], about: Partial<Schedule> = {}): Schedule =>
  scheduled({ notify: { on: [...NOTIFY_ON], via }, ...about })
