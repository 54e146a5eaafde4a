import type { Finding, Waive, Waived } from '../contract/control.ts'
import { boundValue, isAbout, isAsBefore, isOfValue, isUseOf, observedOf, valueWords, waivedOf } from './match.ts'
import { type Looked, notesOf, type Playbooks, type Use } from './notes.ts'
import type { Waiver } from './shape.ts'

/** Waivers at work in one run. */
export interface Waiving {
  readonly waive: Waive
  /** what is worth saying of them at the end: those that ended, end soon, hold no more, or answered for nothing */
  notes(looked: Looked): readonly string[]
}

/**
 * Lets waivers answer for findings, and notes what they did.
 *
 * @param about.before how the same finding was waived earlier; none where it was not, or nobody remembers
 */
export const useWaivers = (
  waivers: readonly Waiver[],
  about: {
    readonly clock: () => Date
    readonly before: (finding: Finding) => readonly Waived[]
    readonly playbooks: Playbooks
  },
): Waiving => {
  const uses = new Map<Waiver, Use>(
    waivers.map((waiver) => [waiver, { answered: new Set(), ended: new Set(), moved: new Map() }]),
  )
  const waive: Waive = (finding) => {
    const now = about.clock()
    const observed = observedOf(finding)
    const misses: (() => void)[] = []
    for (const [waiver, use] of uses) {
      if (!isAbout(waiver, finding)) continue
      const isOver = waiver.expires <= now
      const bound = boundOf(waiver, about.before(finding))
      if (bound.some((holds) => holds.isFor(observed))) {
        if (!isOver) {
          use.answered.add(finding.host)
          return waivedOf(waiver, observed)
        }
        misses.push(() => use.ended.add(finding.host))
      } else if (!isOver) {
        const found = finding.hidden ? 'hidden by no_log' : valueWords(boundValue(observed))
        const moved = { bound: bound[0]?.words ?? '', found }
        misses.push(() => use.moved.set(finding.host, moved))
      }
    }
    // where another waiver answers, these are no news
    for (const miss of misses) miss()
    return null
  }
  return { waive, notes: (looked) => notesOf(uses, { looked, playbooks: about.playbooks, now: about.clock() }) }
}

interface Bound {
  readonly words: string
  isFor(observed: ReturnType<typeof observedOf>): boolean
}

/** The values that a waiver is bound to: the one that it names, else what it answered for earlier, else any. */
const boundOf = (waiver: Waiver, before: readonly Waived[]): readonly Bound[] => {
  const { value } = waiver
  if (value !== null) return [{ words: valueWords(value), isFor: (observed) => isOfValue(value, observed) }]
  const earlier = before.filter((one) => isUseOf(one, waiver))
  if (earlier.length === 0) return [{ words: 'any value', isFor: () => true }]
  return earlier.map((one) => ({ words: valueWords(one.value), isFor: (observed) => isAsBefore(one, observed) }))
}
