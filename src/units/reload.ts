import type { Touch } from '../contract/look.ts'
import { controlUnit } from './control.ts'
import type { Unit } from './find.ts'
import { isSshd } from './names.ts'
import { listeningOf, settle } from './settle.ts'

const SECOND_MS = 1_000

/** Reloads a running unit, and waits until it listens again. */
export const reloadUnit = async (on: Touch, unit: Unit): Promise<void> => {
  const before = await listeningOf(on, unit.pid)
  // a machine whose file times are whole seconds must not load within the second of the last change
  if (unit.load !== null && unit.init !== 'systemd' && unit.load.ms % SECOND_MS === 0) {
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS))
  }
  await controlUnit(on, unit, 'reload')
  await settle(on, unit, { before, reopens: isSshd(unit.name) && unit.socket === null })
}
