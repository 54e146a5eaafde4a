import type { Mistake } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import type { MapNode } from '../yaml/node.ts'
import type { Keywords } from './keywords.ts'

/** Complains of the keys that are no keywords; `known` says which others have a meaning here, `hint` what to do with a key. */
export const checkKeys = (
  map: MapNode,
  keywords: Keywords,
  complain: (mistake: Mistake) => void,
  about: { known(key: string): boolean; hint?(key: string): string | undefined } = { known: () => false },
): void => {
  for (const { key, at } of map.entries) {
    if (keywords.ours.has(key) || about.known(key)) continue
    const instead = keywords.notYet.get(key)
    if (instead !== undefined) {
      complain({ message: `not yet: "${key}"`, at, ...(instead === '' ? {} : { hint: instead }) })
    } else {
      const hint = about.hint?.(key)
      const message = `"${key}" is not a valid attribute for ${keywords.of}`
      complain({ message, at, ...(hint === undefined ? didYouMean(key, keywords.ours) : { hint }) })
    }
  }
}
