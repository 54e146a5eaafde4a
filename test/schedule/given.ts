import type { Schedule } from '../../src/schedule/shape.ts'

/** A schedule as the defaults have it, every day at 02:30 in UTC, with what is said otherwise. */
export const scheduled = (about: Partial<Schedule> = {}): Schedule => ({
  name: 'nightly',
  at: { file: 'schedule.yml', line: 2, column: 5 },
  enabled: true,
  playbooks: ['/srv/site.yml'],
  inventory: ['/srv/hosts.yml'],
  limit: null,
  tags: [],
  skipTags: [],
  extraVars: [],
  forks: null,
  waivers: null,
  mode: 'audit',
  timing: { kind: 'cron', text: '30 2 * * *' },
  timezone: 'UTC',
  jitterMs: 0,
  overlap: 'skip',
  catchUp: { policy: 'latest', windowMs: 24 * 3_600_000, most: 10 },
  blackouts: [],
  retry: { attempts: 0, delayMs: 900_000 },
  timeoutMs: 3_600_000,
  notify: { on: [], via: [] },
  retain: { runs: 400, days: 730 },
  ...about,
})
