import { documentOf, resultOf } from './sample.ts'

/** What a hostile host, playbook or file may answer. */
export const HOSTILE =
  '</script><script>owned=1</script><img src=x onerror="owned=2">\u202eevil\u2028\u0007\u001b[2J<!--'

/** A document with that in every place where text may stand. */
export const hostileDocument = documentOf(
  [
    resultOf({
      host: `web${HOSTILE}`,
      play: HOSTILE,
      task: HOSTILE,
      module: HOSTILE,
      status: 'drift',
      at: `${HOSTILE.replaceAll('\u2028', '')}:1:1`,
      message: HOSTILE,
      notes: [`note ${HOSTILE}`],
      item: HOSTILE,
      machine: HOSTILE,
      control: { ids: [`X${HOSTILE}`], title: HOSTILE, severity: 'high', references: [HOSTILE] },
      evidence: {
        expected: { [HOSTILE]: HOSTILE },
        effective: { [HOSTILE]: [HOSTILE], other: HOSTILE },
        source: [{ file: HOSTILE, line: 1, text: HOSTILE, modified: HOSTILE }],
      },
      changes: [{ field: HOSTILE, path: HOSTILE, before: HOSTILE, after: HOSTILE, diff: `-a\n+${HOSTILE}\n` }],
      first_seen: HOSTILE,
      last_changed: `${HOSTILE}2`,
    }),
    resultOf({
      host: 'db1',
      status: 'drift',
      waived: {
        subject: HOSTILE,
        reason: HOSTILE,
        owner: HOSTILE,
        ticket: HOSTILE,
        expires: HOSTILE,
        value: HOSTILE,
        at: `${HOSTILE.replaceAll('\u2028', '')}:1:1`,
      },
    }),
  ],
  {
    notes: [HOSTILE],
    id: HOSTILE,
    head: HOSTILE,
    inputs: {
      version: HOSTILE,
      playbooks: [{ file: HOSTILE, sha256: HOSTILE }],
      inventory: [{ file: HOSTILE, sha256: HOSTILE }],
    },
    drift: {
      since: { id: HOSTILE, finished: HOSTILE },
      hosts: {
        db1: [
          {
            how: 'new',
            play: HOSTILE,
            task: HOSTILE,
            first_seen: HOSTILE,
            last_changed: HOSTILE,
            before: { a: HOSTILE },
            now: { a: 'b' },
            source: [{ file: HOSTILE, modified: HOSTILE }],
          },
        ],
      },
    },
  },
)
