import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Machine } from '../contract/machine.ts'
import type { Change } from '../contract/outcome.ts'
import type { PathState, State } from '../contract/state.ts'
import { CONTROL } from './planned.ts'

/** Files to write: those of wanted records that differ from what was found, record by record. */
export interface FilesToWrite {
  readonly machine: Machine
  readonly control: Machine | null
  readonly power: string | null
  readonly hidden: boolean
  readonly records: readonly Differing[]
}

/** A record found, the one that is wanted, and what differs. */
export interface Differing {
  readonly now: State
  readonly wanted: State
  readonly changes: readonly Change[]
}

/** What was written, and how to undo it. */
export interface WrittenFiles {
  /** puts back each file that nobody changed since, and says which; empty where there was none */
  putBack(): Promise<string>
  /** those that could not be put back, once that was tried */
  readonly kept: ReadonlySet<string>
  /** says which files were written, where the machine is gone and nothing can be put back */
  leftBehind(): string
  /** what the machines said of the writes */
  readonly notes: readonly string[]
  /** whether what was asked of the machine behind the first write saw all of them written */
  readonly inOrder: boolean
}

interface Step {
  readonly machine: Machine
  readonly path: string
  readonly shownPath: string
  readonly found: PathState
  readonly wanted: PathState
}

const shownPath = (step: Step): string => step.shownPath

/** Writes the files of each record in an order that works: directories from the top, then files, then removals from the bottom. */
export const writeFiles = async (files: FilesToWrite): Promise<WrittenFiles | 'stale'> => {
  const done: Step[] = []
  const notes: string[] = []
  const kept = new Set<string>()
  const runs = runsOf(files.records.flatMap((record) => stepsOf(files, record)))
  let inOrder = runs.length <= 1
  const written: WrittenFiles = {
    notes,
    get inOrder() {
      return inOrder
    },
    kept,
    putBack: () => putBack(done, [], files, kept),
    leftBehind: () => (done.length === 0 ? '' : `written and not verified: ${done.map(shownPath).join(', ')}`),
  }
  for (const steps of runs) {
    const [{ machine }] = steps
    const requests = steps.map((step) => ({ ...step, power: files.power, hidden: files.hidden }))
    const writes = await machine.writeAll(requests)
    inOrder &&= writes.inOrder && machine === files.machine
    notes.push(...writes.notes)
    done.push(...steps.slice(0, writes.written))
    const open = steps.slice(writes.written)
    if (writes.stopped === 'stale') {
      await written.putBack()
      machine.forget(open.slice(0, 1).map(({ path }) => path))
      return 'stale'
    }
    if (writes.stopped !== null)
      throw await afterFailure({ error: writes.stopped, done, unsure: open.slice(0, writes.unsure) }, written, files)
  }
  return written
}

/** What is left of the writes after one failed; of the unsure ones the machine did not say whether they were done. */
const afterFailure = async (
  { error, done, unsure }: { error: HostError; done: Step[]; unsure: readonly Step[] },
  written: WrittenFiles,
  files: FilesToWrite,
): Promise<HostError> => {
  if (error.unreachable) {
    const underWay = unsure.length === 0 ? '' : `the write of ${unsure.map(shownPath).join(', ')} was under way`
    const more = [underWay, written.leftBehind()].filter((text) => text !== '')
    return new HostError([error.message, ...more].join('; '), { unreachable: true })
  }
  const undone = (await putBack(done, unsure, files)).trim().replace(/;$/, '')
  const message = [error.message, ...(undone === '' ? [] : [undone]), ...written.notes].join('; ')
  return new HostError(message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

/** Steps that follow one another on one machine. */
const runsOf = (steps: readonly Step[]): readonly (readonly [Step, ...Step[]])[] => {
  const runs: [Step, ...Step[]][] = []
  for (const step of steps) {
    const last = runs.at(-1)
    if (last?.[0].machine === step.machine) last.push(step)
    else runs.push([step])
  }
  return runs
}

const stepsOf = ({ machine, control }: FilesToWrite, { now, wanted, changes }: Differing): readonly Step[] => {
  const changed = new Set(changes.flatMap((change) => change.path ?? []))
  const steps = Object.entries(wanted.files ?? {})
    .filter(([path, entry]) => changed.has(path) && !(entry?.kind === 'file' && entry.text === LATER))
    .map(([path, entry]): Step => {
      const there = path.startsWith(CONTROL) && control !== null
      return {
        machine: there ? control : machine,
        path: there ? path.slice(CONTROL.length) : path,
        shownPath: path,
        found: now.files?.[path] ?? null,
        wanted: entry,
      }
    })
  return steps.sort((a, b) => rank(a.wanted) - rank(b.wanted) || depthOrder(a, b))
}

const rank = (entry: PathState): number =>
  entry === null || entry.kind === 'absent' ? 2 : entry.kind === 'directory' ? 0 : 1

const depthOrder = (a: Step, b: Step): number => {
  const deeper = a.path.split('/').length - b.path.split('/').length
  return rank(a.wanted) === 2 ? -deeper : deeper
}

const putBack = async (
  done: Step[],
  unsure: readonly Step[],
  { power, hidden }: FilesToWrite,
  keptPaths = new Set<string>(),
): Promise<string> => {
  const back: string[] = []
  const kept: string[] = []
  for (const step of [...done.splice(0), ...unsure].reverse()) {
    const wanted = step.found ?? { kind: 'absent' as const, ...writer(step.wanted) }
    const how = await step.machine
      .write({ path: step.path, found: step.wanted, wanted: { ...wanted, ...writer(step.wanted) }, power, hidden })
      .then(
        (written) => written.how,
        (error: unknown) => {
          if (error instanceof HostError) return error.message
          throw error
        },
      )
    if (how === 'written') back.push(step.shownPath)
    // what was never written is not as wanted either
    else if (how === 'stale' && unsure.includes(step)) continue
    else {
      kept.push(`${step.shownPath} (${how === 'stale' ? 'changed by somebody else since' : how})`)
      keptPaths.add(step.shownPath)
    }
  }
  const said = [
    ...(back.length > 0 ? [`put back: ${back.join(', ')}`] : []),
    ...(kept.length > 0 ? [`not put back: ${kept.join(', ')}`] : []),
  ]
  return said.length === 0 ? '' : `${said.join('; ')}; `
}

const writer = (entry: PathState): { as?: string } => (entry !== null && entry.as !== undefined ? { as: entry.as } : {})
