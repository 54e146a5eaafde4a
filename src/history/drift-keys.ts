import type { Result } from '../engine/event.ts'

/** The results of a run under keys that are the same from run to run; a handler's flushes on one host share one. */
export const byKey = (results: readonly Result[]): ReadonlyMap<string, readonly Result[]> => {
  const places = new Map<string, [Result, ...Result[]]>()
  for (const result of results) {
    const place = JSON.stringify([result.host, result.playIndex, result.taskIndex, result.itemIndex ?? null])
    const group = places.get(place)
    if (group === undefined) places.set(place, [result])
    else group.push(result)
  }
  const alike = new Map<string, number>()
  return new Map(
    [...places.values()].map((group) => {
      const [{ host, play, task, item = null }] = group
      const name = JSON.stringify([host, play, task, item])
      const number = (alike.get(name) ?? 0) + 1
      alike.set(name, number)
      return [JSON.stringify([host, play, task, item, number]), group]
    }),
  )
}
