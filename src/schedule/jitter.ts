import { createHash } from 'node:crypto'
import type { Schedule } from './shape.ts'

/** How long after its nominal moment a slot starts: whole seconds, the same each time it is asked, in milliseconds. */
export const jitterOf = ({ name, jitterMs }: Pick<Schedule, 'name' | 'jitterMs'>, slot: Date): number => {
  if (jitterMs < 1000) return 0
  const hash = createHash('sha256').update(`${name} ${slot.toISOString()}`).digest()
  return (hash.readUInt32BE(0) % Math.floor(jitterMs / 1000)) * 1000
}

/** When a slot starts, in milliseconds since 1970. */
export const startOf = (schedule: Pick<Schedule, 'name' | 'jitterMs'>, slot: Date): number =>
  slot.getTime() + jitterOf(schedule, slot)
