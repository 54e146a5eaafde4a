// Wall clock times are written as the milliseconds that the same time would be in UTC.

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** no zone shifts its clocks twice within so long */
const SPAN_MS = 6 * HOUR_MS
/** spans that are remembered: as many as 14 years have */
const MOST_SPANS = 20_000

/** The wall clock of a time zone. */
export interface Zone {
  /** what the clock shows at a moment */
  wallAt(moment: number): number
  /** the moments at which the clock shows a time: one; none where it is skipped; two where it comes twice */
  momentsOf(wall: number): readonly number[]
  /** the moment at which a time is skipped; null where the whole day is */
  shiftOver(wall: number): number | null
  /** the shift between two moments, of which there is one */
  shiftBetween(from: number, to: number): number
}

const zones = new Map<string, Zone>()

/** Gives the wall clock of a time zone by its IANA name; throws RangeError where there is none. */
export const zoneOf = (name: string): Zone => {
  const known = zones.get(name)
  if (known !== undefined) return known
  const made = zoneFrom(offsetsOf(name))
  zones.set(name, made)
  return made
}

type Offset = (moment: number) => number

const zoneFrom = (offset: Offset): Zone => {
  const shiftBetween = (from: number, to: number): number => {
    const before = offset(from)
    let [low, high] = [Math.floor(from / 1000), Math.ceil(to / 1000)]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offset(middle * 1000) === before) low = middle
      else high = middle
    }
    return high * 1000
  }
  return {
    wallAt: (moment) => moment + offset(moment),
    momentsOf: (wall) => {
      const around = [...new Set([offset(wall - DAY_MS), offset(wall + DAY_MS)])]
      return around
        .filter((one) => offset(wall - one) === one)
        .map((one) => wall - one)
        .sort((a, b) => a - b)
    },
    shiftOver: (wall) => {
      const [from, to] = [wall - DAY_MS, wall + DAY_MS]
      return offset(to) - offset(from) < DAY_MS ? shiftBetween(from, to) : null
    },
    shiftBetween,
  }
}

/** How far the clock is ahead of UTC. Asking Intl takes long, so what holds all through a span is remembered. */
const offsetsOf = (name: string): Offset => {
  const ask = asked(name)
  const spans = new Map<number, number | null>()
  return (moment) => {
    const span = Math.floor(moment / SPAN_MS)
    let all = spans.get(span)
    if (all === undefined) {
      const first = ask(span * SPAN_MS)
      all = first === ask((span + 1) * SPAN_MS - 1000) ? first : null
      if (spans.size >= MOST_SPANS) spans.clear()
      spans.set(span, all)
    }
    return all ?? ask(moment)
  }
}

const asked = (name: string): Offset => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000
  }
}
