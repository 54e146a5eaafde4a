import assert from 'node:assert/strict'
import { mustRun } from '../kit/lab/command.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import type { Document } from '../stories/given.ts'
import { logIn, offered, outcomes, shipped, shippedDocument } from './logins.ts'

interface Audited extends Document {
  readonly results: readonly (Document['results'][number] & {
    readonly control?: { readonly ids: readonly string[] }
  })[]
}

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
    // on each host: two modes, a setting and the reload it needs, and at the end a proof that has to wait for them
    assert.deepEqual([drift, waiting], [8, 2], JSON.stringify(check.results))
    assert.deepEqual(await logIn(lab, host, password), { in: true, said: 'in' })
  })

  it('audits what is so, control by control, before and after', async () => {
    const controls = async () => {
      const { exit_code, results } = (await shippedDocument(lab, 'audit', 'ssh-key-only', {
        flags: ['-l', host.name, '--history-file', `${folder({})}/history.db`],
      })) as Audited
      const found = results.flatMap((one) => (one.status === 'ok' ? [] : [`${one.control?.ids[0]} ${one.status}`]))
      return { exit_code, found, ids: new Set(results.flatMap((one) => one.control?.ids ?? [])) }
    }
    const before = await controls()
    assert.deepEqual(before.found.slice(0, 3), ['SSH-FILE-01 drift', 'SSH-FILE-02 drift', 'SSH-AUTH-01 drift'])
    assert.equal(before.exit_code, 3)
    await shippedDocument(lab, 'run', 'ssh-key-only', { flags: ['-l', host.name] })
    const after = await controls()
    assert.deepEqual([after.exit_code, after.found], [0, ['undefined skipped']])
    const numbers = ['01', '02', '03', '04', '05']
    const wanted = [
      ...numbers.map((one) => `SSH-AUTH-${one}`),
      'SSH-AUTH-16',
      ...numbers.map((one) => `SSH-FILE-${one}`),
    ]
    assert.deepEqual([...after.ids].sort(), [...wanted, 'SSH-SVC-02'].sort())
  })

  it('finds a hole under a Match, and fails for it in a run', async () => {
    await host.exec("printf 'Match Address 10.0.0.0/8\\n  PasswordAuthentication yes\\n' >> /etc/ssh/sshd_config")
    const run = await shippedDocument(lab, 'run', 'ssh-key-only', { flags: ['-l', host.name] })
    const claim = run.results.find(({ module }) => module === 'login_methods')
    assert.deepEqual([run.exit_code, claim?.status], [2, 'failed'])
    assert.equal(claim?.message, 'methods is [password, publickey], wanted [publickey]')
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
