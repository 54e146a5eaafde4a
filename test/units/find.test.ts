import assert from 'node:assert/strict'
import { controlUnit } from '../../src/units/control.ts'
import { findUnit, type Unit } from '../../src/units/find.ts'
import { type Asked, type FakeHost, fakeMachine } from '../kit/fake-look.ts'

const DAEMON = { '/run/sshd.pid': { text: '42\n', modifiedMs: 5_000 }, '/proc/42': { directory: true as const } }

const machine = (files: FakeHost['files'], answer: FakeHost['answer'] = () => undefined) =>
  fakeMachine({ files: files ?? {}, answer })

const find = (name: string, files: FakeHost['files'], answer?: FakeHost['answer']): Promise<Unit> =>
  findUnit(machine(files, answer).look({ power: null }), name)

const brief = ({ init, name, isRunning, pid, load }: Unit) => [init, name, isRunning, pid, load?.ms ?? null]

describe('a unit without systemd', () => {
  it('is a script of SysV, with the pid file to say when it was loaded', async () => {
    assert.deepEqual(brief(await find('sshd', { ...DAEMON, '/etc/init.d/ssh': '' })), ['sysv', 'ssh', true, 42, 5000])
  })

  it('is a script of OpenRC where that runs', async () => {
    const files = { ...DAEMON, '/etc/init.d/sshd': '', '/run/openrc': { directory: true as const } }
    assert.deepEqual(brief(await find('ssh', files)), ['openrc', 'sshd', true, 42, 5000])
  })

  it('is a daemon with a pid file where nobody manages it', async () => {
    assert.deepEqual(brief(await find('ssh', DAEMON)), ['none', 'ssh', true, 42, 5000])
  })

  it('does not run where the process of its pid file is gone', async () => {
    const files = { '/run/sshd.pid': '42\n', '/etc/init.d/ssh': '' }
    assert.deepEqual(brief(await find('ssh', files)), ['sysv', 'ssh', false, null, null])
  })

  it('is a process where there is no pid file, loaded when that was started', async () => {
    const stat = `7 (sshd) S ${Array.from({ length: 18 }, () => '0').join(' ')} 10000 0\n`
    const answer = ({ argv }: Asked) => {
      if (argv[0] === 'pgrep') return argv.at(-1) === 'sshd' ? { stdout: '7\n' } : { code: 1 }
      if (argv[0] === 'cat') return { stdout: stat }
      return argv[2]?.includes('date +%s') ? { stdout: '500.00 1.00\n1000.000000000\n500.00 1.00\n' } : undefined
    }
    // 500 s after the boot, which was at 500 s; the process came 100 s later, less a tick
    assert.deepEqual(brief(await find('ssh', {}, answer)), ['none', 'ssh', true, 7, 599_990])
  })

  it('runs where its script says so', async () => {
    const answer = ({ argv }: Asked) => (argv.join(' ') === 'service cron status' ? { code: 0 } : undefined)
    assert.deepEqual(brief(await find('cron', { '/etc/init.d/cron': '' }, answer)), ['sysv', 'cron', true, null, null])
  })

  it('is missing where neither a script nor a process is there', async () => {
    await assert.rejects(
      find('nope', { '/etc/init.d/ssh': '' }),
      /^Missing: Could not find the requested service nope: host$/,
    )
  })

  it('is one, not what a pattern takes', async () => {
    await assert.rejects(find('ss?', DAEMON), /found '\?' in service name: ss\?/)
  })
})

describe('what a unit is told', () => {
  const told = async (files: FakeHost['files'], verb: 'start' | 'reload'): Promise<string> => {
    const host = machine(files, ({ argv }) =>
      argv[0] === 'pgrep' || argv[0] === 'systemctl' ? undefined : { code: 0 },
    )
    const on = host.touch({ power: null })
    const unit = await findUnit(on, 'ssh')
    await controlUnit(on, unit, verb)
    return host.asked.at(-1)?.argv.join(' ') ?? ''
  }

  it('goes by its init system', async () => {
    assert.equal(await told({ ...DAEMON, '/etc/init.d/ssh': '' }, 'reload'), 'service ssh reload')
    assert.equal(
      await told({ ...DAEMON, '/etc/init.d/ssh': '', '/run/openrc/x': '' }, 'reload'),
      'rc-service ssh reload',
    )
    assert.equal(await told(DAEMON, 'reload'), 'kill -HUP 42')
    await assert.rejects(told(DAEMON, 'start'), /belongs to no init system that is known here/)
  })

  it('is told by the script itself where there is no service tool', async () => {
    const calls: string[] = []
    const host = machine({ ...DAEMON, '/etc/init.d/ssh': '' }, ({ argv }) => {
      if (!argv.includes('reload')) return undefined
      calls.push(argv.join(' '))
      return { code: argv[0] === 'service' ? 127 : 0 }
    })
    const on = host.touch({ power: null })
    await controlUnit(on, await findUnit(on, 'ssh'), 'reload')
    assert.deepEqual(calls, ['service ssh reload', '/etc/init.d/ssh reload'])
  })
})
