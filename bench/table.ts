import type { Cost } from './measure.ts'

/** A row of a table: what each round cost, or what was found wrong with the tool's work, in which case its figures are no figures. */
export interface Row {
  readonly title: string
  readonly costs: readonly Cost[]
  readonly objection?: string
}

/** A figure from elsewhere, shown as such. */
export interface Quoted {
  readonly title: string
  /** milliseconds per host, client and host together */
  readonly both: number
  readonly timesBare: number
}

/** The one in the middle, or the mean of the two. */
export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const [low = 0, high = 0] = [sorted[(numbers.length - 1) >> 1], sorted[numbers.length >> 1]]
  return (low + high) / 2
}

/** What several commands cost per host and as a multiple of the first row, in Markdown. */
export const costTable = (rows: readonly Row[], hosts: number, quoted: readonly Quoted[]): string => {
  const bare = rows[0]?.costs ?? []
  const cell = (costs: readonly Cost[], read: (cost: Cost) => number, digits: number): string => {
    const value = median(costs.map(read))
    return `${value.toFixed(digits)} (${times(value, median(bare.map(read)))})`
  }
  const lines = rows.map(({ title, costs, objection }) => {
    if (objection !== undefined || costs.length === 0) return line([title, 'did not do its work', '', '', '', '', ''])
    const all = costs.map((cost) => bothOf(cost) / hosts)
    return line([
      title,
      cell(costs, ({ clientCpu }) => (clientCpu * 1000) / hosts, 1),
      cell(costs, ({ hostCpu }) => (hostCpu * 1000) / hosts, 1),
      cell(costs, (cost) => bothOf(cost) / hosts, 1),
      `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}`,
      cell(costs, ({ wall }) => (wall * 1000) / hosts, 1),
      `${cell(costs, ({ peakMiB }) => peakMiB / hosts, 2)}, ${median(costs.map(({ peakMiB }) => peakMiB)).toFixed(0)} in all`,
    ])
  })
  const others = quoted.map(({ title, both, timesBare }) =>
    line([`${title} (quoted, not measured in this table)`, '', '', `${both} (${timesBare} ×)`, '', '', '']),
  )
  return [...head(COST_COLUMNS), ...lines, ...others].join('\n')
}

const COST_COLUMNS = [
  'per host (× bare ssh)',
  'client CPU ms',
  'host CPU ms',
  'both',
  'lowest to highest',
  'wall ms',
  'peak memory MiB',
]

/** What a command takes with and without a delay on the way, in seconds of wall time. */
export interface Delayed {
  readonly title: string
  readonly slow: number
  readonly quick: number
}

/** What a delay adds to several commands, in round trips, and how many more that are than the first row's, in Markdown. */
export const delayTable = (rows: readonly Delayed[], roundTripMs: number): string => {
  const bare = rows[0]?.slow ?? 0
  const trips = (seconds: number): string => ((seconds * 1000) / roundTripMs).toFixed(1)
  const lines = rows.map(({ title, slow, quick }) =>
    line([title, slow.toFixed(2), trips(slow - bare), quick.toFixed(2), trips(slow - quick)]),
  )
  const columns = [
    '',
    'wall s',
    'over bare ssh, in round trips',
    'wall s without the delay',
    'added by it, in round trips',
  ]
  return [...head(columns), ...lines].join('\n')
}

/** What several commands take to start, in Markdown; CPU in seconds, of the client alone. */
export const startTable = (rows: readonly Row[]): string => {
  const lines = rows.map(({ title, costs }) => {
    const milliseconds = costs.map(({ clientCpu }) => clientCpu * 1000)
    const spread = `${Math.min(...milliseconds).toFixed(0)} to ${Math.max(...milliseconds).toFixed(0)}`
    const wall = median(costs.map((cost) => cost.wall * 1000))
    return line([title, median(milliseconds).toFixed(0), spread, wall.toFixed(0)])
  })
  return [...head(['', 'CPU ms', 'lowest to highest', 'wall ms']), ...lines].join('\n')
}

const bothOf = ({ clientCpu, hostCpu }: Cost): number => (clientCpu + hostCpu) * 1000

const times = (value: number, of: number): string => `${of === 0 ? '?' : (value / of).toFixed(1)} ×`

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const head = (columns: readonly string[]): readonly string[] => [line(columns), line(columns.map(() => '---'))]
