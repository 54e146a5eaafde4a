import { type Markup, markup } from './markup.ts'
import { minute } from './views/value.ts'

/** One past run in a trend: tasks of all hosts. */
export interface TrendPoint {
  readonly id: string
  /** ISO 8601, in UTC */
  readonly finished: string
  readonly passed: number
  readonly findings: number
  readonly waived: number
  /** of what failed too nothing is known */
  readonly unjudged: number
}

const PARTS = ['findings', 'unjudged', 'waived', 'passed'] as const
const WORDS = { findings: 'findings', unjudged: 'not judged', waived: 'waived', passed: 'passed' } as const

/** The runs as bars, oldest first; nothing where there is one run only. */
export const trendView = (points: readonly TrendPoint[]): Markup | null => {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 2) return null
  const highest = Math.max(1, ...points.map(totalOf))
  const width = 600 / points.length
  const described = `${points.length} runs from ${minute(first.finished)} to ${minute(last.finished)}: findings from ${first.findings} to ${last.findings}, passed from ${first.passed} to ${last.passed}`
  return markup`<section class="trend"><h2>Trend</h2><figure>
<svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-labelledby="trend-title trend-text"><title id="trend-title">Checks per run</title><desc id="trend-text">${described}</desc>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="stripe" width="2.5" height="6"/></pattern></defs>
${points.map((point, index) => bar(point, { x: index * width, width, highest }))}</svg>
<figcaption><span>${minute(first.finished)}</span><span>${points.length} runs, UTC</span><span>${minute(last.finished)}</span></figcaption></figure>
<p class="key">${PARTS.map((part) => markup`<span class="${part}">${WORDS[part]} <b>${last[part]}</b></span> `)}</p></section>`
}

const totalOf = (point: TrendPoint): number => PARTS.reduce((all, part) => all + point[part], 0)

const bar = (
  point: TrendPoint,
  { x, width, highest }: { readonly x: number; readonly width: number; readonly highest: number },
): Markup => {
  const gap = Math.min(3, width / 5)
  let below = 120
  const rects = [...PARTS].map((part) => {
    const height = (point[part] / highest) * 116
    below -= height
    return point[part] > 0
      ? markup`<rect class="${part}" x="${round(x)}" y="${round(below)}" width="${round(width - gap)}" height="${round(height)}"/>`
      : markup``
  })
  const told = PARTS.map((part) => `${WORDS[part]} ${point[part]}`).join(', ')
  return markup`<g><title>${minute(point.finished)}: ${told}</title>${rects}</g>`
}

const round = (number: number): number => Math.round(number * 10) / 10
