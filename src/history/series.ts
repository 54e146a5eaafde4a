import { realpathSync } from 'node:fs'
import { canonical, sha256 } from './canonical.ts'

/** Names the series of a run: the same for the same playbooks and inventory, wherever they are named from, whatever the limit. 16 hexadecimal digits. */
export const seriesOf = (about: {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
}): string =>
  sha256(
    canonical({
      playbooks: about.playbooks.map(realPath),
      inventory: about.inventory.map((source) => (source.includes(',') ? source : realPath(source))),
    }),
  ).slice(0, 16)

const realPath = (path: string): string => realpathSync(path)
