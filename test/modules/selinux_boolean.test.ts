import assert from 'node:assert/strict'
import selinuxBoolean from '../../modules/selinux_boolean.ts'
import { type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof selinuxBoolean.plan>[0]

const NAME = 'use_nfs_home_dirs'
const LOCAL = '/var/lib/selinux/targeted/active/booleans.local'

interface Values {
  readonly running?: boolean
  readonly stored?: boolean
}

/** A machine with SELinux as the kernel and the tools show it; what setsebool was called for is written down. */
const selinux = (values: Values, more: FakeHost['files'] = {}, tools = ['setsebool', 'semanage']) => {
  const calls: string[] = []
  const now = { running: false, stored: false, ...values }
  const kernel: FakeHost['files'] =
    values.running === undefined
      ? {}
      : { '/sys/fs/selinux/enforce': '1', [`/sys/fs/selinux/booleans/${NAME}`]: values.running ? '1 1' : '0 0' }
  const machine: FakeMachine = fakeMachine({
    files: { '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n', ...kernel, ...more },
    answer: ({ argv }) => {
      if (argv[0] === 'sh') return { code: tools.includes(argv.at(-1) ?? '') ? 0 : 127 }
      if (argv[0] === undefined || !tools.includes(argv[0])) return undefined
      if (argv[0] === 'semanage') return { stdout: `${NAME}  (on , ${now.stored ? 'on' : 'off'})  Allow\n` }
      calls.push(argv.join(' '))
      return { code: 0 }
    },
  })
  return { machine, calls }
}

const set = (machine: FakeMachine, given: Partial<Given>, mode: 'run' | 'check' = 'check') =>
  tryModule(selinuxBoolean, { name: NAME, state: true, ...given }, machine, { mode })

const fields = async (values: Values, given: Partial<Given>, more: FakeHost['files'] = {}) =>
  (await set(selinux(values, more).machine, given)).changes.map(({ field }) => field)

/** What is found, what is asked, and which values change. */
const CHANGES: readonly (readonly [values: Values, given: Partial<Given>, changed: readonly string[]])[] = [
  [{ running: false }, {}, ['running']],
  [{ running: true }, {}, []],
  [{ running: true }, { state: false }, ['running']],
  [{ running: true, stored: false }, { persistent: true }, ['stored']],
  [{ running: false, stored: true }, { persistent: true }, ['running']],
  [{ running: false, stored: false }, { persistent: true }, ['running', 'stored']],
  [{ running: true, stored: true }, { persistent: true }, []],
  [{ stored: false }, { persistent: true, ignore_selinux_state: true }, ['stored']],
  [{ stored: true }, { persistent: true, ignore_selinux_state: true }, []],
]

describe('selinux_boolean', () => {
  for (const [values, given, changed] of CHANGES)
    it(`${JSON.stringify(given)} of ${JSON.stringify(values)} changes ${changed.join(' and ') || 'nothing'}`, async () => {
      assert.deepEqual(await fields(values, given), changed)
    })

  it('believes what is stored before it asks semanage, which is slow', async () => {
    const { machine } = selinux({ running: true }, { [LOCAL]: `${NAME}=1\n` })
    assert.equal((await set(machine, { persistent: true })).status, 'ok')
    assert.ok(machine.asked.every(({ argv }) => argv[0] !== 'semanage'))
  })

  it('sets both values at once, and the running one alone where the stored one is right', async () => {
    const both = selinux({ running: false })
    await set(both.machine, { persistent: true }, 'run')
    const one = selinux({ running: false }, { [LOCAL]: `${NAME}=1\n` })
    await set(one.machine, { persistent: true }, 'run')
    assert.deepEqual([...both.calls, ...one.calls], [`setsebool -P ${NAME} on`, `setsebool ${NAME} on`])
  })

  it('is stuck where the tool says nothing and does nothing', async () => {
    const { status, message } = await set(selinux({ running: false }).machine, {}, 'run')
    assert.equal(status, 'stuck')
    assert.match(message, /running is false, wanted true; it had run: setsebool use_nfs_home_dirs on/)
  })

  it('takes an old name for the new one', async () => {
    const subs = { '/etc/selinux/targeted/booleans.subs_dist': `nfs_home ${NAME}\n` }
    const { machine } = selinux({ running: true, stored: true }, subs)
    assert.equal((await set(machine, { name: 'nfs_home', persistent: true })).status, 'ok')
  })

  it('suggests the name that was meant', async () => {
    const running = await set(selinux({ running: true }).machine, { name: 'use_nfs_home_dir' })
    assert.deepEqual(
      [running.status, running.message],
      ['failed', `SELinux boolean use_nfs_home_dir is not defined: did you mean "${NAME}"?`],
    )
    const given = { name: 'use_nfs_home_dir', persistent: true, ignore_selinux_state: true }
    assert.match((await set(selinux({}).machine, given)).message, /is not defined: did you mean/)
  })

  it('is skipped where SELinux is disabled, unless that is a failure', async () => {
    const skipped = await set(selinux({}).machine, {})
    assert.deepEqual([skipped.status, skipped.message], ['skipped', 'SELinux is disabled on this host'])
    assert.equal((await set(selinux({}).machine, { persistent: true })).status, 'skipped')
    assert.equal((await set(selinux({}).machine, { ignore_selinux_state: true })).status, 'skipped')
    assert.equal((await set(selinux({}).machine, { require: true })).status, 'failed')
  })

  it('misses the tool that it needs, and none where there is nothing to change', async () => {
    const { status, message } = await set(selinux({ running: false }, {}, []).machine, {}, 'run')
    assert.deepEqual([status, message], ['failed', 'setsebool is not there: it is in the package policycoreutils'])
    assert.equal((await set(selinux({ running: true }, {}, []).machine, {})).status, 'ok')
  })

  it('complains about a name that can be none', () => {
    const given = { name: '../x', state: true, persistent: false, ignore_selinux_state: false, require: false }
    assert.equal(selinuxBoolean.review?.(given, { looped: new Set() })[0]?.param, 'name')
  })
})
