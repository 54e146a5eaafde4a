import type { Counts, Report, Result } from '../engine/event.ts'
import type { RunSummary } from './shape.ts'

/** What lists show of a run. */
export const summaryOf = (
  report: Report,
  about: Pick<RunSummary, 'playbooks' | 'inventory' | 'schedule' | 'slot'>,
): RunSummary => ({
  command: report.mode,
  started: report.started.toISOString(),
  finished: report.finished.toISOString(),
  exitCode: report.exitCode,
  playbooks: about.playbooks,
  inventory: about.inventory,
  hosts: report.hosts.size,
  counts: countsOf([...report.hosts.values()]),
  severities: severitiesOf(report.results),
  schedule: about.schedule,
  slot: about.slot,
})

/** A failure that the playbook lets pass, or answers, says nothing of the host: it is not judged. */
const countsOf = (hosts: readonly Counts[]): RunSummary['counts'] => {
  const sum = (count: (one: Counts) => number): number => hosts.reduce((all, one) => all + count(one), 0)
  return {
    passed: sum(({ ok, ignored }) => ok - ignored),
    findings: sum(({ drift }) => drift),
    waived: sum(({ waived }) => waived),
    failed: sum(({ failed }) => failed),
    unjudged: sum(({ waiting, unreachable, ignored, rescued }) => waiting + unreachable + ignored + rescued),
    skipped: sum(({ skipped }) => skipped),
  }
}

/** Tasks with a finding, by the severity of their control; the items of a loop count once, as elsewhere. */
const severitiesOf = (results: readonly Result[]): Readonly<Record<string, number>> => {
  const known = new Map<string, Set<string>>()
  for (const { host, playIndex, taskIndex, status, waived, control } of results) {
    if (status !== 'drift' || waived !== undefined || control?.severity == null) continue
    const tasks = known.get(control.severity) ?? new Set()
    known.set(control.severity, tasks.add(`${playIndex} ${taskIndex} ${host}`))
  }
  return Object.fromEntries([...known].map(([severity, tasks]) => [severity, tasks.size]))
}
