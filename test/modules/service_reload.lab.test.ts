import assert from 'node:assert/strict'
import { said } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const flightsIn = (stdout: string): number => Number(/^h1: (\d+) flight/m.exec(stdout)?.[1])

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

    it('looks in one flight, and leaves systemd alone while sshd obeys its files', async () => {
      await stage.host.exec('rm -f /etc/ssh/sshd_config.d/*')
      await stage.play('run', RELOADED)
      const { code, stdout, stderr } = await stage.play('run', RELOADED, ['-vvv'])
      assert.deepEqual([code, flightsIn(stdout)], [0, 1], stdout)
      assert.match(stderr, /(?:\b|\d)daemon \d+ \/run\/sshd\.pid/)
      assert.doesNotMatch(stderr, /\| systemd|\| clocks|\/usr\/sbin\/sshd/)
    })

    it('reloads and waits in one flight, between a look and a look', async () => {
      await stage.host.exec('sleep 1.1; echo >> /etc/ssh/sshd_config')
      const { code, stdout } = await stage.play('run', RELOADED, ['-vv'])
      assert.deepEqual([code, flightsIn(stdout)], [0, 3], stdout)
      // the names of drop-ins have to be known before they are read
      await stage.host.exec('sleep 1.1; echo "MaxAuthTries 4" > /etc/ssh/sshd_config.d/known.conf')
      const other = await stage.play('run', RELOADED, ['-vv'])
      assert.equal(other.code, 0)
      assert.ok(flightsIn(other.stdout) <= 5, other.stdout)
    })

    it('notices what only its attributes tell, whatever the time of a text says', async () => {
      await stage.host.exec('sleep 1.1; touch -d "2001-01-01 00:00:00" /etc/ssh/sshd_config')
      assert.deepEqual(await statuses('run', RELOADED), ['changed'])
      assert.deepEqual(await statuses('run', RELOADED), ['ok'])
    })

    // the busybox host has no pgrep
    if (variant !== 'busybox')
      it('finds sshd without its pid file', async () => {
        await stage.host.exec('mv /run/sshd.pid /run/sshd.elsewhere')
        const found = await statuses('check', play('- service: { name: sshd, state: started }'))
        await stage.host.exec('mv /run/sshd.elsewhere /run/sshd.pid')
        assert.deepEqual(found, ['ok'])
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

describe('a reload of an sshd that a script of SysV started', () => {
  const FORCED = play('- service_reload: { name: sshd, force: true }')
  let stage: Stage
  const called = (): Promise<string> => said(stage.host.exec('cat /tmp/called 2>/dev/null'))

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'reload-sysv' })
    await stage.host.exec(`mv /etc/init.d/ssh /etc/init.d/real
      printf '#!/bin/sh\necho "$1" >> /tmp/called\nexec /etc/init.d/real "$@"\n' > /etc/init.d/ssh
      chmod 755 /etc/init.d/ssh`)
  })
  after(() => stage.lab.stop())

  it('needs no script', async () => {
    const { results } = await stage.document('run', FORCED)
    assert.deepEqual([results[0]?.status, await called()], ['changed', ''], results[0]?.message)
  })

  it('is judged by the files that it was started with: one that would end at it is not told', async () => {
    const { address, port } = stage.host
    const before = await said(
      stage.host.exec(`cp /etc/ssh/sshd_config /etc/ssh/other; kill $(cat /run/sshd.pid); sleep 0.5
        echo "SSHD_OPTS='-f /etc/ssh/other -o ListenAddress=${address}:${port}'" > /etc/default/ssh
        . /etc/default/ssh; /usr/sbin/sshd $SSHD_OPTS; sleep 0.5
        echo 'Bogus yes' >> /etc/ssh/other; cat /run/sshd.pid`),
    )
    const { results } = await stage.document('run', FORCED)
    assert.match(results[0]?.message ?? '', /^Unable to reload service ssh: .*Bad configuration option: Bogus/)
    const after = await said(stage.host.exec('kill -0 $(cat /run/sshd.pid) && cat /run/sshd.pid'))
    assert.deepEqual([after, await called()], [before, 'reload'])
  })

  it('leaves another process alone whose number an old pid file has', async () => {
    await stage.host.exec('cp -p /run/sshd.pid /tmp/pid; setsid sleep 60 > /dev/null 2>&1 & echo $! > /run/sshd.pid')
    const { results } = await stage.document('run', FORCED)
    assert.equal(results[0]?.status, 'failed')
    assert.equal(await said(stage.host.exec('kill -0 $(cat /run/sshd.pid) && echo lives')), 'lives')
  })
})
