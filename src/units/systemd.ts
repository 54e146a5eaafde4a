/** What systemd says of one unit, property by property. */
export type Properties = Readonly<Record<string, string>>

/** What systemd is asked about a unit. */
export const PROPERTIES: readonly string[] = [
  ...['Id', 'LoadState', 'LoadError', 'ActiveState', 'UnitFileState', 'MainPID', 'CanReload', 'NeedDaemonReload'],
  ...['ReloadResult', 'StateChangeTimestamp', 'StateChangeTimestampMonotonic', 'TriggeredBy'],
]

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
