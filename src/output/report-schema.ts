import type { Static, TSchema } from 'typebox'
// as a namespace, of which a bundle keeps what is used
import * as Type from 'typebox'
import { SEVERITIES } from '../contract/control.ts'

// The one source of the JSON document: its TypeScript types, and the schema that ships as report.schema.json.

const closed = { additionalProperties: false } as const

const listOf = <Item extends TSchema>(items: Item, options: { description: string; minItems?: number }) =>
  Type.Unsafe<readonly Static<Item>[]>({ type: 'array', items, ...options })

const words = <const Words extends readonly string[]>(all: Words, description: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...all], description })

const count = (description: string) => Type.Integer({ minimum: 0, description })

const value = (description: string) =>
  Type.Unsafe<string | number | boolean | null | readonly string[]>({
    anyOf: [{ type: ['string', 'number', 'boolean', 'null'] }, { type: 'array', items: { type: 'string' } }],
    description,
  })

const mark = (description: string) => Type.Optional(Type.Literal(true, { description }))

const AT = Type.String({ pattern: '^.+:[0-9]+:[0-9]+$', description: 'the place in a file: file:line:column' })

const strings = (description: string) => listOf(Type.String(), { description })

const fields = (description: string) =>
  Type.Unsafe<Readonly<Record<string, string | number | boolean | null | readonly string[]>>>({
    type: 'object',
    additionalProperties: value('a value as changes have it'),
    description,
  })

const source = Type.Object(
  {
    file: Type.String(),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    text: Type.Optional(Type.String({ description: 'the line as it stands there' })),
    modified: Type.Optional(Type.String({ description: "the file's last change, ISO 8601, in UTC" })),
  },
  closed,
)

const control = Type.Object(
  {
    ids: strings('its ids, such as SSH-AUTH-01'),
    title: Type.Optional(Type.String()),
    severity: Type.Optional(words(SEVERITIES, 'how much it weighs')),
    references: Type.Optional(strings('where others ask for the same')),
  },
  closed,
)

const evidence = Type.Object(
  {
    expected: fields('what is wanted, by field'),
    effective: fields('what was found, by field'),
    source: listOf(source, { description: 'where what was found is set' }),
  },
  closed,
)

const waived = Type.Object(
  {
    subject: Type.String({ description: "the control's id, or the task's name" }),
    reason: Type.String(),
    owner: Type.String(),
    ticket: Type.Optional(Type.String()),
    expires: Type.String({ description: 'ISO 8601, in UTC: from then on it is a finding again' }),
    value: value('the observed value that it is bound to; null: any'),
    at: AT,
  },
  closed,
)

const change = Type.Object(
  {
    field: Type.String({
      description: 'the field of the record that differs; of a file: text, kind, target, mode, owner or group',
    }),
    path: Type.Optional(Type.String({ description: 'the file, where the field is one of a file' })),
    before: value('what was found; null: nothing; of a text its sha256'),
    after: value('what is wanted; null: nothing, or known after the run'),
    diff: Type.Optional(Type.String({ description: 'a unified diff, for text' })),
    later: mark('what is wanted is known after the run only'),
  },
  closed,
)

const result = Type.Object(
  {
    host: Type.String(),
    play: Type.String(),
    play_index: count('of all plays of the run, from 0'),
    task: Type.String(),
    task_index: count('of the tasks of its play, from 0'),
    module: Type.String(),
    status: words(
      ['ok', 'changed', 'drift', 'stuck', 'failed', 'unreachable', 'skipped', 'waiting'],
      'how the task ended on the host',
    ),
    changes: listOf(change, { description: 'what was changed, or would be' }),
    message: Type.String(),
    at: AT,
    duration_ms: Type.Number({ minimum: 0 }),
    tags: listOf(Type.String(), { description: 'its own tags and those of its play' }),
    item: Type.Optional(Type.String({ description: 'the label of the item of its loop' })),
    handler: mark('it is a handler'),
    machine: Type.Optional(Type.String({ description: 'the machine that it was delegated to' })),
    ignored: mark('a failure that ignore_errors lets pass'),
    rescued: mark('a failure that a rescue answered'),
    notes: Type.Optional(listOf(Type.String(), { description: 'what else is worth knowing' })),
    control: Type.Optional(control),
    evidence: Type.Optional(evidence),
    statement: Type.Optional(Type.String({ description: 'a hash of what was asked for: module and parameters' })),
    waived: Type.Optional(waived),
    first_seen: Type.Optional(Type.String({ description: 'of a finding that is kept: when it was found first' })),
    last_changed: Type.Optional(Type.String({ description: 'the same: when what was found last changed' })),
  },
  closed,
)

