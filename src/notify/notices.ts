import { SEVERITIES } from '../contract/control.ts'
import type { NotifyOn } from '../schedule/shape.ts'
import {
  type Answer,
  type Finding,
  NOTICE_KINDS,
  type Notice,
  type NoticeKind,
  type SavedState,
  type State,
  TOLD_FOR,
  type Trouble,
} from './shape.ts'

/** What changed since the last slot and is asked for, the worst first; before the first one, what is wrong now. */
export const noticesOf = (before: SavedState | null, now: State, on: readonly NotifyOn[]): readonly Notice[] =>
  [...aboutFindings(before, now), ...aboutHosts(before, now), ...aboutWaivers(before, now), ...aboutSlots(before, now)]
    .filter(({ kind }) => TOLD_FOR[kind].some((word) => on.includes(word)))
    .sort((a, b) => weight(a) - weight(b))

/** By kind, and within it by severity; sorting keeps the order of hosts. */
const weight = ({ kind, control }: Notice): number =>
  NOTICE_KINDS.indexOf(kind) * 10 - SEVERITY_WORDS.indexOf(control?.severity ?? '')

const SEVERITY_WORDS: readonly string[] = SEVERITIES

const aboutFindings = (before: SavedState | null, now: State): readonly Notice[] => {
  const came = Object.entries(now.findings).flatMap(([key, finding]) =>
    cameOf(before?.findings[key] ?? null, finding, now.now),
  )
  const went = Object.entries(before?.findings ?? {}).flatMap(([key, finding]) =>
    key in now.findings || finding.waived !== null
      ? []
      : [noticeOf(now.passed.has(key) ? 'fixed' : 'gone', finding, { before: finding.effective })],
  )
  const repaired = Object.values(now.repaired).map((finding) =>
    noticeOf('repaired', finding, { before: finding.effective }),
  )
  return [...came, ...repaired, ...went]
}

const cameOf = (known: Finding | null, finding: Finding, now: Date): readonly Notice[] => {
  if (finding.waived !== null) {
    const isNews = known !== null && known.waived === null
    return isNews ? [noticeOf('waived', finding, { now: finding.effective, waiver: waiverOf(finding.waived) })] : []
  }
  if (known === null) return [noticeOf('new', finding, { now: finding.effective })]
  const values = { before: known.effective, now: finding.effective }
  if (known.waived !== null) {
    const isOver = Date.parse(known.waived.expires) <= now.getTime()
    const message = isOver ? 'its waiver has ended' : 'its waiver does not hold for it any more'
    return [noticeOf('new', finding, { ...values, waiver: waiverOf(known.waived), message })]
  }
  return isSame(known, finding) ? [] : [noticeOf('changed', finding, values)]
}

/** Values of the task's evidence and those of its changes alone are alike in the fields that they share. */
const isSame = (a: Finding, b: Finding): boolean => {
  const names = new Set([...Object.keys(a.effective), ...Object.keys(b.effective)])
  const compared = [...names].filter(
    (name) => a.isEvidence === b.isEvidence || (name in a.effective && name in b.effective),
  )
  return compared.every((name) => JSON.stringify(a.effective[name]) === JSON.stringify(b.effective[name]))
}

const noticeOf = (kind: NoticeKind, finding: Finding, about: Partial<Notice>): Notice => ({
  kind,
  host: finding.host,
  ...(finding.control === null ? {} : { control: controlOf(finding.control) }),
  task: finding.task,
  ...(finding.item === null ? {} : { item: finding.item }),
  expected: finding.expected,
  ...about,
  ...(finding.source.length === 0 ? {} : { source: finding.source }),
  since: finding.since,
})

const controlOf = ({ ids, title, severity }: NonNullable<Finding['control']>): NonNullable<Notice['control']> => ({
  ids,
  ...(title === null ? {} : { title }),
  ...(severity === null ? {} : { severity }),
})

const waiverOf = ({ subject, owner, ticket, expires }: Answer): NonNullable<Notice['waiver']> => ({
  subject,
  owner,
  ...(ticket === null ? {} : { ticket }),
  expires,
})

const aboutHosts = (before: SavedState | null, now: State): readonly Notice[] => [
  ...begun('failed', before?.failed, now.failed),
  ...begun('unreachable', before?.unreachable, now.unreachable),
  ...over('recovered', before?.failed, now.failed, now),
  ...over('reachable', before?.unreachable, now.unreachable, now),
]

type Troubles = Readonly<Record<string, Trouble>>

const begun = (kind: NoticeKind, before: Troubles | undefined, now: Troubles): readonly Notice[] =>
  Object.entries(now)
    .filter(([host]) => before?.[host] === undefined)
    .map(([host, trouble]) => ({ kind, host, since: trouble.since, message: trouble.message }))

/** A host that took no part has not come back: it is not in the inventory any more. */
const over = (kind: NoticeKind, before: Troubles | undefined, now: Troubles, state: State): readonly Notice[] =>
  Object.entries(before ?? {})
    .filter(([host]) => now[host] === undefined && state.hosts.has(host))
    .map(([host, trouble]) => ({ kind, host, since: trouble.since }))

const aboutWaivers = (before: SavedState | null, now: State): readonly Notice[] =>
  Object.entries(now.ending)
    .filter(([key]) => before?.ending[key] === undefined)
    .map(([, ending]) => ({
      kind: 'waiver-expiring',
      waiver: { ...waiverOf(ending), hosts: ending.hosts },
    }))

const aboutSlots = (before: SavedState | null, { gap }: State): readonly Notice[] => {
  const known = before?.gap ?? null
  if (gap !== null && known?.how !== gap.how) {
    const message = gap.reason === '' ? gap.status : `${gap.status}: ${gap.reason}`
    return [{ kind: gap.how === 'missed' ? 'slot-missed' : 'slot-failed', since: gap.since, message }]
  }
  if (gap !== null || known === null) return []
  const many = known.slots === 1 ? `1 slot ${known.how}: ${known.since}` : `${known.slots} slots ${known.how}`
  const span = known.slots === 1 ? '' : `, from ${known.since} to ${known.last}`
  return [{ kind: 'slots-again', since: known.since, message: `${many}${span}` }]
}
