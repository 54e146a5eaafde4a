import type { Properties } from './systemd.ts'

/** When a daemon last read its files, in milliseconds since 1970. */
export interface LoadTime {
  readonly ms: number
  /** the machine's clocks agree about it to a hundredth of a second; else it is the earliest that it can have been */
  readonly isExact: boolean
}

/** What a machine's clocks showed: the uptime is not earlier than the time, by little where it is exact. */
export interface Clocks {
  readonly nowMs: number
  readonly uptimeMs: number
  readonly isExact: boolean
}

const AT_ONCE_MS = 50

/** Reads what /proc/uptime, `date +%s.%N` and /proc/uptime again say. */
export const parseClocks = (text: string): Clocks | null => {
  const [, before, seconds, fraction, after] = /^([\d.]+).*\n(\d+)(?:\.(\d{9}))?\S*\n([\d.]+)/.exec(text) ?? []
  if (seconds === undefined || after === undefined) return null
  const uptimeMs = Number(after) * 1000
  const isExact = fraction !== undefined && uptimeMs - Number(before) * 1000 <= AT_ONCE_MS
  return { nowMs: Number(seconds) * 1000 + Number(fraction ?? 0) / 1e6, uptimeMs, isExact }
}

/** The uptime is cut to hundredths of a second. */
const UPTIME_STEP_MS = 10

/** When a moment since boot was, by the clock that files get their times from. */
export const sinceBoot = (clocks: Clocks, ms: number): number => clocks.nowMs - clocks.uptimeMs + ms - UPTIME_STEP_MS

/**
 * When a unit of systemd was last started or reloaded: its state changes at the end of both. The wall clock's reading is
 * to the second, so it serves as a witness only: where it contradicts (a clock was set, the machine slept), the earlier counts.
 */
export const unitLoadTime = (unit: Properties, clocks: Clocks | null): LoadTime => {
  if ((unit.ReloadResult || 'success') !== 'success') return { ms: 0, isExact: true }
  const wallMs = parseTimestamp(unit.StateChangeTimestamp ?? '')
  const monotonic = Number(unit.StateChangeTimestampMonotonic ?? 0)
  if (clocks === null || monotonic === 0) return { ms: wallMs ?? 0, isExact: false }
  const ms = sinceBoot(clocks, monotonic / 1000)
  if (wallMs === null) return { ms, isExact: clocks.isExact }
  const agree = ms > wallMs - 100 && ms < wallMs + 1100
  return agree && clocks.isExact ? { ms, isExact: true } : { ms: Math.min(ms, wallMs), isExact: false }
}

/** Reads systemd's `Wed 2025-11-26 02:08:31 UTC`. */
const parseTimestamp = (text: string): number | null => {
  const [, date, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text) ?? []
  return date === undefined ? null : Date.parse(`${date}T${time}Z`)
}

const TICKS_PER_SECOND = 100

/** When a process was started, by the 22nd field of its /proc/PID/stat. */
export const processStart = (stat: string, clocks: Clocks): LoadTime => {
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0)
  return { ms: sinceBoot(clocks, (ticks * 1000) / TICKS_PER_SECOND), isExact: false }
}
