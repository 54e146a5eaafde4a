/** A moment (ISO 8601) in the time zone of whoever reads it: `2026-11-25 02:15:00`; of no moment the text as it is. */
export const localTime = (iso: string): string => {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  const two = (number: number): string => String(number).padStart(2, '0')
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-')
  return `${date} ${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(':')}`
}

/** The same to the minute: `2026-11-25 02:15`. */
export const localMinute = (iso: string): string => localTime(iso).replace(/:\d\d$/, '')

/** Several moments in a few words: the one there is, else the first and the last, with a word between them. */
export const minuteSpan = (isos: readonly string[], between: string): string => {
  const minutes = [...new Set([...isos].sort().map(localMinute))]
  const [first = ''] = minutes
  return minutes.length < 2 ? first : `${first} ${between} ${minutes.at(-1)}`
}
