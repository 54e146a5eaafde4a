import type { ReportDocument, ResultDocument } from '../../src/output/report-schema.ts'
import type { TrendPoint } from '../../src/reports/trend.ts'
import { counts } from '../output/events.ts'

type Status = ResultDocument['status']

/** A result with what a test does not care about filled in. */
export const resultOf = (about: Partial<ResultDocument> = {}): ResultDocument => ({
  host: 'web1',
  play: 'keys only',
  play_index: 0,
  task: 'no root logins',
  task_index: 0,
  module: 'sshd_config_line',
  status: 'ok',
  changes: [],
  message: '',
  at: 'site.yml:7:5',
  duration_ms: 12,
  tags: [],
  ...about,
})

const { waived: _none, ...NONE } = counts()

/** A document of these results; their hosts in the order of the results, others behind them. */
export const documentOf = (
  results: readonly ResultDocument[],
  about: Partial<ReportDocument> & { readonly others?: readonly string[] } = {},
): ReportDocument => {
  const { others = [], ...rest } = about
  const names = [...new Set([...results.map(({ host }) => host), ...others])]
  return {
    version: 1,
    command: 'audit',
    started: '2026-11-25T02:15:00.000Z',
    finished: '2026-11-25T02:15:09.500Z',
    exit_code: 3,
    hosts: Object.fromEntries(names.map((host) => [host, NONE])),
    results,
    ...rest,
  }
}

const FAMILIES = ['AUTH', 'FILE', 'CRY', 'FWD', 'SESS', 'LOG'] as const
const KEYWORDS = ['PasswordAuthentication', 'PermitRootLogin', 'X11Forwarding', 'MaxAuthTries', 'LogLevel', 'Ciphers']
const SEVERITIES = ['high', 'medium', 'low'] as const

const two = (number: number): string => String(number).padStart(2, '0')

/** A fleet as real ones are: most is as wanted, some hosts drift, one value is waived, two hosts are not there. */
export const fleetDocument = (hosts: number, controls: number): ReportDocument => {
  const results = Array.from({ length: controls }, (_, task) => task).flatMap((task) =>
    Array.from({ length: hosts }, (_, host) => host).flatMap((host) => resultOn(host, task)),
  )
  const drifted = results.filter(({ status, host }) => status === 'drift' && /[05]\./.test(host))
  return documentOf(results, {
    id: '20261125-021500-7f3a',
    head: 'c0ffee12'.repeat(8),
    inputs: {
      version: '0.1.0',
      playbooks: [
        { file: '/srv/keyward/playbooks/ssh-key-only.yml', sha256: '3b'.repeat(32) },
        { file: '/srv/keyward/playbooks/vars/site.yml', sha256: '9e'.repeat(32) },
      ],
      inventory: [{ file: '/srv/keyward/inventory/production.yml', sha256: 'a1'.repeat(32) }],
    },
    drift: {
      since: { id: '20261124-021500-11aa', finished: '2026-11-24T02:15:08.000Z' },
      hosts: Object.fromEntries(
        drifted.slice(0, 9).map((result, index) => [
          result.host,
          [
            {
              how: index % 3 === 2 ? ('fixed' as const) : ('new' as const),
              play: result.play,
              task: result.task,
              ...(result.control === undefined ? {} : { control: result.control }),
              cause: index % 2 === 0 ? ('host' as const) : ('playbook' as const),
              first_seen: '2026-11-25T02:15:04.000Z',
              last_changed: '2026-11-25T02:15:04.000Z',
              before: { value: index % 3 === 2 ? 'yes' : 'no' },
              now: { value: index % 3 === 2 ? 'no' : 'yes' },
              source: result.evidence?.source ?? [],
            },
          ],
        ]),
      ),
    },
  })
}

const hostName = (host: number): string => `${['web', 'db', 'app', 'jump'][host % 4]}${two(host)}.prod.example.net`

const statusOf = (host: number, task: number): Status => {
  if ((host * 7 + task * 13) % 17 === 0 || (host % 9 === 4 && task % 5 === 0)) return 'drift'
  if (host === 11 && task === 20) return 'failed'
  if (task % 12 === 7 && host % 3 === 0) return 'skipped'
  return task === 31 && host % 10 === 1 ? 'waiting' : 'ok'
}

