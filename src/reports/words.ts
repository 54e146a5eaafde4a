import type { ResultDocument } from '../output/report-schema.ts'

type Evidence = NonNullable<ResultDocument['evidence']>
type Value = Evidence['effective'][string]

/** A value as a reader wants it. */
export const valueText = (value: Value): string =>
  value === null ? 'nothing' : Array.isArray(value) ? value.join(', ') || 'an empty list' : String(value)

/** Values by field; where there is one field, its value alone. */
export const valuesText = (values: Evidence['effective']): string => {
  const all = Object.entries(values)
  const [only] = all
  if (all.length === 1 && only !== undefined) return valueText(only[1])
  return all.map(([field, value]) => `${field}: ${valueText(value)}`).join('; ')
}

/** A place on a host, with its line where that is known. */
export const whereText = ({ file, line, text, modified }: Evidence['source'][number]): string =>
  `${file}${line === undefined ? '' : `:${line}`}${text === undefined ? '' : `  ${text.trim()}`}${modified === undefined ? '' : `  (modified ${modified.slice(0, 16).replace('T', ' ')} UTC)`}`

/** A change in a line. */
export const changeText = ({ field, path, before, after, later }: ResultDocument['changes'][number]): string =>
  `${field}${path === undefined ? '' : ` of ${path}`}: ${valueText(before)} -> ${later ? 'known after the run' : valueText(after)}`
