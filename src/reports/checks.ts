import type { ReportDocument, ResultDocument } from '../output/report-schema.ts'
import { type Verdict, verdictOf, worstOf } from './verdict.ts'

/** One task on one host, or an item of its loop; also one that never had its turn. */
export interface Check {
  readonly result: ResultDocument
  readonly verdict: Verdict
}

/** The checks of each host, in the order of the document; those that a lost host never came to are among them. */
export const checksOf = (document: ReportDocument): ReadonlyMap<string, readonly Check[]> => {
  const names = new Set([...Object.keys(document.hosts), ...document.results.map(({ host }) => host)])
  const byHost = new Map([...names].map((host): [string, ResultDocument[]] => [host, []]))
  for (const result of document.results) byHost.get(result.host)?.push(result)
  const plays = playsOf(document, byHost)
  return new Map(
    [...byHost].map(([host, results]) => {
      const judged = results.map((result) => ({ result, verdict: verdictOf(result) }))
      return [
        host,
        isCut(document, results) ? inOrder([...judged, ...unjudged(document, host, results, plays)]) : judged,
      ]
    }),
  )
}

/** Checks as they are counted: the items of a loop are one, as bad as the worst of them. */
export const countedVerdicts = (
  checks: readonly Check[],
): readonly { readonly verdict: Verdict; readonly check: Check }[] => {
  const groups: Check[][] = []
  for (const check of checks) {
    const last = groups.at(-1)
    const before = last?.[0]?.result
    const isSameLoop =
      before?.item !== undefined && check.result.item !== undefined && placeOf(before) === placeOf(check.result)
    if (isSameLoop) last?.push(check)
    else groups.push([check])
  }
  return groups.flatMap((group) => {
    const verdict = worstOf(group.map((check) => check.verdict))
    const check = group.find((one) => one.verdict === verdict)
    return verdict === null || check === undefined ? [] : [{ verdict, check }]
  })
}

const placeOf = ({ play_index, task_index }: ResultDocument): string => `${play_index} ${task_index}`

/** What is known of a play: its tasks, and who took part. */
interface Play {
  readonly index: number
  readonly name: string
  /** one result of each task that all hosts have that came to its end */
  readonly tasks: readonly ResultDocument[]
  readonly hosts: ReadonlySet<string>
  /** every host took part that was not lost before */
  readonly isForAll: boolean
}

const playsOf = (document: ReportDocument, byHost: ReadonlyMap<string, readonly ResultDocument[]>): readonly Play[] => {
  const whole = [...byHost].filter(([, results]) => !isCut(document, results)).map(([host]) => host)
  const byPlay = new Map<number, ResultDocument[]>()
  for (const result of document.results) {
    const known = byPlay.get(result.play_index) ?? []
    known.push(result)
    byPlay.set(result.play_index, known)
  }
  return [...byPlay].map(([index, results]) => {
    const hosts = new Set(results.map(({ host }) => host))
    const ended = whole.filter((host) => hosts.has(host))
    const byTask = new Map<string, ResultDocument[]>()
    for (const result of results.filter(({ handler }) => !handler)) {
      const known = byTask.get(placeOf(result)) ?? []
      known.push(result)
      byTask.set(placeOf(result), known)
    }
    const tasks = [...byTask.values()].flatMap((all) => {
      const on = new Set(all.map(({ host }) => host))
      return all[0] !== undefined && ended.every((host) => on.has(host)) ? [all[0]] : []
    })
    const name = results[0]?.play ?? ''
    return { index, name, tasks, hosts, isForAll: whole.length > 0 && ended.length === whole.length }
  })
}

/** Whether a host was lost, failed, or was never come to: what it has no result of was not judged. */
const isCut = ({ interrupted }: ReportDocument, results: readonly ResultDocument[]): boolean =>
  interrupted === true ||
  results.length === 0 ||
  results.some((result) => result.status === 'unreachable' || verdictOf(result) === 'failed')

const unjudged = (
  document: ReportDocument,
  host: string,
  results: readonly ResultDocument[],
  plays: readonly Play[],
): readonly Check[] => {
  const has = new Set(results.map(placeOf))
  const remembered = new Set(
    document.drift?.hosts[host]?.filter(({ how }) => how === 'unjudged').map(({ play }) => play),
  )
  const { verdict, why } = cutOf(results)
  return plays
    .filter(({ hosts, name, isForAll }) => hosts.has(host) || remembered.has(name) || isForAll)
    .flatMap(({ tasks }) => tasks)
    .filter((task) => !has.has(placeOf(task)))
    .map((task) => ({ result: neverRun(task, host, why), verdict }))
}

const cutOf = (results: readonly ResultDocument[]): { readonly verdict: Verdict; readonly why: string } => {
  const end = results.findLast((result) => result.status === 'unreachable' || verdictOf(result) === 'failed')
  if (end === undefined) return { verdict: 'unjudged', why: 'the run never came to it' }
  return end.status === 'unreachable'
    ? { verdict: 'unreachable', why: 'not looked at: the host was unreachable' }
    : { verdict: 'unjudged', why: `not looked at: the host failed before, at: ${end.task}` }
}

const neverRun = (task: ResultDocument, host: string, message: string): ResultDocument => ({
  host,
  play: task.play,
  play_index: task.play_index,
  task: task.task,
  task_index: task.task_index,
  module: task.module,
  status: 'skipped',
  changes: [],
  message,
  at: task.at,
  duration_ms: 0,
  tags: task.tags,
  ...(task.control === undefined ? {} : { control: task.control }),
})

const inOrder = (checks: readonly Check[]): readonly Check[] =>
  [...checks].sort((a, b) => a.result.play_index - b.result.play_index || a.result.task_index - b.result.task_index)