const LOST = 'no connection to 10.0.0.7:22: connection timed out (is the host up, and its firewall open?)'

const resultOn = (host: number, task: number): readonly ResultDocument[] => {
  const name = hostName(host)
  const isLost = host === 7 || host === 23
  if ((isLost && task > 0) || (host === 11 && task > 20)) return []
  const keyword = KEYWORDS[task % KEYWORDS.length] ?? ''
  const status = isLost ? 'unreachable' : statusOf(host, task)
  const family = FAMILIES[Math.floor(task / 10) % FAMILIES.length] ?? ''
  const about = {
    host: name,
    play: 'keys are the only way in',
    task: `${keyword} is set as the baseline wants (${task})`,
    task_index: task,
    at: `/srv/keyward/playbooks/ssh-key-only.yml:${20 + task * 6}:7`,
    duration_ms: 3 + ((host * task) % 40),
    control: {
      ids: [`SSH-${family}-${two((task % 10) + 1)}`],
      title: `${keyword} is set as the baseline wants, whatever a Match block says (${task})`,
      severity: SEVERITIES[task % 3] ?? 'low',
      references: [`NIST SP 800-53 AC-17(${(task % 4) + 1})`, `CIS RHEL 9 v2.0.0 5.1.${task}`],
    },
  }
  if (status === 'unreachable') return [resultOf({ ...about, status, message: LOST, duration_ms: 0 })]
  return [resultOf({ ...about, status, ...findingOf(host, task, keyword, status) })]
}

const findingOf = (host: number, task: number, keyword: string, status: Status): Partial<ResultDocument> => {
  if (status === 'failed') return { message: 'sshd -T on the host: Bad configuration option: Ciphres\nterminating' }
  if (status === 'skipped') return { message: 'its "when" does not hold: facts.selinux.enabled' }
  if (status === 'waiting') return { message: 'what it looks at may be changed by: the key gets in first' }
  const isFinding = status === 'drift'
  const file = `/etc/ssh/sshd_config${isFinding ? `.d/${50 + (task % 3)}-local.conf` : ''}`
  const line = isFinding ? 3 + (host % 4) : 10 + task
  const found = isFinding ? 'yes' : 'no'
  const day = two(1 + ((host * 3 + task) % 24))
  return {
    evidence: {
      expected: { value: 'no' },
      effective: { value: found },
      source: [{ file, line, text: `${keyword} ${found}`, modified: `2026-11-${two(1 + (host % 24))}T09:12:44.000Z` }],
    },
    statement: 'd4'.repeat(32),
    ...(isFinding
      ? {
          message: 'effective for user root from 203.0.113.9 by Match Address 203.0.113.0/24',
          first_seen: `2026-11-${day}T02:15:04.000Z`,
          last_changed: `2026-11-${day}T02:15:04.000Z`,
          changes: [
            {
              field: 'text',
              path: file,
              before: `sha256:${'ab'.repeat(32)}`,
              after: `sha256:${'cd'.repeat(32)}`,
              diff: `--- ${file}\n+++ ${file}\n@@ -${line},3 +${line},3 @@\n # local settings of ${hostName(host)}\n-${keyword} yes\n+${keyword} no\n UseDNS no\n`,
            },
            { field: 'value', before: 'yes', after: 'no' },
          ],
        }
      : {}),
    ...(isFinding && task % 6 === 4
      ? {
          waived: {
            subject: `SSH-AUTH-${two((task % 10) + 1)}`,
            reason: 'the backup appliance of the vendor has no keys until its next release',
            owner: 'Alice Example',
            ticket: 'OPS-4711',
            expires: '2027-01-31T00:00:00.000Z',
            value: 'yes',
            at: 'waivers.yml:3:5',
          },
        }
      : {}),
  }
}

/** A trend of some runs before this one. */
export const trendOf = (runs: number): readonly TrendPoint[] =>
  Array.from({ length: runs }, (_, index) => ({
    id: `202611${two(index + 1)}-021500-aaaa`,
    finished: `2026-${index < 24 ? '10' : '11'}-${two((index % 24) + 1)}T02:15:09.000Z`,
    passed: 2400 + ((index * 37) % 120) + index * 4,
    findings: Math.max(90, 420 - index * 9 + ((index * 53) % 70)),
    waived: 20 + (index % 7),
    unjudged: index % 9 === 4 ? 240 : 60,
  }))
