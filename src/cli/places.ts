import type { Inventory } from '../inventory/shape.ts'
import { reachOf } from './reach.ts'

/** An address with the hosts of the inventory that are there. */
export interface HostPlace {
  readonly address: string
  readonly port: number
  readonly hosts: readonly string[]
}

/** The addresses of hosts that are reached by SSH, each once. */
export const placesOf = (inventory: Inventory, hosts: readonly string[]): readonly HostPlace[] => {
  const places = new Map<string, HostPlace>()
  for (const host of hosts) {
    const { address, port, local } = reachOf(host, null, { inventory, extraVars: {}, flags: {} })
    if (local) continue
    const known = places.get(`${address} ${port}`)
    places.set(`${address} ${port}`, { address, port, hosts: [...(known?.hosts ?? []), host] })
  }
  return [...places.values()]
}
