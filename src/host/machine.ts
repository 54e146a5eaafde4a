import { HostError } from '../contract/errors.ts'
import type { Connection, LoginAnswer, LoginRequest, Look, Touch } from '../contract/look.ts'
import type { LookOptions, Machine, Plan } from '../contract/machine.ts'
import type { Command } from '../contract/questions.ts'
import type { Secret } from '../contract/secret.ts'
import { isAccountFile } from './accounts.ts'
import type { Answers } from './answers.ts'
import { reliedOn, runCommand } from './asking.ts'
import type { Wire } from './channel.ts'
import { createForesight } from './foresight.ts'
import { createLook, type LookParts } from './look.ts'
import { createLookBatch } from './look-batch.ts'
import { createMemory } from './memory.ts'
import { hiddenRunner, type Runner } from './runner.ts'
import type { Commands } from './spec.ts'
import { writeFiles } from './write.ts'

/** What a machine is made of; without `control` it is the control node itself. */
export interface MachineParts {
  readonly name: string
  readonly connection: Omit<Connection, 'power'>
  readonly wire: Wire
  readonly runner: Runner
  readonly control: Machine | null
  readonly answers: Answers | null
  readonly commands: Commands
  login(request: LoginRequest): Promise<LoginAnswer>
}

const CONTROL = 'control:'

/** Makes a machine of a connection: it looks, touches, writes and remembers what it was told. */
export const createMachine = (parts: MachineParts): Machine => {
  const { runner, wire } = parts
  const user = parts.connection.user
  const memory = createMemory()
  const said = new Set<string>()
  const forget = (paths?: readonly string[]): void => {
    memory.forget(paths)
    if (paths === undefined || paths.some(isAccountFile)) runner.forgetAccounts()
  }

  const changes = { age: memory.age, commands: () => parts.commands.count }
  const lookParts: LookParts = {
    connection: parts.connection,
    runner,
    memory,
    batch: createLookBatch(user, createForesight(parts.answers, changes)),
    answers: parts.answers,
    login: parts.login,
    control: (options) => control().look(atControl(options, parts.control === null)),
  }
  const control = (): Machine => parts.control ?? machine
  const runnerFor = ({ hidden }: { readonly hidden?: boolean }): Runner => (hidden ? hiddenRunner(runner) : runner)

  const touch = (options: LookOptions): Touch => {
    const look: Look = createLook(lookParts, options)
    return {
      ...look,
      get control() {
        return control().touch(atControl(options, parts.control === null))
      },
      as: (other) => touch({ ...options, power: other }),
      async do(command: Command, text?: string | Secret) {
        const relied = await reliedOn(lookParts, options.power, command)
        forget(command.changes)
        parts.commands.count += 1
        try {
          const about = { command, text, again: false, relied }
          return await runCommand({ runner: runnerFor(options) }, options.power, about)
        } finally {
          parts.commands.count += 1
          forget(command.changes)
        }
      },
    }
  }

  const machine: Machine = {
    name: parts.name,
    connection: { ...parts.connection, power: user },
    look: (options) => createLook(lookParts, options),
    touch,
    async write(request) {
      if (request.path.startsWith(CONTROL))
        return control().write({ ...request, path: request.path.slice(CONTROL.length), power: null })
      const { stopped, notes } = await machine.writeAll([request])
      if (stopped instanceof HostError) throw stopped
      return { how: stopped ?? 'written', ...(notes[0] === undefined ? {} : { note: notes[0] }) }
    },
    async writeAll(requests) {
      const isHidden = requests.some(({ hidden }) => hidden)
      const paths = requests.map(({ path }) => path)
      forget(paths)
      let inOrder = false
      try {
        const counted = countedRunner(runnerFor({ hidden: isHidden }))
        const writes = await writeFiles(counted.runner, user, requests)
        inOrder = writes.stopped === null && counted.count() === 1 && runner.isInOrder()
        // what a task with no_log is told, nobody reads
        const notes = isHidden ? [] : writes.notes.filter((note) => !said.has(note) && said.add(note))
        return { ...writes, notes, inOrder }
      } finally {
        // what was asked meanwhile saw it as it was
        if (!inOrder) forget(paths)
      }
    },
    forget,
    counters: () => ({ ...runner.counts(), bytesSent: wire.bytesSent() }),
    async close() {
      parts.answers?.save()
      runner.close()
      await wire.close()
    },
  }
  return machine
}

const countedRunner = (runner: Runner): { readonly runner: Runner; count(): number } => {
  let count = 0
  const run: Runner['run'] = (power, frame) => {
    count += 1
    return runner.run(power, frame)
  }
  return { runner: { ...runner, run }, count: () => count }
}

/** The control node is looked at as the user who started keyward, and with the part of a plan that is its own. */
const atControl = (options: LookOptions, isControl: boolean): LookOptions => {
  const { plan, own, ...rest } = options
  if (isControl) return { ...options, power: null }
  return {
    ...rest,
    power: null,
    ...(plan === undefined ? {} : { plan: planOfControl(plan) }),
    ...(own === undefined ? {} : { own: new Set([...own].flatMap(stripped)) }),
  }
}

const planOfControl = (plan: Plan): Plan =>
  new Map([...plan].flatMap(([path, state]) => stripped(path).map((bare) => [bare, state] as const)))

const stripped = (path: string): readonly string[] => (path.startsWith(CONTROL) ? [path.slice(CONTROL.length)] : [])
