import { UserError } from '../contract/errors.ts'
import type { Mode, Report } from '../engine/event.ts'
import type { Kept } from '../engine/kept.ts'
import type { Memory } from '../history/memory.ts'
import { historyPlace } from '../history/place.ts'
import { seriesOf } from '../history/series.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import type { Surroundings } from './surroundings.ts'
import { versionOf } from './version.ts'

/** The history as one run sees it. */
export interface Keeping {
  /** what is remembered of the same playbooks and inventory; null where nothing is */
  readonly previous: Memory | null
  /** null where it cannot be written any more, which is said */
  keep(report: Report, say: (note: string) => void): Promise<Kept | null>
  close(): void
}

/** Opens the history where the run is to be kept, before anything is connected; null where it is not. Throws UserError where it cannot be written. */
export const openKeeping = async (
  mode: Mode,
  flags: RunFlags,
  loaded: Loaded,
  around: Surroundings,
): Promise<Keeping | null> => {
  if (mode !== 'audit' && flags.history !== true) {
    if (flags.historyFile === undefined) return null
    throw new UserError('--history-file says where the run is kept, and it is not to be', { hint: 'add --history' })
  }
  const playbooks = loaded.playbooks.map(({ file }) => file)
  const summary = {
    playbooks,
    inventory: flags.inventory,
    schedule: flags.schedule ?? null,
    slot: flags.slot ?? null,
  }
  const series = seriesOf(summary)
  // most runs are not kept: what keeps them is loaded late
  const [{ openHistory }, { keepRun }] = await Promise.all([import('../history/open.ts'), import('../history/keep.ts')])
  const history = await openHistory(historyPlace(flags.historyFile, around.environment))
  return {
    previous: history.last(series)?.body.memory ?? null,
    keep: async (report, say) => {
      const inputs = { version: versionOf(around.home), ...loaded.files() }
      const now = around.clock()
      return orSaid('this run could not be kept', say, () => {
        const kept = keepRun(history, report, { series, summary, inputs, isWhole: isWhole(flags), now })
        orSaid('old runs could not be dropped', say, () =>
          history.prune({ runs: flags.keepRuns, days: flags.keepDays }, now, series),
        )
        return kept
      })
    },
    close: () => history.close(),
  }
}

const isWhole = ({ tags, skipTags, startAtTask, step }: RunFlags): boolean =>
  tags.length + skipTags.length === 0 && startAtTask === undefined && !step

/** What the disk refuses once the hosts were worked on ends nothing: it is said. */
const orSaid = <Result>(what: string, say: (note: string) => void, work: () => Result): Result | null => {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    say(`${what}: ${error.message}`)
    return null
  }
}
