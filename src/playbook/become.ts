import { flagOf } from '../yaml/flag.ts'
import { nodeValue } from '../yaml/node.ts'
import type { Fields } from './fields.ts'
import { holdsTemplate } from './read-field.ts'
import type { Become } from './shape.ts'
import type { TemplateContext } from './template.ts'

/** Reads `become`, `become_user` and `become_method`. */
export const becomeOf = (fields: Fields, context: TemplateContext): Become => {
  const method = fields.text('become_method')
  if (method !== undefined && !/^(?:ansible\.builtin\.)?sudo$/.test(method)) {
    const at = fields.entry('become_method')?.value.at
    context.complain({ message: `not yet: become_method ${method}`, ...(at ? { at } : {}), hint: 'the method is sudo' })
  }
  const node = fields.entry('become')?.value
  const user = fields.template('become_user')
  const become =
    node === undefined
      ? undefined
      : node.kind === 'scalar' && flagOf(nodeValue(node)) === undefined && holdsTemplate(node)
        ? fields.template('become')
        : fields.flag('become')
  return {
    ...(become === undefined || become === null ? {} : { become }),
    ...(user === null ? {} : { user }),
  }
}
