import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import type { Unit } from './find.ts'
import { parseClocks } from './load-time.ts'
import type { Watched } from './watched.ts'

/** A machine's clock, in milliseconds since 1970; beyond all times where it cannot tell. */
export const clockOf = async (on: Look, unit: Unit): Promise<number> =>
  unit.nowMs ?? parseClocks((await on.ask(questions.clocks())).stdout)?.nowMs ?? Number.POSITIVE_INFINITY

/** What may be newer than a unit's last load, whatever the machine's clock says. A file of the very moment may have been read or not. */
export const suspectsOf = ({ load }: Unit, watched: readonly Watched[]): readonly Watched[] =>
  watched.filter(({ changedMs }) => changedMs >= (load?.ms ?? 0))

/**
 * What is newer than a unit's last load. A time that is still to come says nothing about order; the time of the
 * attributes, which is the machine's own, then does, unless it is to come too.
 */
export const newerOf = (unit: Unit, watched: readonly Watched[], nowMs: number): readonly Watched[] =>
  suspectsOf(unit, watched).filter(({ changedMs, attributesMs }) => {
    const isPlanned = changedMs === Number.POSITIVE_INFINITY
    const ms = isPlanned || changedMs <= nowMs + CLOCK_STEP_MS ? changedMs : attributesMs
    return (isPlanned || ms <= nowMs + CLOCK_STEP_MS) && ms >= (unit.load?.ms ?? 0)
  })

const CLOCK_STEP_MS = 2000
