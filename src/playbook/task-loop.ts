import { didYouMean } from '../contract/suggest.ts'
import { wordsFor } from '../yaml/node.ts'
import { type Fields, fieldsOf, variableName } from './fields.ts'
import type { Loading } from './loading.ts'
import { holdsTemplate } from './read-field.ts'
import type { Task } from './shape.ts'

/**
 * Reads `loop` and `loop_control`.
 *
 * @param broken called where there can be no items, which is complained of
 */
export const loopOf = (
  fields: Fields,
  loading: Loading,
  broken: () => void,
): Pick<Task, 'loop' | 'loopVar' | 'indexVar' | 'loopLabel'> => {
  const entry = fields.entry('loop')
  if (entry !== undefined && entry.value.kind !== 'list' && !holdsTemplate(entry.value)) {
    broken()
    const message = `Invalid data passed to 'loop', it requires a list, got this instead: ${wordsFor(entry.value)}`
    const hint =
      entry.value.kind === 'scalar' && typeof entry.value.value === 'string'
        ? `write loop: "{{ ${entry.value.value} }}"`
        : undefined
    loading.complain({ message, at: entry.value.at, ...(hint ? { hint } : {}) })
  }
  const loop = fields.template('loop')
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
