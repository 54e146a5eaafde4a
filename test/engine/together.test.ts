import assert from 'node:assert/strict'
import { defineModule, type Module } from '../../src/contract/module.ts'
import type { Change } from '../../src/contract/outcome.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import { refuse } from '../../src/contract/signals.ts'
import type { PathState } from '../../src/contract/state.ts'
import { converge, type Ending } from '../../src/engine/converge.ts'
import { type MemoryMachine, memoryMachine } from './memory-machine.ts'
import { file, statement } from './statement.ts'

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
    byText: () => true,
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

/** A line that may be in any of three files, and is added to its own where it is in none: whether it is there, it only tells. */
const somewhere = defineModule({
  name: 'somewhere',
  summary: 'a line is somewhere',
  example: '',
  params: params({ path: param.path('where it is added'), line: param.text('what') }),
  state: record({ held: field.flag('whether it is somewhere'), written: field.flag('whether it is in its own file') }),
  probe: async (on, given) => {
    const paths = ['/a', '/b', '/c/d']
    const texts = await Promise.all(paths.map(async (path) => ((await on.file(path))?.text ?? '') as string))
    const holds = texts.map((text) => `\n${text}`.includes(`\n${given.line}\n`))
    const own = paths.indexOf(given.path)
    const files = { [given.path]: { kind: 'file' as const, text: texts[own] ?? '' } }
    return { held: holds.includes(true), written: holds[own] === true, files }
  },
  plan: (given, now) =>
    now.held === true
      ? now
      : { ...now, held: true, files: { [given.path]: file(once(textAt(now.files, given.path), given.line)) } },
}) as Module

/** A line that belongs into /c/d where /a says so, else into /b, and may be in either; what it says of texts is not true. */
const led = defineModule({
  name: 'led',
  summary: 'a line is where it is looked for',
  example: '',
  params: params({ path: param.path('not used'), line: param.text('what') }),
  state: record({ held: field.flag('whether it is there'), target: field.text('where it belongs') }),
  byText: () => true,
  probe: async (on, given) => {
    const at = async (path: string): Promise<string> => ((await on.file(path))?.text ?? '') as string
    const [lead, near, far] = await Promise.all(['/a', '/b', '/c/d'].map(at))
    const holds = [near, ...(lead === '' ? [] : [far])].some((text) => text?.includes(`${given.line}\n`))
    return {
      held: holds,
      target: lead === '' ? '/b' : '/c/d',
      files: { '/b': file(near ?? ''), '/c/d': file(far ?? '') },
    }
  },
  plan: ({ line: one }, now) => {
    const target = String(now.target)
    if (now.held === true) return now
    return { ...now, held: true, files: { ...now.files, [target]: file(once(textAt(now.files, target), one)) } }
  },
}) as Module

/** The machine, on which somebody else writes a text to /b right behind a row's writes. */
const meddledWith = (machine: MemoryMachine, theirs: string): MemoryMachine => ({
  ...machine,
  writeAll: async (requests) => {
    const writes = await machine.writeAll(requests)
    if (requests.length > 1) machine.disk.set('/b', file(theirs))
    return writes
  },
})

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

  it('are shown as they are left, each with what is wanted of it then', async () => {
    const machine = memoryMachine({ '/a': file('') })
    const ends = await converged(machine, [line, A], [line, { ...A, line: 'two' }])
    assert.deepEqual(
      ends.map(({ sight }) => [sight?.now.files, sight?.wanted.files]),
      [1, 2].map(() => [{ '/a': file('one\ntwo\n') }, { '/a': file('one\ntwo\n') }]),
    )
  })

  it('tell what the machine says of the writes, once', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    const { writeAll } = machine
    const telling = {
      ...machine,
      writeAll: async (all: Parameters<typeof writeAll>[0]) => ({ ...(await writeAll(all)), notes: ['modes only'] }),
    }
    const ends = await converged(telling, [line, A], [line, { ...A, path: '/b' }])
    assert.deepEqual(
      ends.map(({ notes, message }) => [notes, message]),
      [
        [['modes only'], 'modes only'],
        [[], ''],
      ],
    )
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

  it('take along what is as wanted already, and stays so', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('two\n') })
    const two = { path: '/b', line: 'two' }
    const ends = await converged(machine, [line, A], [line, two], [line, { ...A, line: 'three' }], [line, A])
    assert.deepEqual(
      ends.map(({ status, changes }) => [status, changes.length > 0]),
      [
        ['changed', true],
        ['ok', false],
        ['changed', true],
      ],
    )
    assert.deepEqual([machine.written, machine.disk.get('/a')], [['/a'], file('one\nthree\n')])
  })

  it('are looked at through the plan of those before them, where not texts alone decide', async () => {
    const without = editing((text, one) => text.replace(`${one}\n`, ''))
    const machine = memoryMachine({ '/a': file(''), '/b': file(''), '/c/d': file('') })
    const three = (path: string) => ({ path, line: 'three' })
    const ends = await converged(
      machine,
      ...([
        [line, three('/a')],
        [somewhere, three('/b')],
        [without, three('/b')],
        [line, { ...A, path: '/c/d' }],
      ] as const),
    )
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['changed', 'ok', 'ok', 'changed'],
    )
    assert.deepEqual(machine.written, ['/a', '/c/d'])
  })

  it('write where they would alone, also where what is said of their texts is not true', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file(''), '/c/d': file('') })
    await converged(machine, [line, A], [led, { ...A, line: 'mine' }])
    assert.deepEqual([machine.disk.get('/b'), machine.disk.get('/c/d')], [file(''), file('mine\n')])
  })

  it('end before the first that would not hold', async () => {
    const only = editing((_text, one) => `${one}\n`)
    const machine = memoryMachine({ '/a': file(''), '/b': file(''), '/c': file('') })
    const others = [
      [line, { ...A, path: '/b' }],
      [only, { path: '/c', line: 'x' }],
      [only, { path: '/c', line: 'y' }],
    ] as const
    const ends = await converged(machine, [line, A], ...others)
    assert.deepEqual(
      [ends.map(({ status }) => status), machine.written],
      [
        ['changed', 'changed'],
        ['/a', '/b'],
      ],
    )
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

  it('are put back where a plan refuses what is found behind the writes', async () => {
    const fussy = editing((text, one) => (text === 'spoilt\n' ? refuse('it is spoilt') : once(text, one)))
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    const meddled = meddledWith(machine, 'spoilt\n')
    const [end] = await converged(meddled, [line, A], [fussy, { ...A, path: '/b' }])
    assert.deepEqual([end?.status, machine.disk.get('/a')], ['changed', file('one\n')])
    assert.deepEqual(machine.written, ['/a', '/b', '/a', '/a'])
  })

  it('blame nobody for what somebody else wrote meanwhile, and forget no change', async () => {
    for (const theirs of ['theirs\n', 'one\ntheirs\n']) {
      const machine = memoryMachine({ '/a': file(''), '/b': file('') })
      const meddled = meddledWith(machine, theirs)
      const begun: (readonly Change[])[] = []
      const other = {
        ...statement(line, meddled, { ...A, path: '/b' }),
        begun: (all: readonly Change[]) => void begun.push(all),
      }
      const followers = async () => [{ statement: other, settle: () => assert.fail('it was not settled') }]
      const lead = await converge({ ...statement(line, meddled, A), followers }, 'run', null)
      assert.deepEqual([lead.status, lead.message, machine.disk.get('/a')], ['changed', '', file('one\n')])
      const end = await converge({ ...other, ...(begun[0] ? { changed: begun[0] } : {}) }, 'run', null)
      assert.deepEqual([end.status, end.changes.length > 0], ['changed', true])
      assert.match(textAt(Object.fromEntries(machine.disk), '/b'), /one\n/)
    }
  })

  it('end where another one wrote meanwhile: each looks again', async () => {
    const machine = memoryMachine({ '/a': file(''), '/b': file('') })
    machine.meddle = () => machine.disk.set('/a', file('theirs\n'))
    const [end] = await converged(machine, [line, A], [line, { ...A, path: '/b' }])
    assert.equal(end?.status, 'changed')
    assert.deepEqual(machine.disk.get('/a'), file('theirs\none\n'))
  })
})

