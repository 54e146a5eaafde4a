/** A keyward that was started by this one. */
export interface Started {
  /** its process; null where it is none of its own */
  readonly pid: number | null
  /** its exit code and what it said; never throws */
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  /** asks it to end as the first Ctrl-C does; `now`: ends it at once */
  stop(how?: 'now'): void
}
