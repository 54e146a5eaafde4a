import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SEVERITIES } from '../contract/control.ts'
import { SLOT_STATUSES } from '../schedule/shape.ts'
import type { SavedState } from './shape.ts'

/** How things stand with one schedule. */
export interface Stand {
  readonly schedule: string
  /** null where no slot ended yet */
  readonly state: SavedState | null
  readonly next: Date | null
  /** messages that wait to be delivered */
  readonly pending: number
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /** of one schedule; those of what is not known are left out */
  readonly samples: (stand: Stand) => readonly Sample[]
}

const gauge = (name: string, help: string, samples: Family['samples']): Family => ({
  name,
  type: 'gauge',
  help,
  samples,
})

/** One value of the last run, where there was one. */
const ofRun =
  (value: (figures: NonNullable<SavedState['figures']>, state: SavedState) => number): Family['samples'] =>
  ({ state }) =>
    state === null || state.figures === null ? [] : [[{}, value(state.figures, state)]]

const secondsOf = (moment: string): number => Date.parse(moment) / 1000

const NO_SEVERITY = 'none'

const findingsOf = ({ findings }: SavedState): readonly Sample[] => {
  const open = Object.values(findings).filter(({ waived }) => waived === null)
  return [...SEVERITIES, NO_SEVERITY].map((severity) => [
    { severity },
    open.filter(({ control }) => (control?.severity ?? NO_SEVERITY) === severity).length,
  ])
}

const soonestOf = ({ findings }: SavedState): readonly Sample[] => {
  const ends = Object.values(findings).flatMap(({ waived }) => (waived === null ? [] : secondsOf(waived.expires)))
  return ends.length === 0 ? [] : [[{}, Math.min(...ends)]]
}

const FAMILIES: readonly Family[] = [
  gauge('last_run_timestamp_seconds', 'When the last run ended.', ({ state }) =>
    state === null || state.figures === null ? [] : [[{ mode: state.figures.mode }, secondsOf(state.figures.finished)]],
  ),
  gauge(
    'last_run_exit_code',
    'Exit code of the last run.',
    ofRun(({ exitCode }) => exitCode),
  ),
  gauge('findings', 'Open findings, those of hosts that could not be judged since among them.', ({ state }) =>
    state === null || state.figures === null ? [] : findingsOf(state),
  ),
  gauge(
    'waived',
    'Findings that a waiver answers for.',
    ofRun(({ waived }) => waived),
  ),
  gauge(
    'passed',
    'Tasks that are as wanted, of all hosts.',
    ofRun(({ passed }) => passed),
  ),
  gauge(
    'not_judged',
    'Tasks that could not be judged.',
    ofRun(({ unjudged }) => unjudged),
  ),
  gauge(
    'unreachable_hosts',
    'Hosts that could not be reached.',
    ofRun((_, { unreachable }) => Object.keys(unreachable).length),
  ),
  gauge(
    'failed_hosts',
    'Hosts on which a task failed.',
    ofRun((_, { failed }) => Object.keys(failed).length),
  ),
  {
    name: 'slots_total',
    type: 'counter',
    help: 'Slots, by how they ended or why they did not run.',
    samples: ({ state }) =>
      SLOT_STATUSES.flatMap((status) => {
        const count = state?.slots[status]
        return count === undefined ? [] : [[{ status }, count] as const]
      }),
  },
  gauge('next_slot_timestamp_seconds', 'When it is due next.', ({ next }) =>
    next === null ? [] : [[{}, next.getTime() / 1000]],
  ),
  gauge('waiver_expiry_timestamp_seconds', 'When the first of its waivers ends.', ({ state }) =>
    state === null ? [] : soonestOf(state),
  ),
  gauge('notifications_pending', 'Notifications that are not delivered yet.', ({ pending }) => [[{}, pending]]),
]

/** The text for Prometheus' node exporter (exposition format 0.0.4); families without a sample are left out. */
export const metrics = (stands: readonly Stand[]): string =>
  FAMILIES.map(({ name, type, help, samples }) => {
    const full = `keyward_${name}`
    const lines = stands.flatMap((stand) =>
      samples(stand).map(([labels, value]) => `${full}${labelled({ schedule: stand.schedule, ...labels })} ${value}\n`),
    )
    return lines.length === 0 ? '' : `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`
  }).join('')

const labelled = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** Puts a text in the place of a file in one step, readable by all: nobody reads half of it. */
export const writeMetricsFile = async (path: string, text: string): Promise<void> => {
  // no name that ends in .prom: the exporter would read it
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.new`)
  try {
    await writeFile(beside, text)
    await chmod(beside, 0o644)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
