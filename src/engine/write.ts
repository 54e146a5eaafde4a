import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Machine } from '../contract/machine.ts'
import type { Change } from '../contract/outcome.ts'
import type { PathState, State } from '../contract/state.ts'
import { CONTROL } from './planned.ts'

/** The files of one task to write: those of the wanted record that differ from what was found. */
export interface FilesToWrite {
  readonly machine: Machine
  readonly control: Machine | null
  readonly power: string | null
  readonly hidden: boolean
  readonly now: State
  readonly wanted: State
  readonly changes: readonly Change[]
}

/** What was written, and how to undo it. */
export interface WrittenFiles {
  /** puts back each file that nobody changed since, and says which; empty where there was none */
  putBack(): Promise<string>
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

/** Writes the files of a task in an order that works: directories from the top, then files, then removals from the bottom. */
export const writeFiles = async (files: FilesToWrite): Promise<WrittenFiles | 'stale'> => {
  const done: Step[] = []
  const notes: string[] = []
  const steps = stepsOf(files)
  let inOrder = steps.length <= 1
  const written: WrittenFiles = {
    notes,
    get inOrder() {
      return inOrder
    },
    putBack: () => putBack(done, files),
    leftBehind: () =>
      done.length === 0 ? '' : `written and not verified: ${done.map((step) => step.shownPath).join(', ')}`,
  }
  for (const step of steps) {
    try {
      const { how, note, ...said } = await step.machine.write({ ...step, power: files.power, hidden: files.hidden })
      inOrder &&= said.inOrder && step.machine === files.machine
      if (note !== undefined) notes.push(note)
      if (how === 'stale') {
        await written.putBack()
        step.machine.forget([step.path])
        return 'stale'
      }
      done.push(step)
    } catch (error) {
      throw await afterFailure(error, step, written)
    }
  }
  return written
}

const afterFailure = async (error: unknown, step: Step, written: WrittenFiles): Promise<unknown> => {
  if (!(error instanceof HostError)) return error
  if (error.unreachable) {
    const more = [`the write of ${step.shownPath} was under way`, written.leftBehind()].filter((text) => text !== '')
    return new HostError(`${error.message}; ${more.join('; ')}`, { unreachable: true })
  }
  const undone = (await written.putBack()).trim().replace(/;$/, '')
  const message = [error.message, ...(undone === '' ? [] : [undone]), ...written.notes].join('; ')
  return new HostError(message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

const stepsOf = ({ machine, control, now, wanted, changes }: FilesToWrite): readonly Step[] => {
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

const putBack = async (done: Step[], { power, hidden }: FilesToWrite): Promise<string> => {
  const back: string[] = []
  const kept: string[] = []
  while (done.length > 0) {
    const step = done.pop() as Step
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
    else kept.push(`${step.shownPath} (${how === 'stale' ? 'changed by somebody else since' : how})`)
  }
  const said = [
    ...(back.length > 0 ? [`put back: ${back.join(', ')}`] : []),
    ...(kept.length > 0 ? [`not put back: ${kept.join(', ')}`] : []),
  ]
  return said.length === 0 ? '' : `${said.join('; ')}; `
}

const writer = (entry: PathState): { as?: string } => (entry !== null && entry.as !== undefined ? { as: entry.as } : {})
