import { escaped } from './escape.ts'

/** One past run, as a trend shows it. */
export interface TrendPoint {
  /** ISO 8601, in UTC */
  readonly at: string
  readonly passed: number
  readonly findings: number
  readonly waived: number
  /** failed ones, and those that nobody could judge */
  readonly unjudged: number
}

const WIDTH = 720
const HEIGHT = 120
const BANDS = ['passed', 'waived', 'unjudged', 'findings'] as const

/** Past runs as stacked bars, oldest first; empty where there is one run only. */
export const trendSvg = (points: readonly TrendPoint[]): string => {
  if (points.length < 2) return ''
  const most = Math.max(1, ...points.map((point) => BANDS.reduce((all, band) => all + point[band], 0)))
  const step = WIDTH / points.length
  const bars = points.map((point, index) => {
    let y = HEIGHT
    const parts = BANDS.map((band) => {
      const height = (point[band] / most) * HEIGHT
      y -= height
      return height === 0
        ? ''
        : `<rect class="t-${band}" x="${(index * step).toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(1, step - 2).toFixed(1)}" height="${height.toFixed(1)}"/>`
    })
    return `<g><title>${escaped(titleOf(point))}</title>${parts.join('')}</g>`
  })
  const [first, last] = [points[0], points.at(-1)]
  return `<figure class="trend"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(`${points.length} runs, from ${dayOf(first)} to ${dayOf(last)}`)}" preserveAspectRatio="none">${bars.join('')}</svg><figcaption><span>${escaped(dayOf(first))}</span><span>${points.length} runs</span><span>${escaped(dayOf(last))}</span></figcaption></figure>`
}

const dayOf = (point: TrendPoint | undefined): string => point?.at.slice(0, 16).replace('T', ' ') ?? ''

const titleOf = (point: TrendPoint): string =>
  `${dayOf(point)}: ${BANDS.map((band) => `${point[band]} ${band}`).join(', ')}`
