import type { Schedule, Slot, SlotStatus } from '../schedule/shape.ts'
import { type Judged, judgedIn, plain } from './findings.ts'
import type { Document, Ending, Figures, Finding, Gap, SavedState, State, Trouble } from './shape.ts'

/** What became of a slot: its runs in order. */
export interface SlotEnd {
  readonly schedule: Pick<Schedule, 'mode'>
  readonly slot: Slot
  readonly documents: readonly Document[]
  readonly now: Date
}

/** How many days before its end a waiver is told about. */
export const LAST_DAYS = 14

/** How things stand after a slot; what could not be judged in it stays as it was. */
export const stateOf = (before: SavedState | null, end: SlotEnd): State => {
  const documents = end.documents.filter((document) => Object.keys(document.hosts).length > 0)
  const hosts = new Set(documents.flatMap((document) => Object.keys(document.hosts)))
  const account = documents.reduce(withRun, accountOf(before, hosts))
  const newest = documents.at(-1)
  const { slot } = end.slot
  return {
    slot,
    status: end.slot.status,
    findings: account.findings,
    failed: account.failed,
    unreachable: account.unreachable,
    ending: endingOf(account.findings, end.now),
    gap: gapOf(before, end.slot),
    figures:
      newest === undefined ? (before?.figures ?? null) : figuresOf(documents, account.findings, end.schedule.mode),
    slots: slotsOf(before, end.slot),
    repaired: omit(
      account.repaired,
      (key) => before?.findings[key] !== undefined || key in account.findings || !account.passed.has(key),
    ),
    passed: account.passed,
    hosts,
    now: end.now,
    run: newest?.id ?? null,
    head: newest?.head ?? null,
  }
}

interface Account {
  readonly findings: Readonly<Record<string, Finding>>
  readonly failed: Readonly<Record<string, Trouble>>
  readonly unreachable: Readonly<Record<string, Trouble>>
  readonly repaired: Readonly<Record<string, Finding>>
  readonly passed: ReadonlySet<string>
}

/** What is known before the first run; hosts that no run names are out of the inventory, unless there was no run. */
const accountOf = (before: SavedState | null, hosts: ReadonlySet<string>): Account => {
  const isOut = (host: string): boolean => hosts.size > 0 && !hosts.has(host)
  return {
    findings: omit(before?.findings ?? {}, (_, { host }) => isOut(host)),
    failed: omit(before?.failed ?? {}, isOut),
    unreachable: omit(before?.unreachable ?? {}, isOut),
    repaired: {},
    passed: new Set(),
  }
}

const withRun = (account: Account, document: Document): Account => {
  const judged = judgedIn(document)
  const reached = new Set(document.results.filter(({ status }) => status !== 'unreachable').map(({ host }) => host))
  const isLost = (host: string): boolean => (document.hosts[host]?.unreachable ?? 0) > 0
  const isBack = (host: string): boolean => reached.has(host) && !isLost(host)
  const found = Object.entries(judged.findings).map(([key, finding]) => [
    key,
    { ...finding, since: account.findings[key]?.since ?? finding.since },
  ])
  return {
    findings: {
      ...omit(account.findings, (key, finding) => isGone(key, finding, judged, document)),
      ...Object.fromEntries(found),
    },
    failed: {
      ...omit(account.failed, (host) => isBack(host) && document.interrupted !== true),
      ...troubles(document, account.failed, (host) => (document.hosts[host]?.failed ?? 0) > 0, ['failed', 'stuck']),
    },
    unreachable: {
      ...omit(account.unreachable, isBack),
      ...troubles(document, account.unreachable, isLost, ['unreachable']),
    },
    repaired: { ...judged.repaired, ...account.repaired, ...omit(judged.findings, (_, { waived }) => waived !== null) },
    passed: new Set([...account.passed, ...judged.passed.keys()]),
  }
}

