import type { ReportDocument, ResultDocument } from '../../src/output/report-schema.ts'

const NOTHING = { ok: 0, changed: 0, drift: 0, failed: 0, skipped: 0, waiting: 0, rescued: 0, ignored: 0 }

/** An audit of so many hosts and controls; every seventh cell is a finding, every 17th host was not reached. */
export const sample = (hosts: number, controls: number): ReportDocument => {
  const names = Array.from({ length: hosts }, (_, index) => `web${String(index + 1).padStart(2, '0')}.example.com`)
  const isLost = (index: number): boolean => (index + 1) % 17 === 0
  return {
    version: 1,
    command: 'audit',
    started: '2026-11-25T02:15:00.000Z',
    finished: '2026-11-25T02:15:09.000Z',
    exit_code: 3,
    id: '20261125-021500-7f3a',
    head: '9b31824e5f4666855324185cb9525947def990f9561ee65f28184ce29fde5662',
    inputs: {
      version: '0.1.0',
      playbooks: [{ file: 'ssh-key-only.yml', sha256: 'a'.repeat(64) }],
      inventory: [{ file: 'hosts.yml', sha256: 'b'.repeat(64) }],
    },
    hosts: Object.fromEntries(names.map((name, index) => [name, { ...NOTHING, unreachable: isLost(index) ? 1 : 0 }])),
    results: names.flatMap((host, index) =>
      isLost(index)
        ? [{ ...result(host, 0), status: 'unreachable' as const, message: 'host is down' }]
        : Array.from({ length: controls }, (_, control) => {
            const isFinding = (index * controls + control) % 7 === 3
            return isFinding ? finding(host, control) : result(host, control)
          }),
    ),
  }
}

/** What a task found as it is wanted. */
export const result = (host: string, control: number): ResultDocument => ({
  host,
  play: 'keys only',
  play_index: 0,
  task: `control ${control} is obeyed`,
  task_index: control,
  module: 'sshd_config_line',
  status: 'ok',
  changes: [],
  message: '',
  at: 'site.yml:5:7',
  duration_ms: 12,
  tags: [],
  control: {
    ids: [`SSH-AUTH-${String(control).padStart(2, '0')}`],
    title: `Control ${control} is obeyed`,
    severity: 'high',
    references: ['NIST SP 800-53 IA-2(1)'],
  },
  evidence: {
    expected: { effective: 'no' },
    effective: { effective: 'no' },
    source: [{ file: '/etc/ssh/sshd_config', line: 57, text: 'PasswordAuthentication no' }],
  },
})

/** A finding. */
export const finding = (host: string, control: number): ResultDocument => ({
  ...result(host, control),
  status: 'drift',
  changes: [
    { field: 'effective', before: 'yes', after: 'no' },
    {
      field: 'text',
      path: '/etc/ssh/sshd_config',
      before: 'sha256:a',
      after: 'sha256:b',
      diff: `--- /etc/ssh/sshd_config\n+++ /etc/ssh/sshd_config\n@@ -${control},3 +${control},4 @@\n+PasswordAuthentication no\n`,
    },
  ],
  evidence: {
    expected: { effective: 'no' },
    effective: { effective: 'yes' },
    source: [{ file: '/etc/ssh/sshd_config.d/50-hand.conf', line: 1, modified: '2026-11-24T10:00:00.000Z' }],
  },
  first_seen: '2026-11-20T02:15:00.000Z',
  last_changed: '2026-11-21T02:15:00.000Z',
})
