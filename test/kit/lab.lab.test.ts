import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { runCommand } from './lab/command.ts'
import { differences, type Lab, type LabHost, securePassword, startLab } from './lab.ts'
import { firstHost, remains, said, ssh } from './outside.ts'
import { folder } from './story.ts'

describe('the lab', () => {
  let lab: Lab
  let one: LabHost
  let two: LabHost
  before(async function () {
    this.timeout(600_000)
    lab = await startLab({ hosts: 2 })
    const [first, second] = lab.hosts
    assert(first && second)
    one = first
    two = second
  })
  after(() => lab?.stop())

  for (const user of ['admin', 'secure', 'plain']) {
    it(`lets ${user} in with the key`, async () => {
      assert.equal(await said(ssh(lab, one, user, 'id -un; hostname')), `${user}\nh1`)
    })
  }

  it('keeps root out', async () => {
    const { code, stderr } = await ssh(lab, one, 'root', 'id')
    assert.equal(code, 255)
    assert.match(stderr, /Permission denied/)
  })

  it('lets admin become root without a password', async () => {
    assert.equal(await said(ssh(lab, one, 'admin', 'sudo -n id -un')), 'root')
  })

  it('lets secure become root only with the password', async () => {
    assert.equal((await ssh(lab, one, 'secure', 'sudo -n id -un')).code, 1)
    assert.equal(await said(ssh(lab, one, 'secure', 'sudo -S id -un', `${securePassword}\n`)), 'root')
    assert.equal((await ssh(lab, one, 'secure', 'sudo -k -S id -un', 'wrong\n')).code, 1)
  })

  it('never lets plain become root', async () => {
    assert.equal((await ssh(lab, one, 'plain', 'sudo -n id -un')).code, 1)
  })

  it('lets secure in with the password', async () => {
    const askpass = join(folder({ askpass: `#!/bin/sh\necho '${securePassword}'\n` }), 'askpass')
    chmodSync(askpass, 0o700)
    const env = { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' }
    const flags = ['-o', 'PubkeyAuthentication=no', '-o', `UserKnownHostsFile=${lab.knownHosts}`, '-p', `${one.port}`]
    const login = ['-F', 'none', ...flags, `secure@${one.address}`, 'id -un']
    assert.equal(await said(runCommand('ssh', login, { env })), 'secure')
  })

  it('keeps a file of one host out of the other', async () => {
    await ssh(lab, one, 'admin', 'sudo touch /etc/mine /tmp/mine')
    assert.equal((await two.exec('ls /etc/mine /tmp/mine')).stdout.length, 0)
    assert.equal(existsSync('/etc/mine'), false)
  })

  it('shows a host its own processes only', async () => {
    assert.match(await said(one.exec('cat /proc/1/cmdline')), /labinit/)
    assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), /keyward-lab|keyward\/lab/)
  })

  it('runs a command as a user, with input and an exit code', async () => {
    const done = await one.exec('id -un; cat; exit 7', { user: 'plain', stdin: 'text' })
    assert.deepEqual([done.code, done.stdout.toString()], [7, 'plain\ntext'])
  })

  it('leaves sshd_config as Debian ships it and keeps its address over a reload', async () => {
    assert.equal((await one.exec('grep -E "^(ListenAddress|Port)" /etc/ssh/sshd_config')).code, 1)
    await one.exec('kill -HUP "$(cat /run/sshd.pid)"; sleep 0.3')
    assert.equal(await said(ssh(lab, one, 'admin', 'hostname')), 'h1')
  })

  it('takes the same snapshot before and after logins, and another one after a change', async () => {
    await two.reset()
    const before = await two.snapshot()
    await ssh(lab, two, 'admin', 'sudo -n true')
    await ssh(lab, two, 'secure', 'sudo -S true', `${securePassword}\n`)
    assert.deepEqual(differences(before, await two.snapshot()), [])
    await two.exec('echo >> /etc/ssh/sshd_config; chmod 600 /etc/hosts; rm /usr/bin/du; ln -s /etc/passwd /root/link')
    const changed = ['/etc/hosts', '/etc/ssh/sshd_config', '/root/link', '/usr/bin/du']
    assert.deepEqual(differences(before, await two.snapshot()), changed)
    await two.reset()
    assert.deepEqual(differences(before, await two.snapshot()), [])
  })

  it('has the same host keys after a reset', async () => {
    await one.exec('echo changed > /etc/mine')
    await one.reset()
    assert.equal(await said(ssh(lab, one, 'admin', 'cat /etc/mine || hostname')), 'h1')
  })

  it('lets users in on read-only file systems', async () => {
    await one.remountReadOnly()
    const writes =
      'sudo -n touch /etc/a; sudo -n touch /home/a; sudo -n touch /root/a; sudo -n touch /usr/a; sudo -n touch /run/a; touch /tmp/a'
    const { stderr } = await ssh(lab, one, 'admin', writes)
    assert.equal(stderr.match(/Read-only file system/g)?.length, 6, stderr)
    assert.equal(await said(ssh(lab, one, 'secure', 'sudo -S id -un', `${securePassword}\n`)), 'root')
    await one.remountReadWrite()
    assert.equal((await ssh(lab, one, 'admin', 'touch /tmp/a')).code, 0)
  })

  it('writes an inventory of all hosts', () => {
    assert.equal(readFileSync(lab.inventoryFile, 'utf8'), lab.inventory())
    for (const host of lab.hosts)
      assert.match(lab.inventory(), new RegExp(`${host.name}:\n +ansible_host: ${host.address}\n`))
  })

  it('runs beside another lab and leaves nothing of it when that stops', async () => {
    const name = `beside-${process.pid}`
    const other = await startLab({ hosts: [name], name })
    const host = firstHost(other)
    assert.notEqual(host.address, one.address)
    assert.equal(await said(ssh(other, host, 'admin', 'hostname')), name)
    assert.notEqual(await remains(name), '')
    await other.stop()
    assert.equal(await remains(name), '')
    await assert.rejects(host.exec('true'), /does not run/)
    assert.equal(await said(ssh(lab, one, 'admin', 'hostname')), 'h1')
  })

  it('has ten hosts ready within ten seconds', async () => {
    const begun = Date.now()
    const ten = await startLab({ hosts: 10 })
    const tookMs = Date.now() - begun
    await ten.stop()
    assert(tookMs < 10_000, `${tookMs} ms`)
  })
})

