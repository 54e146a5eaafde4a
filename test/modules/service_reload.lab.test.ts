import assert from 'node:assert/strict'
import { said } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const RELOADED = play('- service_reload: { name: sshd }')

for (const variant of ['debian', 'systemd', 'busybox'] as const)
  describe(`service_reload on a ${variant} host`, () => {
    let stage: Stage

    const statuses = async (command: 'run' | 'check', playbook: string): Promise<readonly string[]> =>
      (await stage.document(command, playbook)).results.map(({ status }) => status)
    const sshd = (): Promise<string> => said(stage.host.exec('cat /run/sshd.pid'))

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `reload-${variant}`, variant })
    })
    after(() => stage.lab.stop())

    it('has nothing to do after a start', async () => {
      assert.deepEqual(await statuses('run', RELOADED), ['ok'])
    })

    it('finds a reload that a crash swallowed, does it once, and keeps the process', async () => {
      const process = await sshd()
      await stage.host.exec('echo "MaxAuthTries 5" > /etc/ssh/sshd_config.d/swallowed.conf')
      assert.deepEqual(await statuses('check', RELOADED), ['drift'])
      assert.deepEqual(await statuses('run', RELOADED), ['changed'])
      assert.deepEqual(await statuses('run', RELOADED), ['ok'])
      assert.equal(await sshd(), process)
    })

    it('notices a drop-in that is gone, and a mode that changed', async () => {
      await stage.host.exec('rm /etc/ssh/sshd_config.d/swallowed.conf')
      assert.deepEqual(await statuses('run', RELOADED), ['changed'])
      await stage.host.exec('chmod 600 /etc/ssh/sshd_config')
      assert.deepEqual(await statuses('run', RELOADED), ['changed'])
      assert.deepEqual(await statuses('run', RELOADED), ['ok'])
    })

    it('is not held up by a file that is dated in the future', async () => {
      await stage.host.exec('sleep 1.1; touch -d "2035-01-01 00:00:00" /etc/ssh/sshd_config')
      assert.deepEqual(await statuses('run', RELOADED), ['changed'])
      assert.deepEqual(await statuses('run', RELOADED), ['ok'])
    })

    it('makes sshd obey what a task of the same run wrote, as a handler that nobody needs to notify', async () => {
      const playbook = play(
        '- sshd_config_line: { keyword: MaxAuthTries, value: 4 }',
        '- service_reload: { name: sshd }',
      )
      assert.deepEqual(await statuses('check', playbook), ['drift', 'drift'])
      assert.deepEqual(await statuses('run', playbook), ['changed', 'changed'])
      assert.deepEqual(await statuses('run', playbook), ['ok', 'ok'])
    })

    it('leaves the daemon alone where sshd would not survive it', async () => {
      await stage.host.exec('echo Nonsense yes > /etc/ssh/sshd_config.d/broken.conf')
      const { results } = await stage.document('run', RELOADED)
      await stage.host.exec('rm /etc/ssh/sshd_config.d/broken.conf')
      assert.equal(results[0]?.status, 'failed')
      assert.match(results[0]?.message ?? '', /sshd refuses its configuration: .*broken\.conf.*line 1.*Nonsense/)
    })

    it('always reloads where it is forced', async () => {
      const forced = play('- service_reload: { name: ssh, force: true }')
      assert.deepEqual(await statuses('check', forced), ['drift'])
      assert.deepEqual(await statuses('run', forced), ['changed'])
      assert.deepEqual(await statuses('run', forced), ['changed'])
    })

    it('names a unit that is not there', async () => {
      const { results } = await stage.document('run', play('- service_reload: { name: nope }'))
      assert.match(results[0]?.message ?? '', /^Could not find the requested service nope: host/)
    })
  })

describe('service_reload under socket activation', () => {
  let stage: Stage

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'reload-socket', variant: 'systemd' })
    const { address, port } = stage.host
    await stage.host.exec(`mkdir -p /etc/systemd/system/ssh.socket.d
      printf '[Socket]\\nListenStream=\\nListenStream=${address}:${port}\\n' > /etc/systemd/system/ssh.socket.d/address.conf
      systemctl daemon-reload; systemctl stop ssh.service; systemctl start ssh.socket`)
  })
  after(() => stage.lab.stop())

  it('takes a daemon that ends at its reload for reloaded: its socket starts it anew', async () => {
    assert.equal((await stage.document('run', RELOADED)).exit_code, 0)
    await stage.host.exec('sleep 1.1; echo "MaxAuthTries 5" > /etc/ssh/sshd_config.d/new.conf')
    const { results, exit_code } = await stage.document('run', RELOADED)
    assert.deepEqual([results[0]?.status, exit_code], ['changed', 0], results[0]?.message)
    const again = await stage.document('run', RELOADED)
    assert.deepEqual([again.results[0]?.status, again.exit_code], ['ok', 0])
  })
})
