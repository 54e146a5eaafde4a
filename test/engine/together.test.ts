import assert from 'node:assert/strict'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import type { PathState } from '../../src/contract/state.ts'
import { converge, type Ending, type Statement } from '../../src/engine/converge.ts'
import { type MemoryMachine, memoryMachine } from './memory-machine.ts'

const textAt = (files: Readonly<Record<string, PathState>> | undefined, path: string): string => {
  const entry = files?.[path]
  return entry?.kind === 'file' ? String(entry.text) : ''
}

/** A module by which a file has what an edit makes of its text; `record` says more of it. */
const editing = (
  edit: (text: string, line: string) => string,
  isHeld = (text: string, line: string) => edit(text, line) === text,
) =>
  defineModule({
    name: 'line',
    summary: 'a file has a line',
    example: '',
    params: params({ path: param.path('where'), line: param.text('what') }),
    state: record({ held: field.flag('whether it has') }),
    probe: async (on, { path, line }) => {
      const text = ((await on.file(path))?.text ?? '') as string
      return { held: isHeld(text, line), files: { [path]: { kind: 'file' as const, text } } }
    },
    plan: ({ path, line }, now) =>
      now.held === true
        ? now
        : {
            ...now,
            held: true,
            files: { [path]: { kind: 'file' as const, text: edit(textAt(now.files, path), line) } },
          },
  }) as Module

const once = (text: string, line: string): string => (`\n${text}`.includes(`\n${line}\n`) ? text : `${text}${line}\n`)
const line = editing(once)

const file = (text: string) => ({ kind: 'file' as const, text })

const statement = (module: Module, machine: MemoryMachine, given: unknown): Statement => ({
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

/** Converges a statement with others behind it: how it ended, and how those did that went along. */
const converged = async (
  machine: MemoryMachine,
  ...all: readonly (readonly [Module, { readonly path: string; readonly line: string }])[]
): Promise<readonly Ending[]> => {
  const [lead, ...rest] = all.map(([module, given]) => statement(module, machine, given))
  const settled: Ending[] = []
  const followers = rest.map((one) => ({ statement: one, settle: (end: Ending) => void settled.push(end) }))
  return lead === undefined
    ? []
    : [await converge({ ...lead, followers: async () => followers }, 'run', null), ...settled]
}

const A = { path: '/a', line: 'one' }

describe('changes converged together', () => {
  it('write a file once that several change, and tell the diff of each', async () => {
    const machine = memoryMachine({ '/a': file('') })
    const ends = await converged(machine, [line, A], [line, { ...A, line: 'two' }], [line, { ...A, line: 'three' }])
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['changed', 'changed', 'changed'],
    )
    assert.deepEqual(
      ends.map(({ changes }) =>
        changes
          .at(-1)
          ?.diff?.split('\n')
          .filter((one) => /^\+\w/.test(one)),
      ),
      [['+one'], ['+two'], ['+three']],
    )
    assert.deepEqual([machine.written, machine.disk.get('/a')], [['/a'], file('one\ntwo\nthree\n')])
  })

  it('are written in the order of the tasks', async () => {
    const machine = memoryMachine({ '/a/b': file(''), '/c': file('') })
    await converged(machine, [line, { ...A, path: '/a/b' }], [line, { ...A, path: '/c' }])
    assert.deepEqual(machine.written, ['/a/b', '/c'])
  })

  it('end before one whose file another one wrote between', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    const ends = await converged(machine, [line, A], [line, { ...A, path: '/b' }], [line, { ...A, line: 'two' }])
    assert.deepEqual([ends.length, machine.written], [2, ['/a', '/b']])
  })

  it('leave out what one before makes needless, also by an edit that adds again', async () => {
    const always = editing(
      (text, one) => `${text}${one}\n`,
      (text, one) => `\n${text}`.includes(`\n${one}\n`),
    )
    for (const module of [line, always]) {
      const machine = memoryMachine({ '/a': file('') })
      const ends = await converged(machine, [module, A], [module, A])
      assert.deepEqual([ends.length, machine.disk.get('/a')], [1, file('one\n')])
    }
  })

  it('go their own ways, untouched, where the last undoes the first', async () => {
    const only = editing((_text, one) => `${one}\n`)
    const machine = memoryMachine({ '/a': file('') })
    const ends = await converged(machine, [only, A], [only, { ...A, line: 'two' }])
    assert.deepEqual([ends.map(({ status }) => status), machine.written], [['changed'], ['/a']])
    assert.deepEqual(machine.disk.get('/a'), file('one\n'))
  })

  it('are put back, and go their own ways, where what was written is not found', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    const { writeAll } = machine
    let spoiled = false
    const spoiling: MemoryMachine = {
      ...machine,
      look: (options) => {
        const look = machine.look(options)
        const isSpoiled = spoiled && machine.written.length === 2
        return isSpoiled ? { ...look, file: async () => null } : look
      },
      writeAll: async (requests) => {
        spoiled = true
        return await writeAll(requests)
      },
    }
    const [end] = await converged(spoiling, [line, A], [line, { ...A, path: '/b' }])
    assert.equal(end?.status, 'changed')
    assert.deepEqual(machine.written, ['/a', '/b', '/b', '/a', '/a'])
    assert.deepEqual([machine.disk.get('/a'), machine.disk.get('/b')], [file('one\n'), file('')])
  })

  it('end where another one wrote meanwhile: each looks again', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    machine.meddle = () => machine.disk.set('/a', file('theirs\n'))
    const [end] = await converged(machine, [line, A], [line, { ...A, path: '/b' }])
    assert.equal(end?.status, 'changed')
    assert.deepEqual(machine.disk.get('/a'), file('theirs\none\n'))
  })
})
