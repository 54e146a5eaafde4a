import { UserError } from '../contract/errors.ts'
import { openKeptHistory } from '../history/open.ts'
import { historyPlace } from '../history/place.ts'
import type { History } from '../history/shape.ts'
import { storedDocument } from '../history/stored.ts'
import { isColored, type Paint, paints } from '../output/paint.ts'
import type { Words } from './commands.ts'
import type { HistoryFlags } from './flags.ts'
import { entryDocument, runLines, runsLines, slotsLines, slotsOf, verdictLines } from './history-view.ts'
import type { Surroundings } from './surroundings.ts'

/** Lists the runs that are kept, or shows one; or verifies the chain, or drops old runs. Gives 2 where the chain does not hold. */
export const history = async ({ args: [word], flags: given }: Words, around: Surroundings): Promise<number> => {
  const flags = given as HistoryFlags
  const paint = paints(isColored(around.stdout, around.environment, flags.color))
  const about: About = { flags, paint, now: around.clock() }
  refuseMixed(word, flags)
  const file = historyPlace(flags.historyFile, around.environment)
  const open = await openKeptHistory(file)
  try {
    const told = tellingOf(word, flags)(open, about)
    around.stdout.write(
      flags.output === 'json'
        ? `${JSON.stringify({ version: 1, command: 'history', exit_code: told.code, file, ...told.document }, null, 2)}\n`
        : `${told.lines().join('\n')}\n`,
    )
    return told.code
  } finally {
    open.close()
  }
}

interface About {
  readonly flags: HistoryFlags
  readonly paint: Paint
  readonly now: Date
}

/** What one of the forms of the command says. */
interface Told {
  readonly code: number
  readonly document: Readonly<Record<string, unknown>>
  lines(): readonly string[]
}

const refuseMixed = (word: string | undefined, { head, slots }: HistoryFlags): void => {
  if (slots && word !== undefined)
    throw new UserError(`--slots lists the slots of schedules: "${word}" says nothing to it`)
  if (head === undefined) return
  if (word !== 'verify') throw new UserError('--head is for: keyward history verify')
  if (!/^[0-9a-f]{16,64}$/i.test(head))
    throw new UserError(`--head ${head}: it is no hash`, { hint: 'at least 16 of the 64 digits that a report prints' })
}

const tellingOf = (word: string | undefined, { slots }: HistoryFlags): ((open: History, about: About) => Told) => {
  if (slots) return slotList
  if (word === undefined) return runList
  if (word === 'verify') return verdict
  if (word === 'prune') return pruned
  return (open, about) => oneRun(open, word, about)
}

const runList = (open: History, { paint }: About): Told => {
  const entries = open.list({ kind: 'run' })
  return {
    code: 0,
    document: { runs: entries.map(entryDocument) },
    lines: () => runsLines(entries, paint),
  }
}

const slotList = (open: History, { paint }: About): Told => {
  const slots = slotsOf(open.list({ kind: 'slot' }))
  return { code: 0, document: { slots }, lines: () => slotsLines(slots, paint) }
}

const oneRun = (open: History, name: string, { paint }: About): Told => {
  const entry = open.run(name)
  const head = open.list({ atMost: 1 })[0]?.hash ?? null
  const document = storedDocument(open, entry)
  return {
    code: 0,
    document: { head, run: entryDocument(entry), document },
    lines: () => runLines({ entry, document, head }, paint),
  }
}

const verdict = (open: History, { flags, paint }: About): Told => {
  const found = open.verify(flags.head ?? null)
  return {
    code: found.faults.length === 0 ? 0 : 2,
    document: { ...found },
    lines: () => verdictLines(found, open.file, paint),
  }
}

const pruned = (open: History, { flags, now }: About): Told => {
  const dropped = open.prune({ runs: flags.keepRuns, days: flags.keepDays }, now)
  const count = dropped.length === 1 ? '1 run is' : `${dropped.length} runs are`
  return {
    code: 0,
    document: { dropped },
    lines: () =>
      dropped.length === 0
        ? ['nothing is too many or too old']
        : [`${count} dropped, and the chain says so:`, ...dropped.map((id) => `  ${id}`)],
  }
}
