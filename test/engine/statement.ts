import type { Module } from '../../src/contract/module.ts'
import type { Statement } from '../../src/engine/converge.ts'
import type { MemoryMachine } from './memory-machine.ts'

/** A statement of a module on a machine in memory. */
export const statement = (module: Module, machine: MemoryMachine, given: unknown = {}): Statement => ({
  task: 'the task',
  module,
  params: given,
  machine,
  control: null,
  power: null,
  hidden: false,
  harmless: false,
  waive: null,
})

/** A file that holds a text. */
export const file = (text: string) => ({ kind: 'file' as const, text })