describe('tasks converged together end as each would alone', () => {
  const without = (text: string, one: string): string => text.replace(`${one}\n`, '')
  const kinds = {
    adds: line,
    'adds again': editing(
      (text, one) => `${text}${one}\n`,
      (text, one) => `\n${text}`.includes(`\n${one}\n`),
    ),
    'is all there is': editing((_text, one) => `${one}\n`),
    'takes away': editing(without),
    'comes first': editing((text, one) => (text.startsWith(`${one}\n`) ? text : `${one}\n${without(text, one)}`)),
    'is somewhere': somewhere,
    'comes second': editing((text, one) => (once(text, one) === text ? text : text.replace(/^.*\n|^/, `$&${one}\n`))),
  } as const
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  const pick = <One>(all: readonly One[], seed: number): One => all[seed % all.length] as One

  /** Takes each in turn, as a host does: what an earlier one settled is not converged again. */
  const played = async (
    machine: MemoryMachine,
    tasks: readonly (readonly [Module, { readonly path: string; readonly line: string }])[],
    isTogether: boolean,
  ) => {
    const settled = new Map<number, Ending>()
    const ends: Ending[] = []
    const all = tasks.map(([module, given]) => statement(module, machine, given))
    for (const [index, one] of all.entries()) {
      const followers = async () =>
        all.slice(index + 1).map((next, place) => ({
          statement: next,
          settle: (end: Ending) => void settled.set(index + 1 + place, end),
        }))
      const known = settled.get(index)
      const end = known ?? (await converge({ ...one, ...(isTogether ? { followers } : {}) }, 'run', null))
      ends.push(end)
      if (end.status !== 'ok' && end.status !== 'changed') break
    }
    return {
      ends: ends.map(({ status, changes }) => [status, changes.map(({ path, diff }) => [path, diff])]),
      disk: [...machine.disk].sort(([one], [other]) => (one < other ? -1 : 1)),
      writes: machine.written.length,
    }
  }

  it('whatever they edit', async () => {
    let saved = 0
    for (let seed = 1; seed <= 150; seed += 1) {
      const numbers = Array.from(
        { length: 5 },
        (_, index) => (seed * 7919 + index * 104_729 + seed * seed * index) % 1_000_003,
      )
      const tasks = numbers.map((number) => {
        const given = { path: pick(['/a', '/b', '/c/d'], number), line: pick(['one', 'two', 'three'], number >> 3) }
        return [kinds[pick(names, number >> 5)], given] as const
      })
      const disk = (): MemoryMachine =>
        memoryMachine({ '/a': file(''), '/b': file('two\none\n'), '/c/d': file('one\n') })
      const [alone, together] = [await played(disk(), tasks, false), await played(disk(), tasks, true)]
      const what = `${seed}: ${numbers.map((number) => pick(names, number >> 5)).join(', ')}`
      assert.deepEqual([together.ends, together.disk], [alone.ends, alone.disk], what)
      saved += alone.writes - together.writes
    }
    assert.ok(saved > 20, `${saved} writes fewer`)
  })
})
