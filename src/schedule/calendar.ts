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
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
}

const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*'
const WEEKDAYS = new RegExp(`^${DAY}(?:(?:,|\\.\\.|-)${DAY})*$`, 'i')
const PART = '(?:\\*|\\d+(?:\\.\\.\\d+)?)(?:/\\d+)?'
const LIST = `${PART}(?:,${PART})*`
const DATE = new RegExp(`^(?:(${LIST})-)?(${LIST})-(${LIST})$`)
const TIME = new RegExp(`^(${LIST}):(${LIST})(?::(${LIST}))?$`)

/** Writes a calendar expression as a cron pattern of seven fields, seconds first and years last; null where it is none. */
export const calendarPattern = (text: string): string | null => {
  const words = (SHORT[text.trim().toLowerCase()] ?? text).trim().split(/\s+/)
  const weekdays = WEEKDAYS.test(words[0] ?? '') ? words.shift() : undefined
  const date = DATE.exec(words[0] ?? '')
  if (date !== null) words.shift()
  const time = TIME.exec(words[0] ?? '')
  if (time !== null) words.shift()
  if (words.length > 0 || (weekdays === undefined && date === null && time === null)) return null
  const [, year = '*', month = '*', day = '*'] = date ?? []
  const [, hour = '0', minute = '0', second = '0'] = time ?? []
  const fields = [
    listOf(second, 59),
    listOf(minute, 59),
    listOf(hour, 23),
    listOf(day, 31),
    listOf(month, 12),
    weekdays === undefined ? '*' : weekdays.replace(/\.\./g, '-').replace(/[a-z]+/gi, (name) => name.slice(0, 3)),
    listOf(year, 9999),
  ]
  return fields.join(' ')
}

/** `a..b` is a range, and a step begins at its number. */
const listOf = (list: string, most: number): string =>
  list
    .split(',')
    .map((part) => {
      const [, from = '', to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? []
      const first = from === '*' ? '*' : String(Number(from))
      if (step === undefined) return to === undefined ? first : `${first}-${Number(to)}`
      if (first === '*') return `*/${step}`
      return `${first}-${to === undefined ? most : Number(to)}/${step}`
    })
    .join(',')
