import type { Change } from '../../src/contract/outcome.ts'
import type { Counts, Event, Report, Result } from '../../src/engine/event.ts'

/** A result with what a test does not care about filled in. */
export const result = (about: Partial<Result> = {}): Result => ({
  host: 'web1',
  play: 'keys only',
  playIndex: 0,
  task: 'no root logins',
  taskIndex: 0,
  module: 'sshd_config_line',
  status: 'ok',
  changes: [],
  message: '',
  notes: [],
  at: { file: 'site.yml', line: 7, column: 5 },
  durationMs: 12,
  tags: [],
  ...about,
})

/** The end of a task. */
export const ended = (about: Partial<Result> = {}): Event => ({ kind: 'task ended', result: result(about) })

/** Counts that are zero where nothing else is said. */
export const counts = (about: Partial<Counts> = {}): Counts => ({
  ok: 0,
  changed: 0,
  drift: 0,
  failed: 0,
  unreachable: 0,
  skipped: 0,
  waiting: 0,
  rescued: 0,
  ignored: 0,
  waived: 0,
  ...about,
})

/** A report of one run. */
export const report = (about: Partial<Report> = {}): Report => ({
  mode: 'run',
  started: new Date('2026-11-25T02:00:00Z'),
  finished: new Date('2026-11-25T02:00:03Z'),
  exitCode: 0,
  interrupted: false,
  hosts: new Map([['web1', counts({ ok: 1 })]]),
  results: [],
  notes: [],
  stopped: [],
  ...about,
})

/** The beginning of a run and its one play. */
export const started = (hosts: readonly string[], mode: 'run' | 'check' = 'run'): readonly Event[] => [
  { kind: 'run started', mode, at: new Date('2026-11-25T02:00:00Z'), hosts, playbooks: ['site.yml'] },
  { kind: 'play started', play: 'keys only', playIndex: 0, hosts, tasks: 3 },
]

/** The end of a run. */
export const finished = (about: Partial<Report> = {}): Event => ({
  kind: 'run ended',
  at: new Date('2026-11-25T02:00:03Z'),
  report: report(about),
})

/** A line of sshd_config that is changed. */
export const rootLogin: Change = {
  field: 'text',
  path: '/etc/ssh/sshd_config',
  before: 'sha256:aa',
  after: 'sha256:bb',
  diff: [
    '--- /etc/ssh/sshd_config',
    '+++ /etc/ssh/sshd_config',
    '@@ -1,2 +1,2 @@',
    ' Port 22',
    '-PermitRootLogin yes',
    '+PermitRootLogin no',
    '',
  ].join('\n'),
}
