/** A moment (ISO 8601) in the time zone of whoever reads it, to the minute: `2026-11-25 02:15`. */
export const localMinute = (iso: string): string => {
  const moment = new Date(iso)
  const two = (number: number): string => String(number).padStart(2, '0')
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-')
  return `${date} ${two(moment.getHours())}:${two(moment.getMinutes())}`
}

/** Several moments in a few words: the one there is, else the first and the last, with a word between them. */
export const minuteSpan = (isos: readonly string[], between: string): string => {
  const minutes = [...new Set([...isos].sort().map(localMinute))]
  const [first = ''] = minutes
  return minutes.length < 2 ? first : `${first} ${between} ${minutes.at(-1)}`
}
