import { plain } from './findings.ts'
import { NOTICE_KINDS, type Notice, type NoticeKind, type Values } from './shape.ts'

const MOST_HOSTS = 3
const MOST_LINES = 40

/** One line that says what changed, such as `keyward: 2 new findings on web1, web2 (nightly)`. */
export const headline = (schedule: string, notices: readonly Notice[]): string => {
  const parts = NOTICE_KINDS.flatMap((kind) => {
    const those = notices.filter((notice) => notice.kind === kind)
    return those.length === 0 ? [] : [`${counted(kind, those.length)}${on(those)}`]
  })
  return plain(`keyward: ${parts.join('; ')} (${plain(schedule)})`)
}

const on = (notices: readonly Notice[]): string => {
  const hosts = [...new Set(notices.flatMap(({ host }) => host ?? []))]
  if (hosts.length === 0) return ''
  const named = hosts.slice(0, MOST_HOSTS).join(', ')
  return ` on ${named}${hosts.length > MOST_HOSTS ? ` and ${hosts.length - MOST_HOSTS} more` : ''}`
}

const NOUNS: Readonly<Record<NoticeKind, readonly [string, string]>> = {
  new: ['new finding', 'new findings'],
  changed: ['finding changed', 'findings changed'],
  failed: ['failure', 'failures'],
  unreachable: ['lost connection', 'lost connections'],
  'slot-failed': ['slot failed', 'slots failed'],
  'slot-missed': ['slot missed', 'slots missed'],
  'waiver-expiring': ['waiver ends soon', 'waivers end soon'],
  repaired: ['repair', 'repairs'],
  fixed: ['finding fixed', 'findings fixed'],
  waived: ['finding waived', 'findings waived'],
  gone: ['finding no longer judged', 'findings no longer judged'],
  recovered: ['failure over', 'failures over'],
  reachable: ['connection back', 'connections back'],
  'slots-again': ['slots run again', 'slots run again'],
}

const counted = (kind: NoticeKind, count: number): string =>
  kind === 'slots-again' ? NOUNS[kind][0] : `${count} ${NOUNS[kind][count === 1 ? 0 : 1]}`

/** What changed in lines of text, the worst first; what is too much is counted. */
export const summaryOf = (notices: readonly Notice[]): readonly string[] => {
  const lines = notices.slice(0, MOST_LINES).map(lineOf)
  return notices.length > MOST_LINES ? [...lines, `and ${notices.length - MOST_LINES} more`] : lines
}

const lineOf = (notice: Notice): string => {
  const { kind, host, control, task, item, message, waiver, source, since } = notice
  const subject = [control?.ids.join(', '), task, item === undefined ? undefined : `(${item})`]
    .filter((part) => part !== undefined)
    .join(' ')
  const parts = [
    `${kind}:`,
    host,
    subject === '' ? undefined : subject,
    valuesOf(notice),
    source?.[0] === undefined ? undefined : `at ${source[0]}`,
    message === undefined || message === '' ? undefined : `- ${message}`,
    waiver === undefined ? undefined : `- waiver of ${waiver.subject} by ${waiver.owner} until ${waiver.expires}`,
    waiver?.hosts === undefined ? undefined : `on ${waiver.hosts.slice(0, MOST_HOSTS).join(', ')}`,
    since === undefined ? undefined : `- since ${since}`,
  ]
  return plain(parts.filter((part) => part !== undefined).join(' '))
}

const valuesOf = ({ before, now }: Notice): string | undefined => {
  const one = (values: Values, name: string): string => {
    const value = values[name]
    return value === null || value === undefined ? 'nothing' : String(value)
  }
  const names = Object.keys(now ?? before ?? {})
  if (names.length === 0) return undefined
  const texts = names.map((name) =>
    before === undefined || now === undefined
      ? `${name} ${one(now ?? before ?? {}, name)}`
      : `${name} ${one(before, name)} -> ${one(now, name)}`,
  )
  return texts.join(', ')
}
