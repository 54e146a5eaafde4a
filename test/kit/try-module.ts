import assert from 'node:assert/strict'
import type { Machine } from '../../src/contract/machine.ts'
import type { Module } from '../../src/contract/module.ts'
import type { Static, TSchema } from '../../src/contract/schema.ts'
import { converge, type Ending } from '../../src/engine/converge.ts'
import { Planned } from '../../src/engine/planned.ts'

/** Converges one task on a machine by the engine's one path, with the defaults of its parameters filled in, and its plan held to the law. */
export const tryModule = <Params extends TSchema, State extends TSchema>(
  module: Module<Params, State>,
  params: Partial<Static<Params>>,
  machine: Machine,
  about: { readonly mode?: 'run' | 'check' | 'audit'; readonly control?: Machine; readonly power?: string } = {},
): Promise<Ending> => {
  const { mode = 'run', control = null, power = null } = about
  const statement = {
    task: 'the task',
    module: lawful(module as unknown as Module),
    params: { ...defaultsOf(module.params), ...params },
    ...{ machine, control, power, hidden: false, harmless: false, waive: null },
  }
  return converge(statement, mode, mode === 'run' ? null : new Planned())
}

/** Holds a module to the law that what is wanted of the wanted is the wanted. */
const lawful = (module: Module): Module => ({
  ...module,
  plan: (params, now) => {
    const wanted = module.plan(params, now)
    assert.deepEqual(module.plan(params, wanted), wanted)
    return wanted
  },
})

const defaultsOf = (schema: TSchema): Record<string, unknown> => {
  const { properties = {} } = schema as { properties?: Record<string, { default?: unknown }> }
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, one]) => ('default' in one ? [[name, one.default]] : [])),
  )
}
