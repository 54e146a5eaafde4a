import { LATER } from '../contract/later.ts'
import type { Task } from '../playbook/shape.ts'
import type { Ending } from './converge.ts'

/** How one item of a loop ended; without an index where there are no items to end. */
interface Ended {
  readonly ending: Ending
  readonly index?: number
  readonly value?: unknown
}

/** Whether something was changed, or would be; what is waived stays as it is. */
export const isChange = ({ status, waived }: Ending): boolean =>
  status === 'changed' || (status === 'drift' && waived === undefined)

/** What one ending gives to `register`: the record's fields, and how the task ended. */
export const registerOf = (ending: Ending): Readonly<Record<string, unknown>> => {
  const { files: _files, notes: _notes, ...fields } = ending.record
  const open = ending.status === 'waiting'
  return {
    ...fields,
    changed: open ? LATER : isChange(ending),
    failed: ending.status === 'failed' || ending.status === 'stuck',
    skipped: ending.status === 'skipped',
    msg: ending.message,
  }
}

/** What a task registers. Of a loop: `results`, a record for each item with the item itself under its variable's name, as in Ansible. */
export const registeredBy = (
  { loop, loopVar }: Pick<Task, 'loop' | 'loopVar'>,
  all: readonly Ended[],
): Readonly<Record<string, unknown>> | undefined => {
  if (loop === null) return all.map(({ ending }) => registerOf(ending))[0]
  const items = all.filter(({ index }) => index !== undefined)
  const records = items.map(({ ending, value }) => ({ [loopVar]: value, ...registerOf(ending) }))
  // a list that only the run can know has items that only the run can know
  const open = all.some(({ index, ending }) => index === undefined && ending.status === 'waiting')
  return {
    results: open ? LATER : records,
    changed:
      open || records.some(({ changed }) => changed === LATER)
        ? LATER
        : records.some(({ changed }) => changed === true),
    failed: all.some(({ ending }) => ending.status === 'failed' || ending.status === 'stuck'),
    skipped: !open && records.every(({ skipped }) => skipped === true),
    msg: all
      .map(({ ending }) => ending.message)
      .filter((message) => message !== '')
      .join('; '),
  }
}