const counts = Type.Object(
  {
    ok: count('tasks that are as wanted, those that were changed among them'),
    changed: count('tasks that changed the host'),
    drift: count('tasks that would change it'),
    failed: count('tasks that failed or are stuck'),
    unreachable: count('1 where the host was lost or never reached'),
    skipped: count('tasks that do not apply'),
    waiting: count('tasks that can be judged only in a run'),
    rescued: count('failures that a rescue answered'),
    ignored: count('failures that ignore_errors lets pass'),
    waived: Type.Optional(count('findings that somebody answers for')),
  },
  closed,
)

const input = Type.Object({ file: Type.String(), sha256: Type.String() }, closed)

const inputs = Type.Object(
  {
    version: Type.String({ description: 'of keyward' }),
    playbooks: listOf(input, { description: 'every file that was read for the playbooks, imported ones too' }),
    inventory: listOf(input, { description: 'every file that was read for the inventory' }),
  },
  closed,
)

const drifted = Type.Object(
  {
    how: words(['new', 'changed', 'persists', 'fixed', 'unjudged'], 'unjudged: not reached or not judged this time'),
    play: Type.String(),
    task: Type.String(),
    item: Type.Optional(Type.String()),
    control: Type.Optional(control),
    cause: Type.Optional(
      words(['host', 'playbook', 'both', 'keyward'], 'a change on the host, of the playbook or its inputs, or a run'),
    ),
    first_seen: Type.String(),
    last_changed: Type.String(),
    before: Type.Optional(fields('the effective values then, by field')),
    now: Type.Optional(fields('the effective values now, by field')),
    source: listOf(source, { description: 'where they are set' }),
    waived: Type.Optional(waived),
    message: Type.Optional(Type.String()),
  },
  closed,
)

const drift = Type.Object(
  {
    since: Type.Optional(Type.Object({ id: Type.String(), finished: Type.String() }, closed)),
    hosts: Type.Record(Type.String(), listOf(drifted, { description: 'by play and task' })),
  },
  closed,
)

const report = Type.Object(
  {
    version: Type.Literal(1),
    command: words(['run', 'check', 'audit'], 'the command that was given'),
    started: Type.String({ description: 'ISO 8601, in UTC' }),
    finished: Type.String({ description: 'ISO 8601, in UTC' }),
    exit_code: Type.Integer({ description: '0 as wanted; 2 a host failed; 3 drift; 4 unreachable; 130 interrupted' }),
    hosts: Type.Record(Type.String(), counts),
    results: listOf(result, { description: 'sorted by play, task, host in inventory order, item' }),
    interrupted: mark('it was ended before its end'),
    notes: Type.Optional(listOf(Type.String(), { description: 'what is worth knowing of the run as a whole' })),
    inputs: Type.Optional(inputs),
    id: Type.Optional(Type.String({ description: 'of a run that is kept: its id in the history' })),
    head: Type.Optional(
      Type.String({ description: 'the same: the hash of the newest entry of the history, this run in it' }),
    ),
    drift: Type.Optional(drift),
  },
  closed,
)

const mistake = Type.Object(
  {
    at: Type.Optional(AT),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
  },
  closed,
)

const errors = Type.Object(
  {
    version: Type.Literal(1),
    command: Type.String(),
    exit_code: Type.Integer({ minimum: 0, maximum: 1 }),
    errors: listOf(mistake, { description: 'every mistake, in file order' }),
  },
  {
    ...closed,
    description: 'the input is wrong and nothing was touched; or validate found no mistake, and the code is 0',
  },
)

/** The schema of the document that `--output json` prints. */
export const reportSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'keyward report, version 1',
  anyOf: [report, errors],
}

/** The document of a run. */
export type ReportDocument = Static<typeof report>

/** How a run differs from an earlier one, as a document has it. */
export type DriftDocument = Static<typeof drift>

/** A finding that came, went or stayed, in it. */
export type DriftedDocument = Static<typeof drifted>

/** One result in it. */
export type ResultDocument = Static<typeof result>

/** The document of wrong input. */
export type ErrorDocument = Static<typeof errors>
