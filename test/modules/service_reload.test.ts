import assert from 'node:assert/strict'
import serviceReload from '../../modules/service_reload.ts'
import { LATER } from '../../src/contract/later.ts'
import type { FakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'
import { afterBoot, sshUnit, systemdMachine } from './stand-in-systemd.ts'

type Given = Parameters<typeof serviceReload.plan>[0]

const CONFIG = '/etc/ssh/sshd_config'

/** sshd's files as Debian has them, changed so many seconds after the boot. */
const sshdFiles = (seconds: number, directory = 0) => ({
  [CONFIG]: { text: 'Include /etc/ssh/sshd_config.d/*.conf\n', modifiedMs: afterBoot(seconds) },
  '/etc/ssh/sshd_config.d': { directory: true as const, modifiedMs: afterBoot(directory) },
})

const accepts = (argv: readonly string[]) => (argv[0] === '/usr/sbin/sshd' ? { stdout: 'port 22\n' } : undefined)
const refuses = (argv: readonly string[]) =>
  argv[0] === '/usr/sbin/sshd'
    ? { code: 255, stderr: `${CONFIG}: line 1: Bad configuration option: Nonsense\n` }
    : undefined

const reload = (machine: FakeMachine, given: Partial<Given> = {}, mode: 'run' | 'check' | 'audit' = 'run') =>
  tryModule(serviceReload, { name: 'sshd', ...given }, machine, { mode })

describe('service_reload', () => {
  it('has nothing to do where the daemon was loaded after its files changed, and asks sshd nothing then', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(400))
    const { status, record } = await reload(machine)
    assert.deepEqual([status, record.running, record.loaded, calls], ['ok', true, 'current', []])
    assert.ok(machine.asked.every(({ argv }) => argv[0] !== '/usr/sbin/sshd'))
  })

  it('reloads a daemon whose files are newer, once, by the name that the unit has', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(600), accepts)
    const check = await reload(machine, {}, 'check')
    assert.deepEqual([check.status, calls], ['drift', []])
    assert.deepEqual(check.changes, [{ field: 'loaded', before: 'stale', after: 'current' }])
    assert.match(check.message, /newer than its last load: \/etc\/ssh\/sshd_config$/)
    assert.equal((await reload(machine)).status, 'changed')
    assert.equal((await reload(machine)).status, 'ok')
    assert.deepEqual(calls, ['reload ssh'])
  })

  it('shows in an audit what a crash swallowed', async () => {
    const { machine } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(600), accepts)
    assert.equal((await reload(machine, {}, 'audit')).status, 'drift')
  })

  it('notices a drop-in that is gone by its directory', async () => {
    const { machine } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(400, 600), accepts)
    assert.equal((await reload(machine, {}, 'check')).status, 'drift')
  })

  it('counts a change of the very moment of the load as newer', async () => {
    const { machine } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(500), accepts)
    assert.equal((await reload(machine, {}, 'check')).status, 'drift')
  })

  it('does not take a reload that failed for a load', async () => {
    const failed = sshUnit(500, { ReloadResult: 'exit-code' })
    const { machine } = systemdMachine({ 'ssh.service': failed }, sshdFiles(400), accepts)
    assert.equal((await reload(machine, {}, 'check')).status, 'drift')
  })

  it('leaves the daemon alone where sshd refuses its configuration, in a dry run too', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(600), refuses)
    for (const mode of ['check', 'run'] as const) {
      const { status, message } = await reload(machine, {}, mode)
      assert.equal(status, 'failed')
      assert.match(
        message,
        /^ssh is not reloaded, sshd refuses its configuration: .*Bad configuration option: Nonsense/,
      )
    }
    assert.deepEqual(calls, [])
  })

  it('leaves the daemon alone where a command of the playbook says so', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(600), (argv) =>
      argv.includes('check-it') ? { code: 3, stderr: 'no\n' } : undefined,
    )
    const { message } = await reload(machine, { validate: 'check-it' })
    assert.deepEqual([message, calls], ['ssh is not reloaded, failed to validate: rc:3 error:no (check-it)', []])
  })

  it('starts a unit that is stopped', async () => {
    const { machine, calls } = systemdMachine(
      { 'ssh.service': sshUnit(500, { ActiveState: 'inactive' }) },
      sshdFiles(1),
      accepts,
    )
    assert.equal((await reload(machine)).status, 'changed')
    assert.deepEqual(calls, ['start ssh'])
  })

  it('has nothing to reload where a socket starts the daemon', async () => {
    const units = {
      'ssh.service': sshUnit(500, { ActiveState: 'inactive', TriggeredBy: 'ssh.socket' }),
      'ssh.socket': { Id: 'ssh.socket', LoadState: 'loaded', ActiveState: 'active' },
    }
    const { machine, calls } = systemdMachine(units, sshdFiles(600), accepts)
    const { status, message } = await reload(machine, { force: true })
    assert.deepEqual([status, calls], ['skipped', []])
    assert.match(message, /ssh\.socket starts ssh at the next connection/)
  })

  it('says what a socket that listens for a running daemon needs besides', async () => {
    const units = {
      'ssh.service': sshUnit(500, { TriggeredBy: 'ssh.socket' }),
      'ssh.socket': { Id: 'ssh.socket', LoadState: 'loaded', ActiveState: 'active' },
    }
    const { machine } = systemdMachine(units, sshdFiles(600), accepts)
    assert.match((await reload(machine, {}, 'check')).message, /Port and ListenAddress count only after/)
  })

  it('reloads in every run where it is forced, which has no state to judge', async () => {
    const { machine, calls } = systemdMachine({ 'ssh.service': sshUnit(500) }, sshdFiles(400), accepts)
    const forced = { force: true }
    assert.equal((await reload(machine, forced, 'audit')).status, 'skipped')
    const check = await reload(machine, forced, 'check')
    assert.deepEqual([check.status, check.record.reloaded], ['drift', LATER])
    const { status, record } = await reload(machine, forced)
    assert.deepEqual([status, record.reloaded], ['changed', true])
    assert.equal((await reload(machine, forced)).status, 'changed')
    assert.deepEqual(calls, ['reload ssh', 'reload ssh'])
  })

  it('has systemd read its own files first, where they changed', async () => {
    const unit = sshUnit(500, { NeedDaemonReload: 'yes' })
    const { machine, calls } = systemdMachine({ 'ssh.service': unit }, sshdFiles(600), accepts)
    assert.equal((await reload(machine, { daemon_reload: true })).status, 'changed')
    assert.equal((await reload(machine, { daemon_reload: true })).status, 'ok')
    assert.deepEqual(calls, ['daemon-reload', 'reload ssh'])
  })

  it("says the tool's own words where it fails", async () => {
    const { machine } = systemdMachine({ 'ssh.service': sshUnit(500, { fails: 'reload' }) }, sshdFiles(600), accepts)
    const { status, message } = await reload(machine)
    assert.equal(status, 'failed')
    assert.match(message, /^Unable to reload service ssh: Job for ssh\.service failed\./)
  })

  it('misses a unit that nobody knows', async () => {
    const { machine } = systemdMachine({})
    const { status, message } = await reload(machine, { name: 'nope' })
    assert.deepEqual([status, message], ['failed', 'Could not find the requested service nope: host'])
    assert.equal((await reload(machine, { name: 'nope' }, 'check')).status, 'waiting')
  })

  it('watches the files of another daemon, and does not guess them', async () => {
    const files = { '/etc/nginx/nginx.conf': { text: '', modifiedMs: afterBoot(600) } }
    const units = { 'nginx.service': sshUnit(500, { Id: 'nginx.service' }) }
    const { machine, calls } = systemdMachine(units, files)
    assert.match((await reload(machine, { name: 'nginx' })).message, /name the files by watch, or say force: true/)
    assert.equal((await reload(machine, { name: 'nginx', watch: '/etc/nginx/*.conf' })).status, 'changed')
    assert.equal((await reload(machine, { name: 'nginx', watch: ['/etc/nginx'] })).status, 'ok')
    assert.deepEqual(calls, ['reload nginx'])
  })

  it('refuses a unit that cannot be reloaded or started', async () => {
    const reloadless = systemdMachine({ 'ssh.service': sshUnit(500, { CanReload: 'no' }) }, sshdFiles(600), accepts)
    assert.match((await reload(reloadless.machine)).message, /ssh cannot be reloaded/)
    const masked = systemdMachine({ 'ssh.service': sshUnit(500, { LoadState: 'masked', ActiveState: 'inactive' }) })
    assert.match((await reload(masked.machine)).message, /ssh is masked/)
  })

  it('complains about a pattern before any connection', () => {
    const given = { name: 'ssh*', force: false, daemon_reload: false }
    assert.match(
      serviceReload.review?.(given, { looped: new Set() })[0]?.message ?? '',
      /glob patterns are not supported/,
    )
  })
})
