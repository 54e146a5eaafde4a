import { type Mistake, place } from '../contract/errors.ts'
import { valueWords } from './match.ts'
import type { Waiver } from './shape.ts'

/** The mistakes of waivers that answer for what an earlier one answers for; one that has ended does not count. */
export const twice = (waivers: readonly Waiver[], now: Date): readonly Mistake[] => {
  const open = waivers.filter(({ expires }) => expires > now)
  return open.flatMap((waiver, index) => {
    const first = open.slice(0, index).find((earlier) => isSameThing(earlier, waiver))
    if (first === undefined) return []
    const host = [...waiver.names].find((name) => first.names.has(name)) ?? waiver.hosts
    return [
      {
        message: `a second waiver of ${waiver.subject.name} on ${host}`,
        at: waiver.at,
        hint: `the first is at ${place(first.at)}`,
      },
    ]
  })
}

const isSameThing = (one: Waiver, other: Waiver): boolean =>
  one.subject.kind === other.subject.kind &&
  one.subject.name === other.subject.name &&
  isSameValue(one.value, other.value) &&
  (one.hosts === other.hosts || [...other.names].some((name) => one.names.has(name)))

/** One that names no value is of any. */
const isSameValue = (one: Waiver['value'], other: Waiver['value']): boolean =>
  one === null || other === null || valueWords(one) === valueWords(other)
