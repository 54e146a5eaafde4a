import assert from 'node:assert/strict'
import { controlUnit } from '../../src/units/control.ts'
import { findUnit, type Unit } from '../../src/units/find.ts'
import { type Asked, type FakeHost, fakeMachine } from '../kit/fake-look.ts'

const PID_FILE = { '/run/sshd.pid': { text: '42\n', modifiedMs: 5_000 } }
const DAEMON = 'daemon 42 /run/sshd.pid\n'

const machine = (files: FakeHost['files'], answer: FakeHost['answer'] = () => undefined) =>
  fakeMachine({ files: files ?? {}, answer })

/** Answers what the question about a unit puts out, and what else is asked. */
const saying =
  (said: string, answer: FakeHost['answer'] = () => undefined): FakeHost['answer'] =>
  (asked) =>
    asked.argv[2]?.includes('systemctl show') ? { stdout: said } : answer(asked)

const find = (name: string, said: string, answer?: FakeHost['answer'], about = {}): Promise<Unit> =>
  findUnit(machine(PID_FILE, saying(said, answer)).look({ power: null }), name, about)

const brief = ({ init, name, isRunning, pid, load }: Unit) => [init, name, isRunning, pid, load?.ms ?? null]

describe('a unit without systemd', () => {
  it('is a script of SysV, with the pid file to say when it was loaded', async () => {
    assert.deepEqual(brief(await find('sshd', `${DAEMON}script ssh\n`)), ['sysv', 'ssh', true, 42, 5000])
  })

  it('is a script of OpenRC where that runs', async () => {
    const said = `${DAEMON}openrc\nscript sshd\n`
    assert.deepEqual(brief(await find('ssh', said)), ['openrc', 'sshd', true, 42, 5000])
  })

  it('is a daemon with a pid file where nobody manages it', async () => {
    assert.deepEqual(brief(await find('ssh', DAEMON)), ['none', 'ssh', true, 42, 5000])
  })

  it('does not run where no process was found', async () => {
    assert.deepEqual(brief(await find('ssh', 'script ssh\n')), ['sysv', 'ssh', false, null, null])
  })

  it('is a process where there is no pid file, loaded when that was started', async () => {
    const stat = `7 (sshd) S ${Array.from({ length: 18 }, () => '0').join(' ')} 10000 0`
    const said = `process 7 ${stat}\nclocks\n500.00\n1000.000000000\n500.00\n`
    // 500 s after the boot, which was at 500 s; the process came 100 s later, less a tick
    assert.deepEqual(brief(await find('ssh', said)), ['none', 'ssh', true, 7, 599_990])
  })

  it('runs where its script says so', async () => {
    const answer = ({ argv }: Asked) => (argv.join(' ') === 'service cron status' ? { code: 0 } : undefined)
    assert.deepEqual(brief(await find('cron', 'script cron\n', answer)), ['sysv', 'cron', true, null, null])
  })

  it('is missing where neither a script nor a process is there', async () => {
    await assert.rejects(find('nope', ''), /^Missing: Could not find the requested service nope: host$/)
    await assert.rejects(find('no pe', DAEMON), /^Missing: Could not find the requested service no pe: host$/)
  })

  it('is one, not what a pattern takes', async () => {
    await assert.rejects(find('ss?', DAEMON), /found '\?' in service name: ss\?/)
  })

  it('takes the clocks of the last look at them, when the machine was busy at the one before', async () => {
    const { nowMs } = await find('ssh', `${DAEMON}clocks\n1.00\n5.0\n3.00\nclocks\n3.00\n7.5\n3.00\naccepted\n`)
    assert.equal(nowMs, 7_000)
  })
})

describe('a unit of systemd', () => {
  const shown = (pid: number) => `Id=ssh.service\nLoadState=loaded\nActiveState=active\nMainPID=${pid}\n`
  const clocks = 'clocks\n500.00\n1000.000000000\n500.00\n'
  const changed = 'StateChangeTimestampMonotonic=100000000\n'

  it('is known without systemd where sshd and its pid file say enough', async () => {
    const unit = await find('sshd', `${DAEMON}unit ssh\n`, undefined, { brief: true })
    assert.deepEqual([brief(unit), unit.isBrief], [['systemd', 'ssh', true, 42, 5000], true])
  })

  it('is sshd, which writes its pid file when it loads its files', async () => {
    const unit = await find('sshd', `${DAEMON}${clocks}accepted\nsystemd ssh\n${shown(42)}${changed}`)
    assert.deepEqual(brief(unit), ['systemd', 'ssh', true, 42, 5000])
    assert.deepEqual([unit.isBrief, unit.isAccepted, unit.pidFile], [false, true, '/run/sshd.pid'])
  })

  it('has nothing to do with the pid file of another process', async () => {
    const unit = await find('sshd', `${DAEMON}${clocks}systemd ssh\n${shown(7)}${changed}`)
    assert.deepEqual([brief(unit), unit.pidFile], [['systemd', 'ssh', true, 7, 599_990], null])
  })

  it('may write its pid file once where it is not sshd', async () => {
    const said = `daemon 42 /run/nginx.pid\n${clocks}systemd nginx\n${shown(42)}${changed}`
    assert.deepEqual(brief(await find('nginx', said)), ['systemd', 'nginx', true, 42, 599_990])
  })

  it('cannot be told where systemctl does not answer', async () => {
    await assert.rejects(find('cron', 'clocks\nsystemd cron\n'), /^HostError: systemctl cannot show cron: no answer$/)
  })
})

describe('what a unit is told', () => {
  const told = async (said: string, verb: 'start' | 'reload'): Promise<string> => {
    const host = machine(
      {},
      saying(said, () => ({ code: 0 })),
    )
    const on = host.touch({ power: null })
    await controlUnit(on, await findUnit(on, 'ssh'), verb)
    return host.asked.at(-1)?.argv.join(' ') ?? ''
  }

  it('goes by its init system', async () => {
    assert.equal(await told(`${DAEMON}script ssh\n`, 'reload'), 'service ssh reload')
    assert.equal(await told(`${DAEMON}openrc\nscript ssh\n`, 'reload'), 'rc-service ssh reload')
    assert.equal(await told(DAEMON, 'reload'), 'kill -HUP 42')
    await assert.rejects(told(DAEMON, 'start'), /belongs to no init system that is known here/)
  })

  it('is told by the script itself where there is no service tool', async () => {
    const calls: string[] = []
    const answer = ({ argv }: Asked) => {
      if (!argv.includes('restart')) return undefined
      calls.push(argv.join(' '))
      return { code: argv[0] === 'service' ? 127 : 0 }
    }
    const on = machine({}, saying(`${DAEMON}script ssh\n`, answer)).touch({ power: null })
    await controlUnit(on, await findUnit(on, 'ssh'), 'restart')
    assert.deepEqual(calls, ['service ssh restart', '/etc/init.d/ssh restart'])
  })
})
