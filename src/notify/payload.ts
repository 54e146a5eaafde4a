import { createHash } from 'node:crypto'
import { plain } from './findings.ts'
import type { Notice, NoticeKind, Payload, State } from './shape.ts'
import { headline, summaryOf } from './words.ts'

const MOST_NOTICES = 200
const MOST_BYTES = 200_000

/** The message about a slot that one channel is handed; its id is made of all that it says, and of where it goes. */
export const payloadOf = (
  about: { readonly file: string; readonly schedule: string; readonly channel: string },
  state: State,
  notices: readonly Notice[],
): Payload => {
  const { slot, run, head } = state
  const shown = fitting(notices)
  const id = createHash('sha256')
    .update(JSON.stringify([about, slot, run, notices]))
    .digest('hex')
    .slice(0, 32)
  return {
    version: 1,
    id,
    schedule: plain(about.schedule),
    slot,
    run,
    head,
    text: headline(about.schedule, notices),
    summary: summaryOf(notices),
    counts: countsOf(notices),
    notices: shown,
    left_out: notices.length - shown.length,
  }
}

/** As many of the first as there is room for. */
const fitting = (notices: readonly Notice[]): readonly Notice[] => {
  let left = MOST_BYTES
  const shown: Notice[] = []
  for (const notice of notices.slice(0, MOST_NOTICES)) {
    left -= Buffer.byteLength(JSON.stringify(notice))
    if (left < 0) break
    shown.push(notice)
  }
  return shown
}

const countsOf = (notices: readonly Notice[]): Payload['counts'] => {
  const counts: Partial<Record<NoticeKind, number>> = {}
  for (const { kind } of notices) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
