import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'

/** How a result counts for an auditor. `unjudged` is what nobody could look at; it is never passed. */
export type Verdict = 'passed' | 'finding' | 'waived' | 'failed' | 'unjudged' | 'unreachable' | 'skipped'

/** Worst first. */
export const VERDICTS: readonly Verdict[] = [
  'failed',
  'finding',
  'unreachable',
  'unjudged',
  'waived',
  'passed',
  'skipped',
]

/** The verdict of one result. */
export const verdictOf = ({ status, waived }: Pick<ResultDocument, 'status' | 'waived'>): Verdict => {
  if (waived !== undefined) return 'waived'
  switch (status) {
    case 'ok':
    case 'changed':
      return 'passed'
    case 'drift':
    case 'stuck':
      return 'finding'
    case 'failed':
      return 'failed'
    case 'unreachable':
      return 'unreachable'
    case 'waiting':
      return 'unjudged'
    case 'skipped':
      return 'skipped'
  }
}

/** A task of a play, as the columns of a report have it. */
export interface Subject {
  readonly key: string
  readonly task: string
  readonly control: ResultDocument['control']
}

/** One cell: a task on a host, with the results of its items; none where nobody looked. */
export interface Cell {
  readonly host: string
  readonly subject: Subject
  readonly verdict: Verdict
  readonly results: readonly ResultDocument[]
}

/** A run as a table of hosts and tasks: every task of a play has a cell on every host of it, looked at or not. */
export interface Grid {
  readonly hosts: readonly string[]
  readonly subjects: readonly Subject[]
  readonly cells: readonly Cell[]
  readonly counts: Readonly<Record<Verdict, number>>
}

/** Makes the table. */
export const gridOf = ({ hosts, results }: ReportDocument): Grid => {
  const subjects = new Map<string, Subject>()
  const byCell = new Map<string, ResultDocument[]>()
  const playsOf = new Map<string, Set<number>>()
  for (const result of results) {
    const key = subjectKey(result)
    if (!subjects.has(key)) subjects.set(key, { key, task: result.task, control: result.control })
    const cell = `${key} ${result.host}`
    byCell.set(cell, [...(byCell.get(cell) ?? []), result])
    playsOf.set(result.host, (playsOf.get(result.host) ?? new Set()).add(result.play_index))
  }
  const names = Object.keys(hosts)
  const cells = names.flatMap((host) =>
    [...subjects.values()].flatMap((subject): Cell[] => {
      const found = byCell.get(`${subject.key} ${host}`) ?? []
      const isHis = playsOf.get(host)?.has(Number(subject.key.split(' ')[0])) ?? true
      if (found.length === 0 && !isHis) return []
      return [{ host, subject, verdict: worstOf(found, (hosts[host]?.unreachable ?? 0) > 0), results: found }]
    }),
  )
  const counts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, cells.filter((cell) => cell.verdict === verdict).length]),
  ) as Record<Verdict, number>
  return { hosts: names, subjects: [...subjects.values()], cells, counts }
}

const subjectKey = ({ play_index, task_index }: ResultDocument): string => `${play_index} ${task_index}`

const worstOf = (results: readonly ResultDocument[], isLost: boolean): Verdict => {
  if (results.length === 0) return isLost ? 'unreachable' : 'unjudged'
  const verdicts = results.map(verdictOf)
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? 'unjudged'
}
