/**
 * Cuts hosts into the batches of `serial`: numbers, or percentages of all hosts (at least one host); the last entry
 * repeats. No entry means one batch.
 */
export const batchesOf = (
  serial: readonly (number | string)[],
  hosts: readonly string[],
): readonly (readonly string[])[] => {
  if (serial.length === 0) return [hosts]
  const batches: (readonly string[])[] = []
  for (let from = 0; from < hosts.length; ) {
    const size = sizeOf(serial[Math.min(batches.length, serial.length - 1)] ?? hosts.length, hosts.length)
    batches.push(hosts.slice(from, from + size))
    from += size
  }
  return batches
}

const sizeOf = (entry: number | string, all: number): number => {
  const size =
    typeof entry === 'number'
      ? entry
      : entry.endsWith('%')
        ? Math.floor((all * Number(entry.slice(0, -1))) / 100)
        : Number(entry)
  return Math.max(1, size)
}