/** A finding stays where its task was not judged: a run that ended early says nothing of what it did not come to. */
const isGone = (key: string, { host }: Finding, judged: Judged, document: Document): boolean => {
  if (document.hosts[host] === undefined || judged.unjudged.has(key)) return false
  if (judged.passed.has(key) || judged.skipped.has(key)) return true
  const isWhole = Object.values(document.hosts).every(({ failed, unreachable }) => failed + unreachable === 0)
  return isWhole && document.interrupted !== true
}

const troubles = (
  document: Document,
  known: Readonly<Record<string, Trouble>>,
  has: (host: string) => boolean,
  statuses: readonly string[],
): Readonly<Record<string, Trouble>> =>
  Object.fromEntries(
    Object.keys(document.hosts)
      .filter(has)
      .map((host) => {
        const first = document.results.find(
          (one) => one.host === host && statuses.includes(one.status) && !one.ignored && !one.rescued,
        )
        const message = first === undefined ? '' : plain(`${first.task}: ${first.message}`)
        return [host, { message, since: known[host]?.since ?? document.finished }]
      }),
  )

const DAY_MS = 86_400_000

const endingOf = (findings: Readonly<Record<string, Finding>>, now: Date): Readonly<Record<string, Ending>> => {
  const ending: Record<string, Ending> = {}
  for (const { host, waived } of Object.values(findings)) {
    const left = waived === null ? Number.NaN : Date.parse(waived.expires) - now.getTime()
    if (waived === null || !(left > 0 && left <= LAST_DAYS * DAY_MS)) continue
    const key = JSON.stringify([waived.subject, waived.owner, waived.expires])
    const hosts = new Set([...(ending[key]?.hosts ?? []), host])
    ending[key] = { ...waived, hosts: [...hosts] }
  }
  return ending
}

const GAPS: Partial<Record<SlotStatus, Gap['how'] | 'none'>> = {
  missed: 'missed',
  'skipped-overlap': 'missed',
  cancelled: 'missed',
  'timed-out': 'failed',
  killed: 'failed',
  failed: 'failed',
  ran: 'none',
  'caught-up': 'none',
}

/** Slots that are left out on purpose, and those on their way, leave it as it is. */
const gapOf = (before: SavedState | null, { slot, status, reason }: Slot): Gap | null => {
  const known = before?.gap ?? null
  const how = GAPS[status]
  if (how === undefined) return known
  if (how === 'none') return null
  if (known?.how !== how) return { how, status, reason: plain(reason), since: slot, last: slot, slots: 1 }
  return known.last === slot ? known : { ...known, last: slot, slots: known.slots + 1 }
}

const ON_THEIR_WAY: readonly string[] = ['pending', 'queued', 'running', 'retrying']

const slotsOf = (before: SavedState | null, { slot, status }: Slot): SavedState['slots'] => {
  const counted = before?.slots ?? {}
  const isCounted = before !== null && before.slot === slot && !ON_THEIR_WAY.includes(before.status)
  return isCounted || ON_THEIR_WAY.includes(status) ? counted : { ...counted, [status]: (counted[status] ?? 0) + 1 }
}

/** Of each host its last run counts: one at hosts that were unreachable says nothing of the others. */
const figuresOf = (
  documents: readonly Document[],
  findings: Readonly<Record<string, Finding>>,
  mode: string,
): Figures => {
  const last = new Map(documents.flatMap((document) => Object.keys(document.hosts).map((host) => [host, document])))
  const results = [...last].flatMap(([host, document]) => document.results.filter((result) => result.host === host))
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ status }) => statuses.includes(status)).length
  const codes = [...last.values()].map((document) => document.exit_code)
  return {
    mode,
    finished: documents.at(-1)?.finished ?? '',
    exitCode: [130, 2, 4, 3].find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0,
    passed: count('ok', 'changed'),
    waived: Object.values(findings).filter(({ waived }) => waived !== null).length,
    unjudged: count('waiting', 'unreachable'),
  }
}

const omit = <Value>(
  record: Readonly<Record<string, Value>>,
  drops: (key: string, value: Value) => boolean,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).filter(([key, value]) => !drops(key, value)))
