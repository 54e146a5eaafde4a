// systemd's OnCalendar, as far as cron can say it: [WEEKDAYS] [[YEAR-]MONTH-DAY] [HOUR:MINUTE[:SECOND]].

const SHORT: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  midnight: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  'semi-annually': '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const WEEKDAYS = /^[a-z]+(?:(?:,|\.\.|-)[a-z]+)*,?$/i
const PART = '(?:\\*|\\d+(?:\\.\\.\\d+)?)(?:/\\d+)?'
const LIST = `${PART}(?:,${PART})*`
const DATE = new RegExp(`^(?:(${LIST})-)?(${LIST})-(${LIST})$`)
const TIME = new RegExp(`^(${LIST}):(${LIST})(?::(${LIST}))?$`)

/** Writes a calendar expression as a cron pattern of seven fields, seconds first and years last; null where it is none. */
export const calendarPattern = (text: string): string | null => {
  const words = (SHORT[text.trim().toLowerCase()] ?? text).trim().split(/\s+/)
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(words[0] ?? '')
    if (found !== null) words.shift()
    return found
  }
  const [days, date, time] = [take(WEEKDAYS), take(DATE), take(TIME)]
  if (words.length > 0 || (days === null && date === null && time === null)) return null
  const [, year = '*', month = '*', day = '*'] = date ?? []
  const [, hour = '0', minute = '0', second = '0'] = time ?? []
  const fields = [
    fieldOf(second, 0, 59),
    fieldOf(minute, 0, 59),
    fieldOf(hour, 0, 23),
    fieldOf(day, 1, 31),
    fieldOf(month, 1, 12),
    days === null ? '*' : weekdaysOf(days[0]),
    fieldOf(year, 1970, 9999),
  ]
  return fields.includes(null) ? null : fields.join(' ')
}

/** Says whether a text would be a calendar expression if its last word, a time zone of its own, were left out. */
export const hasOwnZone = (text: string): boolean => {
  const words = text.trim().split(/\s+/)
  const last = words.pop() ?? ''
  return /^[A-Z][\w+-]*(?:\/[\w+/-]+)?$/i.test(last) && calendarPattern(words.join(' ')) !== null
}

/** `a..b` is a range, and a step begins at its number; null where a number is out of bounds. */
const fieldOf = (list: string, least: number, most: number): string | null => {
  const parts = list.split(',').map((part) => {
    const [, from = '', to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? []
    if (step !== undefined && Number(step) === 0) return null
    if (from === '*') return step === undefined ? '*' : `*/${Number(step)}`
    const first = Number(from)
    const last = to === undefined ? (step === undefined ? first : most) : Number(to)
    if (first < least || last > most || first > last) return null
    const range = first === last ? String(first) : `${first}-${last}`
    return step === undefined || first === last ? range : `${range}/${Math.min(Number(step), most)}`
  })
  return parts.includes(null) ? null : parts.join(',')
}

/** The weekdays as numbers, Sunday is 0; a range may go over the end of the week; null where a word is no weekday. */
const weekdaysOf = (list: string): string | null => {
  const parts = list
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [from = -1, to = from, more] = part.split(/\.\.|-/).map(dayOf)
      if (from < 0 || to < 0 || more !== undefined) return null
      const length = ((to - from + DAYS.length) % DAYS.length) + 1
      return Array.from({ length }, (_, index) => (from + index + 1) % DAYS.length)
    })
  return parts.includes(null) ? null : [...new Set(parts.flat())].join(',')
}

const dayOf = (word: string): number =>
  DAYS.findIndex((day) => day === word.toLowerCase() || day.slice(0, 3) === word.toLowerCase())
