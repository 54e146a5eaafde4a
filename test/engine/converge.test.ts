import assert from 'node:assert/strict'
import { HostError } from '../../src/contract/errors.ts'
import { LATER } from '../../src/contract/later.ts'
import type { WriteRequest } from '../../src/contract/machine.ts'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import { missing, refuse, skip } from '../../src/contract/signals.ts'
import { converge } from '../../src/engine/converge.ts'
import { Planned } from '../../src/engine/planned.ts'
import { unmetText } from '../../src/engine/unmet.ts'
import { writeEach } from '../kit/write-each.ts'
import { memoryMachine } from './memory-machine.ts'
import { file, statement } from './statement.ts'

const motd = defineModule({
  name: 'motd',
  summary: 'a file holds a text',
  example: '',
  params: params({ text: param.text('its text') }),
  state: record({}),
  probe: async (on) => {
    const found = await on.file('/etc/motd')
    if (found?.text === 'forbidden') refuse('sshd says: forbidden')
    return { files: { '/etc/motd': found === null ? null : { kind: 'file' as const, text: found.text as string } } }
  },
  plan: ({ text }, now) => ({ ...now, files: { '/etc/motd': { kind: 'file', text } } }),
}) as Module

const pair = defineModule({
  name: 'pair',
  summary: 'a pair is there',
  example: '',
  params: params({}),
  state: record({ fingerprint: field.text('its fingerprint') }),
  probe: async (on) => ({ fingerprint: (await on.file('/key')) === null ? null : 'SHA256:abc' }),
  plan: (_params, now) => ({ fingerprint: now.fingerprint ?? LATER }),
  apply: async (on) => {
    await on.do({ argv: ['make-key'] })
    return undefined
  },
}) as Module

const claim = defineModule({
  name: 'claim',
  summary: 'a claim holds',
  example: '',
  params: params({}),
  state: record({ holds: field.flag('whether it holds') }),
  probe: async (on) => ({ holds: (await on.file('/claim')) !== null }),
  plan: () => ({ holds: true }),
}) as Module

const act = defineModule({
  name: 'act',
  summary: 'something was run',
  example: '',
  params: params({}),
  state: record({ rc: field.number('its exit code') }),
  isAct: () => true,
  probe: async () => ({ rc: null }),
  plan: (_params, now) => ({ rc: now.rc ?? LATER }),
  apply: async () => ({ rc: 0 }),
}) as Module

