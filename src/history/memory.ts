import type { Control, Evidence, Waived } from '../contract/control.ts'

/** What the history remembers of a task on a host, from run to run: how it was when it was last judged. */
export interface Remembered {
  readonly host: string
  readonly play: string
  readonly task: string
  readonly item: string | null
  readonly control: Control | null
  readonly state: 'ok' | 'finding'
  /** whether the run that this is of judged it; else it is carried over from an earlier one */
  readonly isJudged: boolean
  /** why not */
  readonly message: string
  /** the hash of what was asked for; null where it is not known */
  readonly statement: string | null
  readonly expected: Evidence['expected']
  readonly effective: Evidence['effective']
  readonly source: Evidence['source']
  /** of a finding: since when, and since when with this value; of what is ok: since when. ISO 8601, in UTC */
  readonly firstSeen: string
  readonly lastChanged: string
  readonly waived: Waived | null
  /** the id of the run that judged it, and its command */
  readonly run: string
  readonly command: 'run' | 'check' | 'audit'
}

/** By a key that is the same from run to run: host, play, task, item, and a number among those alike. */
export type Memory = Readonly<Record<string, Remembered>>
