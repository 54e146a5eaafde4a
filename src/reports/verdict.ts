import type { ResultDocument } from '../output/report-schema.ts'

/** How a check counts in a report, worst first. */
export const VERDICTS = [
  'finding',
  'failed',
  'unreachable',
  'unjudged',
  'waiting',
  'waived',
  'passed',
  'skipped',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** Their names for readers. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  finding: 'finding',
  failed: 'failed',
  unreachable: 'unreachable',
  unjudged: 'not judged',
  waiting: 'waiting',
  waived: 'waived',
  passed: 'passed',
  skipped: 'skipped',
}

/** What stands for each where there is room for one character: never told by colour alone. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  finding: '×',
  failed: '!',
  unreachable: 'U',
  unjudged: '–',
  waiting: '?',
  waived: 'W',
  passed: '✓',
  skipped: 's',
}

/** How a result counts: a failure that the playbook lets pass, or answers, says nothing of the host. */
export const verdictOf = ({ status, waived, ignored, rescued }: ResultDocument): Verdict => {
  if (waived !== undefined) return 'waived'
  switch (status) {
    case 'ok':
    case 'changed':
      return 'passed'
    case 'drift':
      return 'finding'
    case 'stuck':
    case 'failed':
      return ignored || rescued ? 'unjudged' : 'failed'
    case 'unreachable':
    case 'skipped':
    case 'waiting':
      return status
  }
}

/** The worst of some verdicts; of none null. */
export const worstOf = (verdicts: readonly Verdict[]): Verdict | null =>
  VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? null
