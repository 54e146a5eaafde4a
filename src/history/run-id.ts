import { randomBytes } from 'node:crypto'

/** The id of a run that began then, such as `20261125-021500-7f3a`, in UTC: one that is not taken yet. */
export const runId = (started: Date, isTaken: (id: string) => boolean): string => {
  const [date = '', time = ''] = started.toISOString().replaceAll(/[-:]/g, '').slice(0, 15).split('T')
  for (;;) {
    const id = `${date}-${time}-${randomBytes(2).toString('hex')}`
    if (!isTaken(id)) return id
  }
}
