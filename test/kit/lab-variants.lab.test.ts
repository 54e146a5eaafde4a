import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type Lab, type LabHost, securePassword, startLab } from './lab.ts'
import { firstHost, remains, said, ssh } from './outside.ts'

describe('the busybox lab', () => {
  let lab: Lab
  let host: LabHost
  before(async function () {
    this.timeout(600_000)
    lab = await startLab({ hosts: 1, variant: 'busybox' })
    host = firstHost(lab)
  })
  after(() => lab?.stop())

  it('has busybox for a shell and for tools, and nothing from GNU', async () => {
    assert.equal(await said(ssh(lab, host, 'admin', 'readlink -f /bin/sh')), '/bin/busybox')
    assert.equal(await said(ssh(lab, host, 'admin', "stat -c '%a %U' /etc/passwd")), '644 root')
    assert.equal((await host.exec('command -v bash || ls /bin/bash')).stdout.length, 0)
    assert.equal(
      await said(host.exec('find /bin /sbin /usr/bin /usr/sbin -type f | sort | tr "\\n" " "')),
      [
        '/bin/busybox /usr/bin/ssh /usr/bin/ssh-keygen /usr/bin/sudo',
        '/usr/sbin/labinit /usr/sbin/sshd /usr/sbin/unix_chkpwd /usr/sbin/visudo',
      ].join(' '),
    )
  })

  it('has a real sshd and a real sudo', async () => {
    assert.equal(await said(ssh(lab, host, 'admin', 'sudo -n id -un')), 'root')
    assert.equal(await said(ssh(lab, host, 'secure', 'sudo -S id -un', `${securePassword}\n`)), 'root')
    assert.equal(
      (await host.exec('sshd -t && sshd -T -C user=admin && visudo -c && ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key'))
        .code,
      0,
    )
  })
})

describe('the python lab', () => {
  let lab: Lab
  before(async function () {
    this.timeout(600_000)
    lab = await startLab({ hosts: 1, variant: 'python' })
  })
  after(() => lab?.stop())

  it('is the Debian one with an interpreter for tools that need one', async () => {
    const script = 'import platform; print(platform.freedesktop_os_release()["ID"])'
    assert.equal(await said(ssh(lab, firstHost(lab), 'admin', `sudo -n /usr/bin/python3 -c '${script}'`)), 'debian')
    assert.equal(await said(firstHost(lab).exec('cat /proc/1/comm')), 'labinit')
  })
})

describe('the systemd lab', () => {
  let lab: Lab
  let host: LabHost
  const name = `booted-${process.pid}`
  before(async function () {
    this.timeout(600_000)
    lab = await startLab({ hosts: [name], name, variant: 'systemd' })
    host = firstHost(lab)
  })
  after(() => lab?.stop())

  it('has systemd as pid 1 and nothing that failed', async () => {
    assert.equal(await said(ssh(lab, host, 'admin', 'cat /proc/1/comm')), 'systemd')
    await host.exec('systemctl is-system-running --wait')
    assert.equal(await said(host.exec('systemctl --failed --plain --no-legend')), '')
  })

  it('reloads sshd', async () => {
    const process = await said(host.exec('systemctl show -P MainPID ssh'))
    assert.equal((await ssh(lab, host, 'admin', 'sudo -n systemctl reload ssh')).code, 0)
    assert.equal(await said(host.exec('systemctl show -P MainPID ssh')), process)
    assert.equal(await said(ssh(lab, host, 'admin', 'hostname')), name)
  })

  it('lets users in on read-only file systems', async () => {
    await host.remountReadOnly()
    assert.match((await ssh(lab, host, 'admin', 'sudo -n touch /etc/a')).stderr, /Read-only file system/)
    await host.remountReadWrite()
    assert.equal((await ssh(lab, host, 'admin', 'sudo -n touch /etc/a')).code, 0)
  })

  it('leaves nothing behind, control groups neither', async () => {
    assert.notEqual(await remains(name), '')
    await lab.stop()
    assert.equal(await remains(name), '')
  })
})
