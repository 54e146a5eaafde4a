import type { Evidence } from '../contract/control.ts'
import type { Drifted } from '../engine/kept.ts'
import { said } from './changes.ts'
import { localMinute, minuteSpan } from './local-time.ts'
import { visibleLine } from './visible.ts'

/** One finding of one host. */
export interface Entry {
  readonly host: string
  readonly drifted: Drifted
}

/** Findings that are the same on their hosts, but for times. */
export type Group = readonly [Entry, ...Entry[]]

/** Puts together what is the same on many hosts, in the order of the first. */
export const alike = (entries: readonly Entry[]): readonly Group[] =>
  grouped(entries, ({ drifted }) => {
    const { how, play, task, item, control, cause, source, waived, message } = drifted
    const about = [play, task, item, control?.ids, waived?.at]
    // what is still there is told without its value
    if (how === 'persists') return JSON.stringify(about)
    return JSON.stringify([...about, cause, message, valueLines(drifted), source.map(placeOf)])
  })

/** A line for a group, and what belongs below it. */
export const groupLines = (group: Group): readonly string[] => {
  const [{ drifted }] = group
  const head = `${subjectOf(drifted)} on ${hostsOf(group)}: ${wordsOf(group)}${waiverOf(drifted)}`
  return drifted.how === 'persists' ? [head] : [head, ...valueLines(drifted), ...sourceLines(group)]
}

/** The same of what was not judged, by the reason: how many findings there are that may still be there. */
export const unjudgedLines = (entries: readonly Entry[]): readonly (readonly string[])[] =>
  grouped(entries, ({ host, drifted }) => drifted.message.replaceAll(host, '').replace(ADDRESSES, '')).map((group) => {
    const [{ drifted }] = group
    const subjects = new Set(group.map((one) => subjectOf(one.drifted)))
    const what = subjects.size === 1 ? subjectOf(drifted) : `${group.length} findings`
    const since = minuteSpan(
      group.map((one) => one.drifted.firstSeen),
      'or later, the last',
    )
    return [`${what} on ${hostsOf(group)}, seen since ${since}: ${visibleLine(drifted.message)}`]
  })

/** hosts that are not reached differ in their addresses, and the reason is the same */
const ADDRESSES = /\b\d+(\.\d+){3}(:\d+)?\b|\[?[0-9a-f]*(:[0-9a-f]*){2,}\]?(:\d+)?/gi

const grouped = (entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly Group[] => {
  const groups = new Map<string, [Entry, ...Entry[]]>()
  for (const entry of entries) {
    const group = groups.get(keyOf(entry))
    if (group === undefined) groups.set(keyOf(entry), [entry])
    else group.push(entry)
  }
  return [...groups.values()]
}

const subjectOf = ({ task, item, control }: Drifted): string =>
  visibleLine(
    `${task}${item === null ? '' : ` (${item.replace(/^\((.*)\)$/s, '$1')})`}${control === null ? '' : ` [${control.ids.join(', ')}]`}`,
  )

const hostsOf = (group: Group): string => hostNames([...new Set(group.map(({ host }) => host))])

/** Names of hosts in a few words. */
export const hostNames = (hosts: readonly string[]): string =>
  visibleLine(hosts.length <= NAMED ? hosts.join(', ') : `${hosts.slice(0, 2).join(', ')} and ${hosts.length - 2} more`)

const NAMED = 3

const wordsOf = (group: Group): string => {
  const [{ drifted }] = group
  const since = minuteSpan(
    group.map((one) => one.drifted.firstSeen),
    'to',
  )
  switch (drifted.how) {
    case 'new':
      return causeOf(drifted)
    case 'changed':
      return `${causeOf(drifted)}; a finding since ${since}`
    case 'fixed':
      return `${causeOf(drifted)}; it was there since ${since}`
    case 'persists':
      return `since ${since}`
    case 'unjudged':
      return drifted.message
  }
}

const causeOf = ({ cause, how, message }: Drifted): string => {
  switch (cause) {
    case 'host':
      return how === 'fixed' ? 'changed on the host, or by a run that was not kept' : 'changed on the host'
    case 'playbook':
      return 'the playbook changed'
    case 'both':
      return 'the host and the playbook changed'
    case 'keyward':
      return 'repaired by keyward run'
    case null:
      return message === '' ? 'why is not known' : visibleLine(message)
  }
}

const waiverOf = ({ waived }: Drifted): string => {
  if (waived === null) return ''
  const ticket = waived.ticket === null ? '' : `, ${waived.ticket}`
  return visibleLine(`, waived until ${localMinute(waived.expires)} (${waived.owner}${ticket})`)
}

/** The fields that differ, old and new; the first few of them. */
const valueLines = ({ before, now }: Drifted): readonly string[] => {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(now ?? {})])]
  const lines = fields.flatMap((field) => valueLine(field, before, now))
  return lines.length <= MOST_VALUES
    ? lines
    : [...lines.slice(0, MOST_VALUES - 1), `and ${lines.length - MOST_VALUES + 1} more`]
}

const MOST_VALUES = 4

const valueLine = (
  field: string,
  before: Evidence['effective'] | null,
  now: Evidence['effective'] | null,
): readonly string[] => {
  const [old, current] = [before?.[field], now?.[field]]
  if (JSON.stringify(old) === JSON.stringify(current)) return []
  if (current === undefined) return now === null ? [visibleLine(`${field}: was ${said(old ?? null)}`)] : []
  if (typeof current === 'string' && DIGEST.test(current))
    return [visibleLine(old === undefined ? field : `${field}: changed`)]
  return [visibleLine(`${field}: ${old === undefined ? '' : `${said(old)} -> `}${said(current)}`)]
}

const DIGEST = /^sha256:[0-9a-f]{64}$/

const placeOf = ({ file, line }: Evidence['source'][number]): string =>
  visibleLine(line === undefined ? file : `${file}:${line}`)

/** Where it is set, and when that file was modified. */
const sourceLines = (group: Group): readonly string[] => {
  const [{ drifted }] = group
  return drifted.source.map((source, index) => {
    const times = group.flatMap((one) => one.drifted.source[index]?.modifiedMs ?? [])
    const modified = minuteSpan(
      times.map((time) => new Date(time).toISOString()),
      'to',
    )
    return `at ${placeOf(source)}${modified === '' ? '' : `, modified ${modified}`}`
  })
}
