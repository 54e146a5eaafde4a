import type { Status } from '../contract/outcome.ts'
import type { Report } from '../engine/event.ts'
import type { Drift, Drifted } from '../engine/kept.ts'
import { localMinute } from './local-time.ts'
import type { Paint } from './paint.ts'
import { alike, groupLines, hostNames, unjudgedLines } from './since-groups.ts'
import { visibleLine } from './visible.ts'

/** How the differences are shown. */
export interface SinceOptions {
  readonly paint: Paint
  /** at most so many entries of each kind; without: all */
  readonly most?: number
}

/** What the history says of a run that it keeps, as paragraphs: how it differs from the last audit, and where it is kept. */
export const keptParagraphs = (report: Report, options: SinceOptions): readonly (readonly string[])[] => {
  const { kept } = report
  if (kept === undefined) return []
  return [
    ...(kept.drift === null ? [] : [sinceLines(report, kept.drift, options)]),
    [`kept as ${kept.id} in ${visibleLine(kept.file)}, head ${kept.head}`],
  ]
}

const sinceLines = (report: Report, drift: Drift, options: SinceOptions): readonly string[] => {
  if (drift.since === null) return ['first audit of these: nothing to compare with']
  const { id, finished } = drift.since
  return [
    options.paint.strong(`since the audit of ${localMinute(finished)} (${id}):`),
    ...driftLines(drift.hosts, options),
    ...newcomers(report, drift),
  ]
}

/** Hosts of which there are findings and nothing to say: nothing was known of them. */
const newcomers = (report: Report, { hosts }: Drift): readonly string[] => {
  const found = new Set([...(report.kept?.seen.keys() ?? [])].map(({ host }) => host))
  const fresh = [...report.hosts.keys()].filter((host) => found.has(host) && !hosts.has(host))
  return fresh.length === 0 ? [] : [`  first audit of ${hostNames(fresh)}: nothing to compare with`]
}

/** The lines of what came, went and stayed: what is the same on many hosts is said once. */
export const driftLines = (hosts: Drift['hosts'], { paint, most }: SinceOptions): readonly string[] => {
  const lines = KINDS.flatMap(({ how, word, status }) => {
    const entries = [...hosts].flatMap(([host, list]) =>
      list.filter((one) => one.how === how).map((drifted) => ({ host, drifted })),
    )
    const texts = how === 'unjudged' ? unjudgedLines(entries) : alike(entries).map(groupLines)
    const shown = texts.slice(0, most ?? texts.length)
    const label = (text: string): string => `  ${paint.status(status, word.padEnd(WIDEST))}  ${text}`
    return [
      ...shown.flatMap(([head = '', ...details]) => [label(head), ...details.map((line) => `${INDENT}${line}`)]),
      ...(texts.length > shown.length
        ? [label(`and ${texts.length - shown.length} more: keyward drift or --output json shows all`)]
        : []),
    ]
  })
  const isNews = [...hosts.values()].some((list) => list.some(({ how }) => NEWS.has(how)))
  return isNews ? lines : ['  nothing is new, changed or fixed', ...lines]
}

const KINDS: readonly { readonly how: Drifted['how']; readonly word: string; readonly status: Status }[] = [
  { how: 'new', word: 'new', status: 'failed' },
  { how: 'changed', word: 'changed', status: 'drift' },
  { how: 'fixed', word: 'fixed', status: 'ok' },
  { how: 'persists', word: 'still there', status: 'drift' },
  { how: 'unjudged', word: 'not judged', status: 'waiting' },
]

const NEWS: ReadonlySet<Drifted['how']> = new Set(['new', 'changed', 'fixed'])
const WIDEST = 'still there'.length
const INDENT = ' '.repeat(WIDEST + 6)
