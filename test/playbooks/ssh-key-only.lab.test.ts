import assert from 'node:assert/strict'
import { mustRun } from '../kit/lab/command.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { logIn, offered, outcomes, shipped, shippedDocument } from './logins.ts'

describe('the playbook ssh-key-only', () => {
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab({ hosts: 2, name: 'key-only' })
    host = firstHost(lab)
  })
  after(() => lab.stop())
  afterEach(() => Promise.all(lab.hosts.map((one) => one.reset())))

  const password = { user: 'secure', password: securePassword }
  const key = () => ({ user: 'admin', key: lab.key })

  it('makes keys the only way in, which real logins prove', async () => {
    assert.deepEqual(await logIn(lab, host, password), { in: true, said: 'in' })
    assert.match(await offered(lab, host, 'secure'), /password/)

    const run = await shippedDocument(lab, 'run', 'ssh-key-only')
    assert.equal(run.exit_code, 0, JSON.stringify(run.results))
    for (const one of lab.hosts) {
      assert.deepEqual(await logIn(lab, one, key()), { in: true, said: 'in' })
      assert.equal(await offered(lab, one, 'secure'), 'publickey')
      assert.equal((await logIn(lab, one, password)).in, false)
    }
  })

  it('changes nothing when it is run again', async () => {
    await shippedDocument(lab, 'run', 'ssh-key-only')
    const again = await shippedDocument(lab, 'run', 'ssh-key-only')
    assert.deepEqual([again.exit_code, outcomes(again).changed], [0, undefined], JSON.stringify(again.results))
  })

  it('says beforehand what it would do, and leaves the proof for the run', async () => {
    const check = await shippedDocument(lab, 'check', 'ssh-key-only')
    assert.equal(check.exit_code, 3)
    const { drift, waiting } = outcomes(check)
    // on each host: a setting and the reload it needs, and at the end a proof that has to wait for both
    assert.deepEqual([drift, waiting], [4, 2], JSON.stringify(check.results))
    assert.deepEqual(await logIn(lab, host, password), { in: true, said: 'in' })
  })

  it('touches no sshd where the key does not get in first', async () => {
    const dir = folder({})
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${dir}/stranger`])
    const before = await host.exec('cat /etc/ssh/sshd_config')
    const run = await shippedDocument(lab, 'run', 'ssh-key-only', { extra: { key_path: `${dir}/stranger` } })
    assert.deepEqual([run.exit_code, outcomes(run)], [2, { failed: 2 }])
    assert.equal(`${(await host.exec('cat /etc/ssh/sshd_config')).stdout}`, `${before.stdout}`)
    assert.deepEqual(await logIn(lab, host, password), { in: true, said: 'in' })
  })

  it('is passed over by a host without SELinux where homes on NFS are asked for', async () => {
    const run = await shippedDocument(lab, 'run', 'ssh-key-only', {
      extra: { nfs_homes: true },
      flags: ['-l', host.name],
    })
    const boolean = run.results.find(({ module }) => module === 'selinux_boolean')
    assert.deepEqual([run.exit_code, boolean?.status], [0, 'skipped'])
  })

  it('holds where a drop-in would allow passwords again', async () => {
    await host.exec('echo "PasswordAuthentication yes" > /etc/ssh/sshd_config.d/50-cloud-init.conf')
    const run = await shipped(lab, 'run', 'ssh-key-only', { flags: ['-l', host.name] })
    assert.equal(run.code, 0, run.stdout)
    assert.equal(await offered(lab, host, 'secure'), 'publickey')
    assert.equal(await said(host.exec('cat /etc/ssh/sshd_config.d/50-cloud-init.conf')), 'PasswordAuthentication yes')
  })
})
