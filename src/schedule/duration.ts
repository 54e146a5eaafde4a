const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Reads `10m`, `1h30m`, `90s`, `24h`, `7d`, `2w`, or a plain number of seconds, as milliseconds; null where it is none. */
export const durationOf = (text: string): number | null => {
  const plain = text.trim()
  if (/^\d{1,10}$/.test(plain)) return Number(plain) * 1000
  if (!/^(?:\d{1,10}\s*(?:s|sec|m|min|h|d|w)\s*)+$/.test(plain)) return null
  const parts = plain.matchAll(/(\d+)\s*([a-z]+)/g)
  return [...parts].reduce((all, [, count, unit]) => all + Number(count) * (UNITS[unit ?? ''] ?? 0), 0)
}

/** Writes milliseconds as a reader would say them: `1h 30m`. */
export const durationText = (ms: number): string => {
  const parts: string[] = []
  let left = Math.round(ms / 1000)
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(left / seconds)
    left -= count * seconds
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ')
}
