import type { Finding, Waived } from '../contract/control.ts'
import type { Memory } from '../history/memory.ts'
import { readWaivers } from '../waivers/read.ts'
import { useWaivers, type Waiving } from '../waivers/use.ts'
import type { RunFlags } from './flags.ts'
import type { Loaded } from './load.ts'
import type { Surroundings } from './surroundings.ts'

export type { Waiving } from '../waivers/use.ts'

/** Reads the waivers that the flags name; null where they name none. Throws every mistake in them. */
export const openWaiving = async (
  { waivers: file }: RunFlags,
  {
    loaded,
    around,
    previous,
  }: { readonly loaded: Loaded; readonly around: Surroundings; readonly previous: Memory | null },
): Promise<Waiving | null> => {
  if (file === undefined) return null
  const waivers = readWaivers(file, { inventory: loaded.inventory, now: around.clock() })
  const known = Object.values(previous ?? {}).filter(({ waived }) => waived !== null)
  const before = ({ host, task, item }: Finding): Waived | null =>
    known.find((one) => one.host === host && one.task === task && one.item === item)?.waived ?? null
  return useWaivers(waivers, { clock: around.clock, before })
}
