import { type Control, SEVERITIES, type Severity } from '../contract/control.ts'
import { didYouMean } from '../contract/suggest.ts'
import { wordsFor, type YamlNode } from '../yaml/node.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { Loading } from './loading.ts'
import { holdsTemplate } from './read-field.ts'

const KEYS = ['id', 'ids', 'title', 'severity', 'references']

/** Reads `control:`, the control that a task stands for: its id alone, or a map of ids, title, severity and references. */
export const controlOf = (fields: Fields, loading: Loading): Control | null => {
  const entry = fields.entry('control')
  if (entry === undefined) return null
  const { value } = entry
  refuseTemplates(value, loading)
  if (value.kind !== 'map') return checked({ ids: fields.texts('control'), ...NOTHING_MORE }, entry.at, loading)
  const inner = fieldsOf(value, loading)
  for (const { key, at } of value.entries) {
    if (KEYS.includes(key)) continue
    loading.complain({ message: `"${key}" is not a valid attribute for a control`, at, ...didYouMean(key, KEYS) })
  }
  const control = {
    ids: [...inner.texts('id'), ...inner.texts('ids')],
    title: inner.text('title') ?? null,
    severity: severityOf(inner, loading),
    references: inner.texts('references'),
  }
  return checked(control, entry.at, loading)
}

const NOTHING_MORE = { title: null, severity: null, references: [] }

const checked = (control: Control, at: Fields['map']['at'], loading: Loading): Control | null => {
  const ids = [...new Set(control.ids.map((id) => id.trim()).filter((id) => id !== ''))]
  if (ids.length > 0) return { ...control, ids }
  loading.complain({ message: 'a control has an id', at, hint: 'as in control: SSH-AUTH-01' })
  return null
}

/** A control is the same on every host: waivers and reports go by it. */
const refuseTemplates = (node: YamlNode, loading: Loading): void => {
  if (node.kind === 'map') for (const { value } of node.entries) refuseTemplates(value, loading)
  else if (node.kind === 'list') for (const item of node.items) refuseTemplates(item, loading)
  else if (holdsTemplate(node))
    loading.complain({ message: 'a control is the same on every host: it takes no template', at: node.at })
}

const severityOf = (fields: Fields, loading: Loading): Severity | null => {
  const node = fields.entry('severity')?.value
  if (node === undefined) return null
  const found = SEVERITIES.find((word) => node.kind === 'scalar' && node.value === word)
  if (found !== undefined) return found
  loading.complain({ message: `"severity" is one of ${SEVERITIES.join(', ')}, not ${wordsFor(node)}`, at: node.at })
  return null
}
