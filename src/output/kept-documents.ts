import type { Control, Evidence, Source, Waived } from '../contract/control.ts'
import type { Drift, Drifted } from '../engine/kept.ts'
import type { DriftDocument, DriftedDocument, ResultDocument } from './report-schema.ts'

// What an audit tells beside outcomes, as the JSON document has it: optional members only where they apply.

/** A control. */
export const controlDocument = ({
  ids,
  title,
  severity,
  references,
}: Control): NonNullable<DriftedDocument['control']> => ({
  ids,
  ...(title === null ? {} : { title }),
  ...(severity === null ? {} : { severity }),
  ...(references.length === 0 ? {} : { references }),
})

/** What was wanted, what was found, and where that is set. */
export const evidenceDocument = ({
  expected,
  effective,
  source,
}: Evidence): NonNullable<ResultDocument['evidence']> => ({
  expected,
  effective,
  source: source.map(sourceDocument),
})

const sourceDocument = ({ file, line, text, modifiedMs }: Source): DriftedDocument['source'][number] => ({
  file,
  ...(line === undefined ? {} : { line }),
  ...(text === undefined ? {} : { text }),
  ...(modifiedMs === undefined ? {} : { modified: new Date(modifiedMs).toISOString() }),
})

/** Who answers for a finding. */
export const waivedDocument = ({ ticket, ...rest }: Waived): NonNullable<ResultDocument['waived']> => ({
  ...rest,
  ...(ticket === null ? {} : { ticket }),
})

/** How a run differs from an earlier one. */
export const driftDocument = ({ since, hosts }: Drift): DriftDocument => ({
  ...(since === null ? {} : { since }),
  hosts: Object.fromEntries([...hosts].map(([host, list]) => [host, list.map(driftedDocument)])),
})

const driftedDocument = (one: Drifted): DriftedDocument => ({
  how: one.how,
  play: one.play,
  task: one.task,
  ...(one.item === null ? {} : { item: one.item }),
  ...(one.control === null ? {} : { control: controlDocument(one.control) }),
  ...(one.cause === null ? {} : { cause: one.cause }),
  first_seen: one.firstSeen,
  last_changed: one.lastChanged,
  ...(one.before === null ? {} : { before: one.before }),
  ...(one.now === null ? {} : { now: one.now }),
  source: one.source.map(sourceDocument),
  ...(one.waived === null ? {} : { waived: waivedDocument(one.waived) }),
  ...(one.message === '' ? {} : { message: one.message }),
})