describe('the lab, where something is wrong', () => {
  const start = (hosts: string[], more = '') => `import { startLab } from '${import.meta.dirname}/lab.ts'
    await startLab({ hosts: ${JSON.stringify(hosts)}, name: '${hosts[0]}', variant: 'systemd' }).catch((error) => {
      console.log(error.message)
      process.exit(1)
    })
    ${more}`
  const node = [process.execPath, '--import=tsx', '--input-type=module', '-e']

  it('has no process left when its owner is killed, and the next lab clears the rest away', async () => {
    const name = `killed-${process.pid}`
    const owner = await runCommand('env', [...node, start([name], "process.kill(process.pid, 'SIGKILL')")])
    assert.equal(owner.code, 137, owner.stderr)
    await (await startLab({ hosts: 1 })).stop()
    assert.equal(await remains(name), '')
  })

  it('says in one sentence that it needs root', async () => {
    const user = await runCommand('setpriv', ['--reuid=65534', '--clear-groups', ...node, start(['h1'])])
    assert.equal(user.code, 1)
    assert.match(`${user.stdout}`, /^the lab needs root: [^.]+\n$/)
  })

  it('says in one sentence that no package mirror is reachable', async () => {
    const apt = folder({ 'sources.list': 'deb http://127.0.0.1:9/debian bookworm main\n' })
    writeFileSync(
      join(apt, 'apt.conf'),
      `Dir::Etc::sourcelist "${apt}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n`,
    )
    const env = { ...process.env, APT_CONFIG: join(apt, 'apt.conf'), XDG_CACHE_HOME: apt }
    const { code, stdout } = await runCommand('env', [...node, start(['h1'])], { env })
    assert.equal(code, 1)
    assert.match(
      `${stdout}`,
      /^the lab needs a package mirror [^\n]+ none is reachable: tried http:\/\/127.0.0.1:9\/debian for [^\n]+\n$/,
    )
  })
})
