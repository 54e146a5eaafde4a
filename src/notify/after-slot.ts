import type { Schedule, ScheduleFile, Slot } from '../schedule/shape.ts'
import { deliver } from './deliver.ts'
import { metrics, writeMetricsFile } from './metrics.ts'
import { noticesOf } from './notices.ts'
import { makeTables, pendingOf, savedState, store } from './outbox.ts'
import { payloadOf } from './payload.ts'
import type { Document, Notified, Parts } from './shape.ts'
import { stateOf } from './state.ts'

/** A slot that ended, or did not run. */
export interface EndedSlot {
  readonly file: Notified
  readonly schedule: Pick<Schedule, 'name' | 'mode' | 'notify'>
  readonly slot: Slot
  /** the documents of its runs, in order; of one at hosts that were unreachable too */
  readonly documents: readonly Document[]
}

/** Remembers how things stand after a slot and tells its channels what changed. Never throws: what goes wrong is told. */
export const afterSlot = async (parts: Parts, ended: EndedSlot): Promise<void> => {
  await careful(parts, `notifying about ${ended.schedule.name}`, async () => {
    remember(parts, ended)
    await deliver(parts, ended.file)
  })
}

/** The new state and what is to be told of it are stored at once: either both are there or neither. */
const remember = (parts: Parts, { file, schedule, slot, documents }: EndedSlot): void => {
  const { database } = parts
  const now = parts.clock()
  makeTables(database)
  database.alone(() => {
    const before = savedState(database, file.file, schedule.name)
    const state = stateOf(before, { schedule, slot, documents, now })
    const notices = noticesOf(before, state, schedule.notify.on)
    const about = { file: file.file, schedule: schedule.name }
    const messages =
      notices.length === 0
        ? []
        : schedule.notify.via.map((channel) => ({
            channel,
            payload: payloadOf({ ...about, channel }, state, notices),
          }))
    store(database, { ...about, state, nowMs: now.getTime() }, messages)
  })
}

/** Delivers what still waits from earlier slots, where its time has come. Never throws: what goes wrong is told. */
export const deliverPending = (parts: Parts, file: Notified): Promise<void> =>
  careful(parts, 'notifying', async () => {
    makeTables(parts.database)
    await deliver(parts, file)
  })

/** Writes the metrics of a file's schedules where it says; `next` gives when each is due. Never throws: what goes wrong is told. */
export const writeMetrics = (
  parts: Parts,
  file: Pick<ScheduleFile, 'file' | 'schedules' | 'metrics'>,
  next: (schedule: Schedule) => Date | null,
): Promise<void> =>
  careful(parts, 'writing metrics', async () => {
    if (file.metrics === null) return
    const { database } = parts
    makeTables(database)
    const stands = file.schedules.map((schedule) => ({
      schedule: schedule.name,
      state: savedState(database, file.file, schedule.name),
      next: schedule.enabled ? next(schedule) : null,
      pending: pendingOf(database, file.file, schedule.name),
    }))
    await writeMetricsFile(file.metrics, metrics(stands))
  })

const careful = async (parts: Parts, what: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    parts.tell(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
