import type { DriftedDocument, ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { type Check, checksOf, countedVerdicts } from './checks.ts'
import { VERDICTS, type Verdict } from './verdict.ts'

/** A run as its report shows it: what the page embeds. */
export interface Fleet {
  /** the command that looks at one host again, without its name */
  readonly again: string
  /** worst first */
  readonly hosts: readonly FleetHost[]
  /** the columns: controls, and tasks without one; worst first */
  readonly subjects: readonly Subject[]
}

/** What is judged on hosts: a control, or a task that stands for none. */
export interface Subject {
  readonly kind: 'control' | 'task'
  /** the control's id, or the task's name */
  readonly name: string
  readonly title: string
  readonly severity: string | null
  readonly references: readonly string[]
}

export interface FleetHost {
  readonly name: string
  /** why it was not reached; null where it was */
  readonly trouble: string | null
  readonly checks: readonly FleetCheck[]
  /** when its files were modified last, by path */
  readonly modified: Readonly<Record<string, string>>
}

/** One task on one host, or an item of its loop. */
export interface FleetCheck {
  readonly task: FleetTask
  readonly verdict: Verdict
  readonly result: Pick<
    ResultDocument,
    | 'status'
    | 'message'
    | 'changes'
    | 'evidence'
    | 'waived'
    | 'notes'
    | 'item'
    | 'machine'
    | 'first_seen'
    | 'last_changed'
  >
  /** what is new of it since the last audit */
  readonly news?: Pick<DriftedDocument, 'how' | 'cause' | 'before'>
}

export interface FleetTask {
  readonly play: string
  readonly name: string
  readonly module: string
  readonly at: string
  /** the places of its subjects among those of the fleet */
  readonly subjects: readonly number[]
}

/** How many checks ended how. */
export type Tally = Readonly<Record<Verdict, number>>

/** Reads the document of a run as a fleet; `again` is the command that looks at it again. */
export const fleetOf = (document: ReportDocument, again: string): Fleet => {
  const checks = checksOf(document)
  const subjects = subjectsOf(checks)
  const places = new Map(subjects.map((subject, index) => [keyOf(subject), index]))
  const hosts = [...checks].map(([name, all]): Ranked => {
    const drifted = document.drift?.hosts[name] ?? []
    return { weight: weightOf(all), host: hostOf(name, all, places, drifted) }
  })
  return { again, subjects, hosts: hosts.sort((a, b) => b.weight - a.weight).map(({ host }) => host) }
}

interface Ranked {
  readonly weight: number
  readonly host: FleetHost
}

/** Counts checks, of a loop the whole of it. */
export const tallyOf = (checks: readonly Check[]): Tally => {
  const tally = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>
  for (const { verdict } of countedVerdicts(checks)) tally[verdict] += 1
  return tally
}

/** What was to be judged, and how much of it was not; what is skipped does not apply. */
export const denominatorOf = (tally: Tally): { readonly all: number; readonly unjudged: number } => {
  const unjudged = tally.unreachable + tally.unjudged + tally.waiting
  return { all: tally.passed + tally.finding + tally.waived + tally.failed + unjudged, unjudged }
}

const hostOf = (
  name: string,
  checks: readonly Check[],
  places: ReadonlyMap<string, number>,
  drifted: readonly DriftedDocument[],
): FleetHost => {
  const modified: Record<string, string> = {}
  const fleetChecks = checks.map(({ result, verdict }): FleetCheck => {
    for (const { file, modified: when } of result.evidence?.source ?? []) if (when !== undefined) modified[file] = when
    const { status, message, changes, waived, notes, item, machine, first_seen, last_changed } = result
    const news = drifted.find(
      (one) => one.play === result.play && one.task === result.task && one.item === item && one.how !== 'persists',
    )
    return {
      task: {
        play: result.play,
        name: result.task,
        module: result.module,
        at: result.at,
        subjects: subjectsOfResult(result).map((subject) => places.get(keyOf(subject)) ?? 0),
      },
      verdict,
      result: given({
        status,
        message,
        changes,
        evidence: undated(result),
        waived,
        notes,
        item,
        machine,
        first_seen,
        last_changed,
      }),
      ...(news === undefined ? {} : { news: given({ how: news.how, cause: news.cause, before: news.before }) }),
    }
  })
  const lost = checks.find(({ result }) => result.status === 'unreachable')
  return { name, trouble: lost?.result.message ?? null, checks: fleetChecks, modified }
}

/** Without members that are undefined. */
const given = <Members extends object>(
  members: Members,
): { [Name in keyof Members]: Exclude<Members[Name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never

/** The times of files are the host's: without them evidence is the same on many hosts. */
const undated = ({ evidence }: ResultDocument): ResultDocument['evidence'] =>
  evidence === undefined ? undefined : { ...evidence, source: evidence.source.map(({ modified, ...rest }) => rest) }

const subjectsOfResult = ({ control, task }: ResultDocument): readonly Subject[] =>
  control === undefined || control.ids.length === 0
    ? [{ kind: 'task', name: task, title: task, severity: null, references: [] }]
    : control.ids.map((id) => ({
        kind: 'control',
        name: id,
        title: control.title ?? task,
        severity: control.severity ?? null,
        references: control.references ?? [],
      }))

const keyOf = ({ kind, name }: Subject): string => `${kind} ${name}`

const subjectsOf = (hosts: ReadonlyMap<string, readonly Check[]>): readonly Subject[] => {
  const known = new Map<string, { readonly subject: Subject; weight: number }>()
  for (const { result, verdict } of [...hosts.values()].flat()) {
    for (const subject of subjectsOfResult(result)) {
      const before = known.get(keyOf(subject)) ?? { subject, weight: 0 }
      before.weight += weighed(verdict, subject.severity)
      known.set(keyOf(subject), before)
    }
  }
  return [...known.values()].sort((a, b) => b.weight - a.weight).map(({ subject }) => subject)
}

const SEVERITY: Readonly<Record<string, number>> = { critical: 1000, high: 100, medium: 10, low: 2 }

/** How bad a verdict is, for the order of hosts and controls alone. */
const weighed = (verdict: Verdict, severity: string | null): number => {
  if (verdict === 'finding' || verdict === 'failed') return SEVERITY[severity ?? ''] ?? 5
  if (verdict === 'waived') return 1
  return verdict === 'unreachable' || verdict === 'unjudged' || verdict === 'waiting' ? 0.1 : 0
}

/** Of a host that is not reached nothing is known: it stands above all others. */
const weightOf = (checks: readonly Check[]): number =>
  checks.reduce(
    (all, { result, verdict }) =>
      all + (result.status === 'unreachable' ? 1e9 : weighed(verdict, result.control?.severity ?? null)),
    0,
  )
