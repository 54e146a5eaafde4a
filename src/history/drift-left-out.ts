import type { Result } from '../engine/event.ts'
import { judged } from './drift-judged.ts'
import type { Remembered } from './memory.ts'

/** What is remembered was in a playbook that does not have it any more. */
export const GONE = 'no longer in the playbook'

/** Gives why a run has no result of what is remembered. */
export const absences = (
  results: readonly Result[],
  whole: ReadonlySet<string> | undefined,
): ((entry: Remembered) => string) => {
  const hosts = new Map<string, HostResults>()
  for (const result of results) {
    const host = hosts.get(result.host) ?? { ending: null, loops: new Map() }
    hosts.set(result.host, host)
    host.ending ??= endOfHost(result)
    const verdict = judged(result)
    if (result.item === undefined && verdict.state === 'unjudged') host.loops.set(nameOf(result), verdict.message)
  }
  return (entry) => {
    const host = hosts.get(entry.host)
    if (host === undefined) return 'not part of this run'
    const loop = entry.item === null ? undefined : host.loops.get(nameOf(entry))
    return loop ?? host.ending ?? (whole?.has(entry.host) ? GONE : 'left out of this run')
  }
}

interface HostResults {
  /** why the host did not get to its last task; null where it may have */
  ending: string | null
  /** loops that did not come to their items, and why */
  readonly loops: Map<string, string>
}

const nameOf = ({ play, task }: { readonly play: string; readonly task: string }): string =>
  JSON.stringify([play, task])

const endOfHost = ({ status, message, task, ignored, rescued }: Result): string | null => {
  if (status === 'unreachable') return `unreachable: ${message.split('\n')[0]}`
  const isFailure = status === 'failed' || status === 'stuck'
  return isFailure && !ignored && !rescued ? `the run ended on this host at "${task}"` : null
}
