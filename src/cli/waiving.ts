import type { Waive } from '../contract/control.ts'
import type { Memory } from '../history/memory.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import type { Surroundings } from './surroundings.ts'

/** The waivers of a run. */
export interface Waiving {
  readonly waive: Waive
  /** what is worth saying of them at the end: those that expired, end soon, or answered for nothing */
  notes(): readonly string[]
}

/** Reads the waivers that the flags name; null where they name none. Throws every mistake in them. */
export const openWaiving = async (
  _flags: RunFlags,
  _about: { readonly loaded: Loaded; readonly around: Surroundings; readonly previous: Memory | null },
): Promise<Waiving | null> => null