describe('converging a statement', () => {
  it('says what is left by what tells something, never by the hash of a text', () => {
    const text = { field: 'text', path: '/etc/motd', before: 'sha256:a', after: 'sha256:b' }
    const mode = { field: 'mode', path: '/etc/motd', before: '0644', after: '0600' }
    assert.equal(unmetText([text]), 'the text of /etc/motd')
    assert.equal(unmetText([text, mode]), 'mode of /etc/motd is 0644, wanted 0600')
    assert.equal(
      unmetText([{ field: 'text', before: 'a', after: 'b' }, mode, text]),
      'text is a, wanted b; mode of /etc/motd is 0644, wanted 0600',
    )
  })

  it('is ok, and writes nothing, where nothing differs', async () => {
    const machine = memoryMachine({ '/etc/motd': file('hello') })
    const end = await converge(statement(motd, machine, { text: 'hello' }), 'run', null)
    assert.deepEqual([end.status, machine.written], ['ok', []])
  })

  it('says drift in a dry run, with the diff that a run then makes', async () => {
    const machine = memoryMachine({ '/etc/motd': file('old\n') })
    const check = await converge(statement(motd, machine, { text: 'new\n' }), 'check', new Planned())
    assert.deepEqual([check.status, machine.written], ['drift', []])
    const run = await converge(statement(motd, machine, { text: 'new\n' }), 'run', null)
    assert.deepEqual([run.status, machine.written], ['changed', ['/etc/motd']])
    assert.deepEqual(run.changes, check.changes)
    assert.equal(check.changes[0]?.diff, '--- /etc/motd\n+++ /etc/motd\n@@ -1,1 +1,1 @@\n-old\n+new\n')
  })

  it('fails untouched, in check and run alike, where the planned text is refused', async () => {
    for (const mode of ['check', 'run'] as const) {
      const machine = memoryMachine({ '/etc/motd': file('old') })
      const end = await converge(
        statement(motd, machine, { text: 'forbidden' }),
        mode,
        mode === 'run' ? null : new Planned(),
      )
      assert.deepEqual([end.status, end.message, machine.written], ['failed', 'sshd says: forbidden', []])
    }
  })

  it('adds what a machine says of a write to its notes, and to the message where the task then fails', async () => {
    const machine = memoryMachine({ '/etc/motd': file('old') })
    const { write } = machine
    const noted = async (request: WriteRequest) => ({ ...(await write(request)), note: 'plain' })
    const said = { ...machine, write: noted, writeAll: writeEach(noted) }
    const end = await converge(statement(motd, said, { text: 'new' }), 'run', null)
    assert.deepEqual([end.status, end.notes], ['changed', ['plain']])
    const failing = { ...motd, apply: () => Promise.reject(new HostError('no')) } as Module
    const failed = await converge(statement(failing, said, { text: 'newer' }), 'run', null)
    assert.deepEqual([failed.status, failed.message], ['failed', 'no (put back: /etc/motd); plain'])
  })

  it('looks again where somebody else wrote between look and write', async () => {
    const machine = memoryMachine({ '/etc/motd': file('old') })
    machine.meddle = () => machine.disk.set('/etc/motd', file('theirs'))
    const end = await converge(statement(motd, machine, { text: 'new' }), 'run', null)
    assert.equal(end.status, 'changed')
    assert.match(end.changes[0]?.diff ?? '', /-theirs/)
  })

  it('says stuck where apply does nothing', async () => {
    const machine = memoryMachine({})
    const end = await converge(statement(pair, machine), 'run', null)
    assert.deepEqual(
      [end.status, end.message],
      [
        'stuck',
        'still not as wanted: fingerprint is nothing, wanted something known after the run; it had run: make-key',
      ],
    )
  })

  it('is ok a second time in a dry run, with the record planned the first time', async () => {
    const machine = memoryMachine({})
    const planned = new Planned()
    const first = await converge(statement(pair, machine), 'check', planned)
    const second = await converge(statement(pair, machine), 'check', planned)
    assert.deepEqual([first.status, second.status], ['drift', 'ok'])
    assert.equal(second.record.fingerprint, LATER)
  })

  it('puts files back where apply fails, and names what it ran', async () => {
    const both = {
      ...motd,
      apply: async () => {
        throw new HostError('no space left on device')
      },
    } as Module
    const machine = memoryMachine({ '/etc/motd': file('old') })
    const end = await converge(statement(both, machine, { text: 'new' }), 'run', null)
    assert.deepEqual([end.status, end.message], ['failed', 'no space left on device (put back: /etc/motd)'])
    assert.deepEqual(machine.disk.get('/etc/motd'), file('old'))
  })

  it('puts back what was written before one that failed, and what may have been, if it was', async () => {
    const three = {
      ...motd,
      probe: async (on) => {
        const files = await Promise.all(['/a', '/b', '/c'].map(async (path) => [path, await on.read(path)] as const))
        return { files: Object.fromEntries(files.map(([path, text]) => [path, file(text ?? '')])) }
      },
      plan: (_params, now) => ({ ...now, files: { '/a': file('new'), '/b': file('new'), '/c': file('new') } }),
    } as Module
    for (const isWritten of [true, false]) {
      const machine = memoryMachine({ '/a': file('old'), '/b': file('old'), '/c': file('old') })
      const { writeAll } = machine
      const lost = async (requests: readonly WriteRequest[]) => {
        const { written, ...rest } = await writeAll(requests.slice(0, isWritten ? 2 : 1))
        return { ...rest, written: 1, unsure: requests.length - 1, stopped: new HostError('no answer within 1 s') }
      }
      const end = await converge(statement(three, { ...machine, writeAll: lost }), 'run', null)
      const back = isWritten ? '/b, /a' : '/a'
      assert.deepEqual([end.status, end.message], ['failed', `no answer within 1 s; put back: ${back}`])
      assert.deepEqual([...machine.disk.values()], [file('old'), file('old'), file('old')])
    }
  })

  it('judges a module that only looks: failed in a run, drift in a check, waiting while changes are planned', async () => {
    const machine = memoryMachine({ '/etc/motd': file('old') })
    assert.equal((await converge(statement(claim, machine), 'run', null)).status, 'failed')
    const planned = new Planned()
    assert.equal((await converge(statement(claim, machine), 'check', planned)).status, 'drift')
    await converge({ ...statement(motd, machine, { text: 'new' }), task: 'a text' }, 'check', planned)
    const end = await converge(statement(claim, machine), 'check', planned)
    assert.deepEqual(
      [end.status, end.message],
      ['waiting', 'can be judged only after "a text" (now: holds is false, wanted true)'],
    )
  })

  it('would run an act in a check, has nothing to judge in an audit, and runs it', async () => {
    const machine = memoryMachine({})
    const check = await converge(statement(act, machine), 'check', new Planned())
    assert.deepEqual([check.status, check.message, check.record.rc], ['drift', 'would run', LATER])
    assert.equal((await converge(statement(act, machine), 'audit', new Planned())).status, 'skipped')
    const run = await converge(statement(act, machine), 'run', null)
    assert.deepEqual([run.status, run.record.rc], ['changed', 0])
    assert.equal(
      (await converge({ ...statement(act, machine), harmless: true }, 'check', new Planned())).status,
      'skipped',
    )
  })

  it('would run an act a second time in a check, as the run does', async () => {
    const machine = memoryMachine({})
    const planned = new Planned()
    const ends = [
      await converge(statement(act, machine), 'check', planned),
      await converge(statement(act, machine), 'check', planned),
    ]
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['drift', 'drift'],
    )
  })

  it('waits in a dry run for a missing subject, naming who plans to make it', async () => {
    const lost = { ...motd, probe: async () => missing({ kind: 'file', name: '/etc/motd' }) } as Module
    const machine = memoryMachine({})
    assert.equal((await converge(statement(lost, machine), 'run', null)).status, 'failed')
    const planned = new Planned()
    const alone = await converge(statement(lost, machine), 'check', planned)
    assert.deepEqual(
      [alone.status, alone.message],
      ['waiting', 'file "/etc/motd" does not exist: no earlier task plans a change that could make it'],
    )
    await converge({ ...statement(motd, machine, { text: 'new' }), task: 'the maker' }, 'check', planned)
    const end = await converge({ ...statement(lost, machine), params: { other: true } }, 'check', planned)
    assert.equal(end.message, 'file "/etc/motd" does not exist: waits for "the maker"')
  })

  it('passes on why there is nothing to judge', async () => {
    const off = { ...motd, probe: async () => skip('SELinux is disabled') } as Module
    const end = await converge(statement(off, memoryMachine({})), 'run', null)
    assert.deepEqual([end.status, end.message], ['skipped', 'SELinux is disabled'])
  })
})
