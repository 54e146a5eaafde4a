import type { HostTrouble, Report } from '../engine/event.ts'
import { aligned } from './aligned.ts'
import type { Paint } from './paint.ts'
import { unhappyHosts } from './recap.ts'
import { keptParagraphs } from './since.ts'

/** Command lines that the closing words offer, ready to be pasted. */
export interface Offers {
  /** the same as a run */
  run(): string
  /** the same, for these hosts, with more flags */
  retry(hosts: readonly string[], flags: readonly string[]): string
  /** has the keys of these hosts shown, and trusted */
  trust(hosts: readonly string[]): string
}

/** What a run ends with: why it stopped early, what cures it, and what to type next. */
export interface Closing {
  readonly report: Report
  /** why hosts were not reached */
  readonly troubles: ReadonlyMap<string, HostTrouble>
  /** tasks that began and did not end, by host */
  readonly begun: ReadonlyMap<string, string>
  readonly offers: Offers
  readonly paint: Paint
  /** of what differs since the last audit, at most so many entries of each kind; without: all */
  readonly mostSince?: number
}

/** The words below the recap, as paragraphs. */
export const closingLines = (closing: Closing): readonly string[] =>
  [...sinceLast(closing), interrupted(closing), unknownKeys(closing), nextStep(closing), retry(closing)]
    .filter((paragraph) => paragraph.length > 0)
    .flatMap((paragraph) => ['', ...paragraph])

const sinceLast = ({ report, paint, mostSince }: Closing): readonly (readonly string[])[] =>
  keptParagraphs(report, mostSince === undefined ? { paint } : { paint, most: mostSince })

const interrupted = ({ report, begun, paint }: Closing): readonly string[] => {
  if (!report.interrupted) return []
  if (begun.size === 0) return [paint.strong('interrupted: what is listed above is done, the rest was not begun')]
  return [
    paint.strong('interrupted: what is listed above is done; these were left in the middle, and may be done or not:'),
    ...aligned([...report.hosts.keys()].flatMap((host) => (begun.has(host) ? [[host, begun.get(host) ?? '']] : []))),
  ]
}

const unknownKeys = ({ report, troubles, offers, paint }: Closing): readonly string[] => {
  const unknown = [...report.hosts.keys()].flatMap((host) => {
    const hostKey = troubles.get(host)?.hostKey
    return hostKey?.verdict === 'unknown' ? [{ host, ...hostKey }] : []
  })
  if (unknown.length === 0) return []
  const hosts = unknown.map(({ host }) => host)
  return [
    paint.strong(unknown.length === 1 ? 'this host key is not known yet:' : 'these host keys are not known yet:'),
    ...aligned(unknown.map(({ host, type, fingerprint }) => [host, type, fingerprint])),
    'compare them with what the machines themselves say (ssh-keygen -l -f /etc/ssh/ssh_host_…_key.pub), then trust them:',
    `  ${paint.command(offers.trust(hosts))}`,
  ]
}

const nextStep = ({ report, offers, paint }: Closing): readonly string[] => {
  if (report.mode === 'run') return []
  const counts = [...report.hosts.values()]
  const open = counts.filter(({ drift, waiting }) => drift + waiting > 0).length
  if (open === 0) {
    if (unhappyHosts(report).length > 0) return []
    const isWaived = counts.some(({ waived }) => waived > 0)
    return [`nothing to do: everything is as wanted${isWaived ? ', or waived' : ''}`]
  }
  const hosts = `${open} of ${counts.length} ${counts.length === 1 ? 'host' : 'hosts'}`
  return [`nothing was touched; to converge ${hosts}:`, `  ${paint.command(offers.run())}`]
}

const retry = ({ report, offers, paint }: Closing): readonly string[] => {
  const unhappy = new Set([...unhappyHosts(report), ...report.stopped])
  const hosts = [...report.hosts.keys()].filter((host) => unhappy.has(host))
  if (report.mode !== 'run' || hosts.length === 0) return []
  const wantsPassword = report.results.some(({ status, message }) => status === 'failed' && SUDO_PASSWORD.test(message))
  const line = offers.retry(hosts, wantsPassword ? ['-K'] : [])
  return ['to try the hosts again that failed:', `  ${paint.command(line)}`]
}

/** the words of a machine whose sudo wants a password, and has none */
const SUDO_PASSWORD = /^sudo wants a password/
