import { canonical, sha256 } from './canonical.ts'
import type { EntryKind } from './shape.ts'

/** An entry as its row has it: the summary as the text that is hashed. */
export interface EntryRow {
  readonly seq: number
  readonly kind: EntryKind
  readonly id: string
  readonly at: string
  readonly series: string
  readonly summary: string
  readonly body_hash: string | null
  readonly previous: string
  readonly hash: string
  /** 1 where its body is there */
  readonly has_body: number
}

/** What the first entry follows. */
export const BEGINNING = '0'.repeat(64)

/** The hash of an entry: of everything that it says, the hash before it among them. */
export const hashOf = ({
  seq,
  kind,
  id,
  at,
  series,
  summary,
  body_hash,
  previous,
}: Omit<EntryRow, 'hash' | 'has_body'>): string =>
  sha256(canonical([seq, kind, id, at, series, summary, body_hash, previous]))
