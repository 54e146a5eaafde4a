import type { At, Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { Wish } from './loading.ts'
import type { Task } from './shape.ts'

/** Holds handlers against the names that tasks notify: each name has a handler, each handler a name of its own. */
export const checkHandlers = (
  handlers: readonly Task[],
  wishes: readonly Wish[],
  complain: (mistake: Mistake) => void,
): void => {
  checkNames(handlers, complain)
  const names = new Set(handlers.flatMap(({ name, named, listen }) => (named ? [name, ...listen] : listen)))
  for (const { name, at, complain: tell } of wishes) {
    if (names.has(name)) continue
    const message = `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`
    tell({ message, at, ...didYouMean(name, names) })
  }
}

const checkNames = (handlers: readonly Task[], complain: (mistake: Mistake) => void): void => {
  const known = new Map<string, At>()
  for (const handler of handlers) {
    const before = known.get(handler.name)
    if (before !== undefined && handler.named) {
      const message = `two handlers have the name "${handler.name}": the other is in line ${before.line}`
      complain({ message, at: handler.at })
    }
    known.set(handler.name, handler.at)
    if (!handler.named && handler.listen.length === 0 && handler.module.standing !== true && !handler.flush) {
      const message = 'a handler without a name is never notified'
      complain({ message, at: handler.at, hint: 'give it a name:, or listen:' })
    }
  }
}
