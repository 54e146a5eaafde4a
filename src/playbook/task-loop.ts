import { LATER } from '../contract/later.ts'
import { didYouMean } from '../contract/suggest.ts'
import { wordsFor } from '../yaml/node.ts'
import { type Fields, fieldsOf, variableName } from './fields.ts'
import type { Loading } from './loading.ts'
import { holdsTemplate } from './read-field.ts'
import type { Task, Template } from './shape.ts'

/** Reads `loop` and `loop_control`. */
export const loopOf = (fields: Fields, loading: Loading): Pick<Task, 'loop' | 'loopVar' | 'indexVar' | 'loopLabel'> => {
  const loop = listOf(fields, loading)
  const control = fields.mapOf('loop_control')
  if (control === undefined) return { loop, loopVar: 'item', indexVar: null, loopLabel: null }
  const inner = fieldsOf(control, loading)
  const known = ['label', 'loop_var', 'index_var']
  for (const { key, at } of control.entries) {
    if (known.includes(key)) continue
    const message = ['pause', 'extended', 'extended_allitems', 'break_when'].includes(key)
      ? `not yet: "${key}" in loop_control`
      : `"${key}" is not a valid attribute for a LoopControl`
    loading.complain({ message, at, ...didYouMean(key, known) })
  }
  if (loop === null) loading.complain({ message: 'loop_control without a loop', at: control.at })
  return {
    loop,
    loopVar: variableName(inner, 'loop_var', loading) ?? 'item',
    indexVar: variableName(inner, 'index_var', loading),
    loopLabel: inner.template('label'),
  }
}

/** The template of the items; where they are no list, which is complained of, nothing further is known of them. */
const listOf = (fields: Fields, loading: Loading): Template | null => {
  const loop = fields.template('loop')
  const node = fields.entry('loop')?.value
  if (loop === null || node === undefined || node.kind === 'list' || holdsTemplate(node)) return loop
  const message = `Invalid data passed to 'loop', it requires a list, got this instead: ${wordsFor(node)}`
  const isName = node.kind === 'scalar' && typeof node.value === 'string'
  loading.complain({ message, at: node.at, ...(isName ? { hint: `write loop: "{{ ${node.value} }}"` } : {}) })
  return { ...loop, evaluate: () => LATER }
}
