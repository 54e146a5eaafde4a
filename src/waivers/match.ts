import type { Control, Finding, Waived } from '../contract/control.ts'
import { place } from '../contract/errors.ts'
import type { ChangeValue } from '../contract/outcome.ts'
import type { Waiver } from './shape.ts'

/** What is waived, on a host: a task as it is shown and as it is written, and the control that it stands for. */
export interface Subject {
  readonly host: string
  readonly task: string
  readonly written?: string
  readonly control: Control | null
}

/** Values by field; of a file the field is `mode of PATH`. */
export type Observed = Readonly<Record<string, ChangeValue>>

/** Whether a waiver is of a subject, whatever was observed and whenever it ends. */
export const isAbout = ({ subject, names }: Waiver, { host, task, written, control }: Subject): boolean => {
  if (!names.has(host)) return false
  if (subject.kind === 'control') return control?.ids.includes(subject.name) === true
  return subject.name === task || subject.name === written
}

/** The observed value of a finding: of each differing field what was found. A text goes by its hash, and only where no field tells of it. */
export const observedOf = ({ changes }: Pick<Finding, 'changes'>): Observed => {
  const hasFields = changes.some(({ path }) => path === undefined)
  return Object.fromEntries(
    changes
      .filter(({ field, path }) => !(hasFields && path !== undefined && field === 'text'))
      .map(({ field, path, before }) => [path === undefined ? field : `${field} of ${path}`, before]),
  )
}

/** Whether what was observed is the value that a waiver names: every differing field has it. */
export const isOfValue = (value: NonNullable<Waiver['value']>, observed: Observed): boolean => {
  if (isFields(value))
    return Object.entries(observed).every(([field, one]) => field in value && isSame(value[field] ?? null, one))
  return Object.values(observed).every((one) => isSame(value, one))
}

const isFields = (value: NonNullable<Waiver['value']>): value is Observed =>
  typeof value === 'object' && !Array.isArray(value)

/** Whether an earlier use of a waiver was of the very same value; what `no_log` hid holds for any. */
export const isAsBefore = (before: Waived, observed: Observed): boolean =>
  before.value === null || isSame(before.value, boundValue(observed))

/** Whether an earlier use was of this waiver: one with another end is a decision of its own. */
export const isUseOf = (before: Waived, waiver: Waiver): boolean =>
  before.subject === waiver.subject.name && before.expires === waiver.expires.toISOString()

/** A waiver as a result carries it, with the value that it is bound to from now on. */
export const waivedOf = (waiver: Waiver, observed: Observed): Waived => ({
  subject: waiver.subject.name,
  reason: waiver.reason,
  owner: waiver.owner,
  ticket: waiver.ticket,
  expires: waiver.expires.toISOString(),
  value: boundValue(observed),
  at: place(waiver.at),
})

/** One value as it is, several as `field: value`. */
export const boundValue = (observed: Observed): ChangeValue => {
  const entries = Object.entries(observed)
  const [only] = entries
  if (entries.length === 1 && only !== undefined) return only[1] ?? NOTHING
  return entries.map(([field, value]) => `${field}: ${valueWords(value)}`).sort()
}

const NOTHING = 'none'

/** What a waiver names as its value, in words. */
export const valueWords = (value: NonNullable<Waiver['value']> | null): string => {
  if (value === null) return NOTHING
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return value === '' ? '""' : String(value)
  if (!isFields(value)) return value.join(', ')
  return Object.entries(value)
    .map(([field, one]) => `${field}: ${valueWords(one)}`)
    .join(', ')
}

/** Two spellings of one value are the same: `yes` and true, 22 and `22`. */
const isSame = (one: ChangeValue, other: ChangeValue): boolean => spelled(one) === spelled(other)

const spelled = (value: ChangeValue): string => {
  if (value === null) return NOTHING
  if (typeof value === 'object') return JSON.stringify(value.map(spelled))
  const text = String(value)
  return /^(?:true|on|yes)$/i.test(text) ? 'yes' : /^(?:false|off|no)$/i.test(text) ? 'no' : text
}
