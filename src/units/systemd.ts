import { HostError } from '../contract/errors.ts'
import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'

/** What systemd says of one unit, property by property. */
export type Properties = Readonly<Record<string, string>>

const PROPERTIES = [
  ...['Id', 'LoadState', 'LoadError', 'ActiveState', 'UnitFileState', 'MainPID', 'CanReload', 'NeedDaemonReload'],
  ...['ReloadResult', 'StateChangeTimestamp', 'StateChangeTimestampMonotonic', 'TriggeredBy'],
]

/** What systemd says of some units, in the order asked; null where the machine does not run systemd. */
export const systemdUnits = async (on: Look, names: readonly string[]): Promise<readonly Properties[] | null> => {
  const [running, answer] = await Promise.all([
    on.file('/run/systemd/system', { text: false }),
    on.ask(questions.unitProperties(names, PROPERTIES)),
  ])
  if (running === null) return null
  const units = parseProperties(answer.stdout)
  if (answer.code === 0 && units.length === names.length) return units
  throw new HostError(`systemctl cannot show ${names.join(', ')}: ${answer.stderr.trim() || 'no answer'}`)
}

/** Reads what `systemctl show` prints: a property a line, a blank line between units. */
export const parseProperties = (text: string): readonly Properties[] =>
  text
    .trim()
    .split(/\n{2,}/)
    .filter((block) => block !== '')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').flatMap((line) => {
          const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
          return name === undefined ? [] : [[name, value ?? '']]
        }),
      ),
    )

/** Says whether systemd knows a unit. */
export const isThere = (unit: Properties): boolean => unit.LoadState !== 'not-found'

/** Says whether a unit runs; one that is being reloaded does. */
export const isActive = (unit: Properties): boolean =>
  ['active', 'activating', 'reloading', 'refreshing'].includes(unit.ActiveState ?? '')
