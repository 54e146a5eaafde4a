import type { Finding } from '../../src/contract/control.ts'
import type { Change } from '../../src/contract/outcome.ts'
import type { Waiver } from '../../src/waivers/shape.ts'

/** A waiver with what a test does not care about filled in. */
export const waiver = (about: Partial<Waiver> = {}): Waiver => ({
  at: { file: 'waivers.yml', line: 2, column: 5 },
  subject: { kind: 'control', name: 'SSH-AUTH-07' },
  hosts: 'db*',
  names: new Set(['db1', 'db2']),
  value: null,
  reason: 'the old backup client',
  owner: 'alice',
  ticket: 'SEC-1',
  expires: new Date('2026-12-01T00:00:00Z'),
  warnDays: 14,
  ...about,
})

/** A finding with what a test does not care about filled in. */
export const finding = (about: Partial<Finding> = {}): Finding => ({
  host: 'db1',
  task: 'few tries',
  written: 'few tries',
  control: { ids: ['SSH-AUTH-07', 'CIS-5.1.16'], title: null, severity: null, references: [] },
  item: null,
  changes: [change('effective', '6')],
  hidden: false,
  ...about,
})

/** A difference; of a file with its path. */
export const change = (field: string, before: Change['before'], path?: string): Change => ({
  field,
  before,
  after: 'wanted',
  ...(path === undefined ? {} : { path }),
})
