import { type Mistake, UserError } from '../contract/errors.ts'
import { chooseHosts } from '../inventory/pattern.ts'
import type { Inventory } from '../inventory/shape.ts'
import { itemsOf, type YamlNode } from '../yaml/node.ts'
import { readRecordFile, recordOf, type YamlRecord } from '../yaml/record.ts'
import type { Playbooks } from './notes.ts'
import { expiryOf } from './read-expiry.ts'
import { namedValueOf } from './read-value.ts'
import type { Waiver } from './shape.ts'
import { slipOf } from './slip.ts'
import { twice } from './twice.ts'

/** What waivers are read against; `now`: an expiry is at most a year ahead of it, or of the waiver's `created`. */
export interface AboutWaivers {
  readonly inventory: Inventory
  readonly playbooks: Playbooks
  readonly now: Date
}

/** Reads a file of waivers; throws UserError with every mistake in it. */
export const readWaivers = (file: string, about: AboutWaivers): readonly Waiver[] => {
  const { root, mistakes } = readRecordFile(file, 'file of waivers')
  const waivers = itemsIn(root, mistakes).flatMap((node) => {
    const record = recordOf(node, { keys: KEYS, what: 'a waiver', mistakes })
    return record === null ? [] : (waiverOf(record, about) ?? [])
  })
  const all = [...mistakes, ...twice(waivers, about.now)]
  if (all.length > 0) throw new UserError(all.sort((one, other) => lineOf(one) - lineOf(other)))
  return waivers
}

const KEYS = [
  ...['control', 'task', 'hosts', 'value', 'reason', 'owner', 'approved_by', 'ticket', 'created', 'expires', 'warn'],
]
const WARN_DAYS = 14

const lineOf = ({ at }: Mistake): number => at?.line ?? 0

const itemsIn = (root: YamlNode | null, mistakes: Mistake[]): readonly YamlNode[] => {
  if (root === null) return []
  if (root.kind === 'list') return root.items
  const list = recordOf(root, { keys: ['waivers'], what: 'a file of waivers', mistakes })?.node('waivers')
  return list === undefined ? [] : itemsOf(list)
}

const waiverOf = (record: YamlRecord, about: AboutWaivers): Waiver | undefined => {
  const subject = subjectOf(record, about.playbooks)
  const hosts = hostsOf(record, about.inventory)
  const reason = required(record, 'reason', 'why is it let be?')
  const owner = ownerOf(record)
  const expires = expiryOf(record, about.now)
  const warnDays = record.whole('warn', 0) ?? WARN_DAYS
  const value = namedValueOf(record)
  const ticket = record.text('ticket') ?? null
  if (subject === undefined || hosts === undefined || value === undefined) return undefined
  if (reason === undefined || owner === undefined || expires === undefined) return undefined
  return { at: record.at, subject, ...hosts, value, reason, owner, ticket, expires, warnDays }
}

const subjectOf = (record: YamlRecord, { controls, tasks }: Playbooks): Waiver['subject'] | undefined => {
  const [control, task] = [record.text('control'), record.text('task')]
  if (record.has('control') === record.has('task')) {
    const place = record.has('task') ? 'task' : 'control'
    return record.complain(place, 'a waiver is of a control or a task', 'as in control: SSH-AUTH-01')
  }
  const kind = record.has('control') ? 'control' : 'task'
  const name = control ?? task
  if (name === undefined || name.trim() === '')
    return record.node(kind) !== undefined && name === undefined
      ? undefined
      : record.complain(kind, `"${kind}" is empty`, 'a waiver is of a control or a task')
  const meant = slipOf(name, kind === 'control' ? controls : tasks)
  if (meant === null) return { kind, name }
  return record.complain(kind, `no ${kind} is called "${name}"`, `did you mean "${meant}"?`)
}

const hostsOf = (record: YamlRecord, inventory: Inventory): Pick<Waiver, 'hosts' | 'names'> | undefined => {
  const pattern = record.texts('hosts').join(',')
  if (pattern === '')
    return record.complain('hosts', 'a waiver says for which hosts', 'as in hosts: db*, or hosts: all')
  const { hosts, mistakes } = chooseHosts(pattern, inventory)
  // one file may serve several inventories: a name that is like none of this one is no mistake
  for (const { message, hint } of mistakes) if (hint !== undefined) record.complain('hosts', message, hint)
  return { hosts: pattern, names: new Set(hosts) }
}

const ownerOf = (record: YamlRecord): string | undefined => {
  if (!record.has('approved_by')) return required(record, 'owner', 'who answers for it?')
  if (!record.has('owner')) return required(record, 'approved_by', 'who answers for it?')
  return record.complain('approved_by', '"approved_by" is another word for "owner"', 'leave one of them out')
}

const required = (record: YamlRecord, key: string, question: string): string | undefined => {
  const text = record.text(key)
  if (text !== undefined && text.trim() !== '') return text
  if (text === undefined && record.node(key) !== undefined) return undefined
  return record.complain(key, `a waiver needs "${key}"`, question)
}
