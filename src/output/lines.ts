import type { Event, HostTrouble, Report, Result } from '../engine/event.ts'
import { closingLines, type Offers } from './closing.ts'
import type { Output, Write } from './output.ts'
import type { Paint } from './paint.ts'
import { recapLines } from './recap.ts'
import { INDENT, type LineOptions, resultLines, troubleLines } from './result-lines.ts'
import { indented, visible, visibleLine } from './visible.ts'

/** How a run is told in lines. */
export interface Wording {
  readonly paint: Paint
  readonly diffs: boolean
  readonly verbosity: number
  readonly offers: Offers
  /** the recap, where it is not a line per host */
  readonly recap?: (report: Report, paint: Paint) => readonly string[]
  /** the same changes on one more host are shown as the host where they were shown first */
  readonly once?: true
  /** of what differs since the last audit, at most so many entries of each kind; without: all */
  readonly mostSince?: number
}

/** Tells a run in plain lines, a change, failure or wait at a time; the recap and what to type next at the end. */
export const linesOutput = (write: Write, wording: Wording): Output => {
  const lines = linesOf(wording)
  return {
    tell: (event) => {
      const told = lines(event)
      if (told.length > 0) write(`${told.join('\n')}\n`)
    },
    aside: (work) => work(),
    close: async () => {},
  }
}

/** Gives a function from one event after another to the lines that it adds. */
export const linesOf = (wording: Wording): ((event: Event) => readonly string[]) => {
  const { paint, diffs, verbosity } = wording
  const troubles = new Map<string, HostTrouble>()
  const last = new Map<string, Result>()
  const begun = new Map<string, string>()
  const told = new Set<string>()
  let options: LineOptions = {
    paint,
    diffs,
    verbosity,
    hostWidth: 0,
    shownOn: wording.once ? firstHosts() : () => null,
  }

  const hintOnce = (hint: string | undefined): readonly string[] => {
    if (hint === undefined || told.has(hint)) return []
    told.add(hint)
    return indented(`hint: ${visible(hint)}`, INDENT)
  }

  const taskEnded = (result: Result): readonly string[] => {
    last.set(result.host, result)
    begun.delete(result.host)
    // why a host is out of reach is told once, when it leaves its play
    return result.status === 'unreachable' ? [] : resultLines(result, options)
  }

  const hostEnded = (host: string, trouble: HostTrouble | undefined): readonly string[] => {
    const result = last.get(host)
    last.delete(host)
    if (trouble === undefined) return result?.status === 'unreachable' ? resultLines(result, options) : []
    if (troubles.has(host) || result?.status === 'failed') return []
    troubles.set(host, trouble)
    const hint = trouble.hostKey?.verdict === 'unknown' ? [] : hintOnce(trouble.hint)
    return [...troubleLines(host, trouble, options), ...hint]
  }

  return (event) => {
    switch (event.kind) {
      case 'run started':
        options = { ...options, hostWidth: hostWidth(event.hosts) }
        return []
      case 'play started':
        return ['', paint.strong(playLine(event))]
      case 'play skipped':
        return ['', `play ${visibleLine(event.play)}: skipped, ${visible(event.why)}`]
      case 'task ended':
        return taskEnded(event.result)
      case 'host ended':
        return hostEnded(event.host, event.unreachable)
      case 'hosts stopped':
        return [`stopped      ${visible(someOf(event.hosts))}: ${visible(event.why)}`]
      case 'note':
        return indented(`note: ${visible(event.text)}`, '')
      case 'interrupted':
        return ['', 'stopping: tasks that began are finished and verified, no other begins (again: ends at once)']
      case 'machine closed':
        return verbosity < 2 ? [] : [countersLine(event)]
      case 'run ended':
        return [
          '',
          ...recap(event.report, wording),
          ...closingLines({ report: event.report, troubles, begun, ...wording }),
        ]
      case 'task started':
        begun.set(event.host, event.task)
        return []
      case 'host connecting':
      case 'play ended':
        return []
    }
  }
}

/** Remembers on which host changes were seen first. */
const firstHosts = (): LineOptions['shownOn'] => {
  const first = new Map<string, string>()
  return ({ host, playIndex, taskIndex, changes }) => {
    const what = JSON.stringify([playIndex, taskIndex, changes])
    const before = first.get(what)
    if (before === undefined) first.set(what, host)
    return before ?? null
  }
}

const recap = (report: Report, { paint, recap = recapLines }: Wording): readonly string[] => [
  paint.strong('recap'),
  ...recap(report, paint),
]

const WIDEST_HOST = 24

const hostWidth = (hosts: readonly string[]): number =>
  Math.min(WIDEST_HOST, Math.max(0, ...hosts.map((host) => host.length)))

const playLine = ({ play, hosts, tasks }: Event & { readonly kind: 'play started' }): string =>
  `play ${visibleLine(play)}: ${counted(hosts.length, 'host')}, ${counted(tasks, 'task')}`

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const countersLine = ({ machine, counters }: Event & { readonly kind: 'machine closed' }): string =>
  `${machine}: ${counters.flights} flights, ${counters.channels} channels, ${counters.bytesSent} bytes sent`

const MOST_NAMED = 8

const someOf = (hosts: readonly string[]): string =>
  hosts.length <= MOST_NAMED
    ? hosts.join(', ')
    : `${hosts.slice(0, MOST_NAMED).join(', ')} and ${hosts.length - MOST_NAMED} more`
