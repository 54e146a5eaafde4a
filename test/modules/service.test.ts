import assert from 'node:assert/strict'
import service from '../../modules/service.ts'
import { type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'
import { type StandInUnit, sshUnit, systemdMachine } from './stand-in-systemd.ts'

type Given = Parameters<typeof service.plan>[0]

const serve = (machine: FakeMachine, given: Partial<Given>, mode: 'run' | 'check' = 'run') =>
  tryModule(service, { name: 'ssh', ...given }, machine, { mode })

const accepts = (argv: readonly string[]) => (argv[0] === '/usr/sbin/sshd' ? { stdout: 'port 22\n' } : undefined)

const down: StandInUnit = { ActiveState: 'inactive', UnitFileState: 'disabled' }

/** What is asked, the unit before, and what systemctl is called for in the run; a second run calls nothing. */
const STATES: readonly (readonly [given: Partial<Given>, unit: StandInUnit, calls: readonly string[]])[] = [
  [{ state: 'started' }, {}, []],
  [{ state: 'started' }, down, ['start ssh']],
  [{ state: 'stopped' }, {}, ['stop ssh']],
  [{ state: 'stopped' }, down, []],
  [{ enabled: true }, down, ['enable ssh']],
  [{ enabled: false }, {}, ['disable ssh']],
  [{ enabled: true, state: 'started' }, down, ['enable ssh', 'start ssh']],
  [{ masked: true }, {}, ['mask ssh']],
  [{ masked: false, state: 'started' }, { ...down, LoadState: 'masked' }, ['unmask ssh', 'start ssh']],
  [{ daemon_reload: true }, { NeedDaemonReload: 'yes' }, ['daemon-reload']],
  [{ daemon_reload: true }, {}, []],
  [{ enabled: true }, { UnitFileState: 'static' }, []],
]

describe('service', () => {
  for (const [given, unit, expected] of STATES)
    it(`${JSON.stringify(given)} of a unit with ${JSON.stringify(unit)} calls ${expected.join(', ') || 'nothing'}`, async () => {
      const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500, unit) }, {}, accepts)
      assert.equal((await serve(machine, given, 'check')).status, expected.length > 0 ? 'drift' : 'ok')
      assert.deepEqual(calls, [])
      assert.equal((await serve(machine, given)).status, expected.length > 0 ? 'changed' : 'ok')
      assert.deepEqual(calls, expected)
      assert.equal((await serve(machine, given)).status, 'ok')
      assert.deepEqual(calls, expected)
    })

  it('restarts in every run, and starts what is stopped', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500, down) }, {}, accepts)
    for (const expected of ['started', 'restarted', 'restarted']) {
      const { status, record } = await serve(machine, { state: 'restarted' })
      assert.deepEqual([status, record.done], ['changed', expected])
    }
    assert.deepEqual(calls, ['start ssh', 'restart ssh', 'restart ssh'])
  })

  it('enables a unit by its own name, since systemctl refuses an alias', async () => {
    const { machine, calls } = systemdMachine(
      { 'sshd.service': sshUnit(500, { UnitFileState: 'disabled' }), 'ssh.service': sshUnit(500) },
      {},
      accepts,
    )
    await serve(machine, { name: 'sshd', enabled: true })
    assert.deepEqual(calls, ['enable ssh.service'])
  })

  it('never restarts sshd into a configuration that it refuses', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, {}, (argv) =>
      argv[0] === '/usr/sbin/sshd' ? { code: 255, stderr: 'Bad configuration option: Nonsense' } : undefined,
    )
    const { status, message } = await serve(machine, { state: 'restarted' })
    assert.deepEqual([status, calls], ['failed', []])
    assert.match(message, /sshd refuses its configuration: Bad configuration option: Nonsense/)
  })

  it('says that a socket will start again what it stops', async () => {
    const units = {
      'ssh.service': sshUnit(500, { TriggeredBy: 'ssh.socket' }),
      'ssh.socket': { Id: 'ssh.socket', LoadState: 'loaded', ActiveState: 'active' },
    }
    const { machine } = systemdMachine(units, {}, accepts)
    assert.match((await serve(machine, { state: 'stopped' })).message, /ssh\.socket listens, and starts ssh again/)
  })

  it('refuses what cannot be had', async () => {
    const refused = async (unit: StandInUnit, given: Partial<Given>) =>
      (await serve(systemdMachine({ 'ssh.service': sshUnit(500, unit) }).machine, given)).message
    assert.match(await refused({ ...down, LoadState: 'masked' }, { state: 'started' }), /masked, and cannot be started/)
    assert.match(await refused({ UnitFileState: 'static' }, { enabled: false }), /static: it can be masked/)
    assert.match(
      await refused({ LoadState: 'bad-setting', LoadError: 'x' }, { state: 'started' }),
      /Error loading unit file 'ssh': x/,
    )
  })

  it('misses a unit that nobody knows, which an earlier task may still install', async () => {
    const { machine } = systemdMachine({})
    assert.equal(
      (await serve(machine, { name: 'nope', state: 'started' })).message,
      'Could not find the requested service nope: host',
    )
    assert.equal((await serve(machine, { name: 'nope', state: 'started' }, 'check')).status, 'waiting')
  })

  it('works without systemd, by the scripts of SysV', async () => {
    const calls: string[] = []
    let running = false
    let enabled = ''
    const machine = fakeMachine({
      files: { '/usr/sbin/update-rc.d': '' },
      answer: ({ argv }) => {
        if (argv[2]?.includes('systemctl show')) return { stdout: `script cron\n${enabled}` }
        if (argv[0] === 'service' && argv[2] === 'status') return { code: running ? 0 : 3 }
        if (argv[0] !== 'service' && argv[0] !== 'update-rc.d') return undefined
        calls.push(argv.join(' '))
        running = true
        if (argv[0] === 'update-rc.d') enabled = 'starts /etc/rc2.d/S01cron\n'
        return { code: 0 }
      },
    })
    assert.equal((await serve(machine, { name: 'cron', state: 'started' })).status, 'changed')
    assert.equal((await serve(machine, { name: 'cron', enabled: true }, 'check')).status, 'drift')
    assert.equal((await serve(machine, { name: 'cron', enabled: true })).status, 'changed')
    assert.deepEqual(calls, ['service cron start', 'update-rc.d cron enable'])
  })

  it('complains where nothing is asked', () => {
    const wrong = service.review?.({ name: 'ssh', daemon_reload: false }, { looped: new Set() })
    assert.deepEqual(
      wrong?.map(({ message }) => message),
      ['one of the following is required: state, enabled, masked, daemon_reload'],
    )
  })
})
