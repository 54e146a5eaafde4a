import type { Mode, Report } from '../engine/event.ts'
import type { Kept } from '../engine/kept.ts'
import type { Memory } from '../history/memory.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import type { Surroundings } from './surroundings.ts'

/** The history as one run sees it. */
export interface Keeping {
  /** what is remembered of the same playbooks and inventory; null where nothing is */
  readonly previous: Memory | null
  keep(report: Report): Promise<Kept>
  close(): void
}

/** Opens the history where the run is to be kept, before anything is connected; null where it is not. Throws UserError where it cannot be written. */
export const openKeeping = async (
  _mode: Mode,
  _flags: RunFlags,
  _loaded: Loaded,
  _around: Surroundings,
): Promise<Keeping | null> => null
