import { place } from '../contract/errors.ts'
import { untilWords } from '../contract/until.ts'
import { isAbout, type Subject } from './match.ts'
import type { Waiver } from './shape.ts'

/** What one waiver did in a run, by host. */
export interface Use {
  readonly answered: Set<string>
  readonly ended: Set<string>
  /** the value that it is bound to, and the one that was found */
  readonly moved: Map<string, { readonly bound: string; readonly found: string }>
}

/** What the playbooks of a run hold, to waive. */
export interface Playbooks {
  readonly controls: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
}

/** What a run looked at. */
export interface Looked {
  readonly subjects: readonly (Subject & { readonly isAsWanted: boolean })[]
  /** hosts of which something may not have been looked at */
  readonly unsure: ReadonlySet<string>
}

interface About {
  readonly looked: Looked
  readonly playbooks: Playbooks
  readonly now: Date
}

const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = 60 * 60 * 1000
const MOST_NAMED = 5

/** What is worth saying of waivers at the end of a run. */
export const notesOf = (uses: ReadonlyMap<Waiver, Use>, about: About): readonly string[] => {
  const strays = [...uses].filter(([waiver, use]) => isStray(waiver, use, about)).map(([waiver]) => waiver)
  return [
    ...[...uses].filter(([waiver]) => !strays.includes(waiver)).flatMap(([waiver, use]) => noteOf(waiver, use, about)),
    ...(strays.length === 0 ? [] : [strayNote(strays)]),
  ]
}

const noteOf = (waiver: Waiver, use: Use, { looked, now }: About): readonly string[] => {
  const { answered, ended, moved } = use
  const name = `the waiver of ${waiver.subject.name}`
  const who = `${waiver.owner}${waiver.ticket === null ? '' : `, ${waiver.ticket}`}`
  const until = untilWords(waiver.expires)
  const leftMs = waiver.expires.getTime() - now.getTime()
  const on = (hosts: Iterable<string>): string => listed(inOrder(waiver, hosts))
  return [
    ...(ended.size > 0 ? [`${name} on ${on(ended)} ended ${until} (${who}): it is a finding again`] : []),
    ...(answered.size > 0 && leftMs <= waiver.warnDays * DAY_MS
      ? [`${name} on ${on(answered)} ends in ${inWords(leftMs)}, ${until} (${who})`]
      : []),
    ...alike(waiver, moved).map(
      ({ hosts, bound, found }) =>
        `${name} does not hold on ${on(hosts)} (${who}): it is of ${bound}, found is ${found}`,
    ),
    ...(isIdle(waiver, use, looked) && leftMs > 0
      ? [`${name} (${place(waiver.at)}) answered for nothing: all is as wanted on ${on(waiver.names)}`]
      : []),
  ]
}

/** Hosts on which the same is found in the place of the same. */
const alike = (
  waiver: Waiver,
  moved: Use['moved'],
): readonly { readonly hosts: readonly string[]; readonly bound: string; readonly found: string }[] => {
  const groups = new Map<string, { readonly hosts: string[]; readonly bound: string; readonly found: string }>()
  for (const host of inOrder(waiver, moved.keys())) {
    const { bound, found } = moved.get(host) ?? { bound: '', found: '' }
    const key = JSON.stringify([bound, found])
    const group = groups.get(key) ?? { hosts: [], bound, found }
    group.hosts.push(host)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Whether there was nothing to waive: all that it is of was looked at, and is as wanted. */
const isIdle = (waiver: Waiver, { answered, ended, moved }: Use, { subjects, unsure }: Looked): boolean => {
  if (answered.size + ended.size + moved.size > 0) return false
  const own = subjects.filter((subject) => isAbout(waiver, subject))
  return (
    own.length > 0 && own.every(({ isAsWanted }) => isAsWanted) && ![...waiver.names].some((host) => unsure.has(host))
  )
}

/** Whether these playbooks and this inventory have nothing that it could be of. */
const isStray = (waiver: Waiver, { answered, ended, moved }: Use, { looked, playbooks }: About): boolean => {
  const { subject, names } = waiver
  if (answered.size + ended.size + moved.size > 0) return false
  // a name with a template is known by what it became
  if (looked.subjects.some((one) => isAbout(waiver, one))) return false
  return names.size === 0 || !(subject.kind === 'control' ? playbooks.controls : playbooks.tasks).has(subject.name)
}

const strayNote = (strays: readonly Waiver[]): string => {
  const named = listed(strays.map(({ subject, hosts }) => `${subject.name} for ${hosts}`))
  return `nothing in these playbooks and this inventory is waived by ${named}`
}

const inOrder = ({ names }: Waiver, hosts: Iterable<string>): readonly string[] => {
  const some = new Set(hosts)
  return [...names].filter((host) => some.has(host))
}

const listed = (all: readonly string[]): string =>
  all.length <= MOST_NAMED
    ? all.join(', ')
    : `${all.slice(0, MOST_NAMED).join(', ')} and ${all.length - MOST_NAMED} more`

const inWords = (ms: number): string => {
  if (ms >= DAY_MS) return counted(Math.floor(ms / DAY_MS), 'day')
  return ms >= HOUR_MS ? counted(Math.floor(ms / HOUR_MS), 'hour') : 'less than an hour'
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
