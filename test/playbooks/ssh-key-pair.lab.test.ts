import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, startLab } from '../kit/lab.ts'
import { said } from '../kit/outside.ts'
import { askpass, logIn, outcomes, shippedDocument } from './logins.ts'

describe('the playbook ssh-key-pair', () => {
  let lab: Lab
  const pair = (name = 'id_ecdsa') => join(lab.home, '.ssh', name)

  before(async () => {
    lab = await startLab({ hosts: 3, name: 'key-pair' })
  })
  after(() => lab.stop())
  afterEach(async () => {
    for (const name of ['id_ecdsa', 'id_ecdsa.pub']) rmSync(pair(name), { force: true })
    await Promise.all(lab.hosts.map((one) => one.reset()))
  })

  it('makes one pair here, and lets it in on every host, which real logins prove', async () => {
    const run = await shippedDocument(lab, 'run', 'ssh-key-pair', { extra: { key_user: 'plain' } })
    assert.equal(run.exit_code, 0, JSON.stringify(run.results))
    assert.equal(statSync(pair()).mode & 0o777, 0o600)
    assert.match(readFileSync(pair('id_ecdsa.pub'), 'utf8'), /^ecdsa-sha2-nistp256 \S+ plain\n$/)
    for (const host of lab.hosts) {
      assert.deepEqual(await logIn(lab, host, { user: 'plain', key: pair() }), { in: true, said: 'in' })
    }
    const made = run.results.filter(({ module, status }) => module === 'ssh_keypair' && status === 'changed')
    assert.equal(made.length, 1, 'one pair, however many hosts')
  })

  it('leaves a pair and keys that are there, and other keys, when it is run again', async () => {
    const before = await said(lab.hosts[0]?.exec('cat /home/admin/.ssh/authorized_keys') ?? assert.fail())
    await shippedDocument(lab, 'run', 'ssh-key-pair')
    const again = await shippedDocument(lab, 'run', 'ssh-key-pair')
    assert.deepEqual([again.exit_code, outcomes(again).changed], [0, undefined], JSON.stringify(again.results))
    const after = await said(lab.hosts[0]?.exec('cat /home/admin/.ssh/authorized_keys') ?? assert.fail())
    assert.ok(after.startsWith(before), 'the key that the lab came with stays')
  })

  it('says beforehand what it would do, and what only the run can know', async () => {
    const check = await shippedDocument(lab, 'check', 'ssh-key-pair')
    assert.equal(check.exit_code, 3)
    assert.deepEqual(outcomes(check).drift, 1)
    assert.throws(() => statSync(pair()))
  })

  it('protects the pair by a passphrase, which is asked for at a login', async () => {
    const extra = { key_user: 'plain', key_passphrase: 'open sesame' }
    const run = await shippedDocument(lab, 'run', 'ssh-key-pair', { extra })
    assert.equal(run.exit_code, 0, JSON.stringify(run.results))
    assert.ok(!JSON.stringify(run).includes('open sesame'))
    const [host = assert.fail()] = lab.hosts
    const login = { user: 'plain', key: pair() }
    assert.equal((await logIn(lab, host, { ...login, env: askpass('open sesame') })).in, true)
    assert.equal((await logIn(lab, host, { ...login, env: askpass('wrong') })).in, false)
  })
})
