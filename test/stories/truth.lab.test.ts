import assert from 'node:assert/strict'
import { differences } from '../kit/lab.ts'
import { play, type Stage, stageWith } from './given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop'

/** A task for each module that makes it plan a change on a fresh host. */
const changing: Readonly<Record<string, string>> = {
  authorized_key: `- authorized_key: { user: secure, key: "${KEY}", exclusive: true }`,
  sshd_config_line: '- sshd_config_line: { keyword: PasswordAuthentication, value: no }',
  ssh_config_line: '- ssh_config_line: { keyword: AddKeysToAgent, value: yes, user: secure }',
  ssh_keypair: '- ssh_keypair: { path: /root/id, type: ed25519, comment: a@b }',
  line_in_file: '- line_in_file: { path: /etc/motd, line: keys only }',
  file: '- file: { path: /etc/keyward-test, content: "text\\n", mode: "0600" }',
  command: '- command: { cmd: touch /root/made, creates: /root/made }',
  service_reload: '- service_reload: { name: ssh, force: true }',
  package: '- package: { name: hello }',
}

/** Tasks that only look, or that find nothing to change on a fresh host. */
const looking: Readonly<Record<string, string>> = {
  selinux_boolean: '- selinux_boolean: { name: use_nfs_home_dirs, state: true, persistent: true }',
  service: '- service: { name: ssh, state: started }\n  ignore_errors: true',
  ssh_login: '- ssh_login: { user: admin, key: "{{ ansible_ssh_private_key_file }}", refused_methods: [hostbased] }',
  smartcard_enroll:
    '- smartcard_enroll: { user: secure, provider: /usr/lib/softhsm/libsofthsm2.so, card_on: host }\n  ignore_errors: true',
}

describe('a dry run', () => {
  let stage: Stage

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'truth' })
  })
  after(() => stage.lab.stop())
  beforeEach(() => stage.host.reset())

  for (const [module, task] of Object.entries({ ...changing, ...looking }))
    it(`of ${module} leaves every byte, mode and owner of the host as it was`, async () => {
      const before = await stage.host.snapshot()
      const { results } = await stage.document('check', play(task))
      assert.deepEqual(differences(before, await stage.host.snapshot()), [])
      const planned = results.filter(({ status }) => status === 'drift')
      assert.equal(planned.length, module in changing ? 1 : 0, JSON.stringify(results))
    })

  it('of all of them works where the file systems are read-only', async () => {
    await stage.host.remountReadOnly()
    const { results } = await stage.document('check', play(Object.values(changing).join('\n')))
    await stage.host.remountReadWrite()
    assert.deepEqual(
      results.filter(({ status }) => status !== 'drift' && status !== 'ok'),
      [],
    )
  })

  it('shows the diffs that the run then makes, byte for byte, also with three tasks on one file', async () => {
    const playbook = play(
      [
        '- sshd_config_line: { keyword: PasswordAuthentication, value: no }',
        '- sshd_config_line: { keyword: X11Forwarding, value: no }',
        '- sshd_config_line: { keyword: PermitRootLogin, value: no, match: Address 10.0.0.0/8 }',
        `- authorized_key: { user: secure, key: "${KEY}" }`,
        '- file: { path: /etc/motd, content: "text" }',
      ].join('\n'),
    )
    const check = await stage.document('check', playbook)
    const run = await stage.document('run', playbook)
    assert.deepEqual(
      run.results.map(({ changes }) => changes),
      check.results.map(({ changes }) => changes),
    )
    assert.ok(check.results.every(({ changes }) => changes.some(({ diff }) => diff !== undefined)))
    const again = await stage.document('run', playbook)
    assert.deepEqual([again.exit_code, again.hosts.h1?.changed], [0, 0])
  })

  it('ends as the run does where an included file overrules, and where sshd refuses the value; the file stays', async () => {
    await stage.host.exec('printf "MaxAuthTries 9\\n" > /etc/ssh/sshd_config.d/50-cloud-init.conf')
    const before = await stage.host.snapshot()
    for (const task of [
      '- sshd_config_line: { keyword: PasswordAuthentication, value: maybe }',
      '- sshd_config_line: { keyword: MaxAuthTries, value: many }',
      '- sshd_config_line: { keyword: NoSuchKeyword, value: 1 }',
    ]) {
      const check = await stage.document('check', play(task))
      const run = await stage.document('run', play(task))
      assert.deepEqual([run.results[0]?.status, run.results[0]?.message], ['failed', check.results[0]?.message])
      assert.deepEqual([check.exit_code, run.exit_code], [2, 2])
    }
    assert.deepEqual(differences(before, await stage.host.snapshot()), [])
    const overruled = play('- sshd_config_line: { keyword: MaxAuthTries, value: 3 }')
    const check = await stage.document('check', overruled)
    const run = await stage.document('run', overruled)
    assert.deepEqual(run.results[0]?.changes, check.results[0]?.changes)
    assert.match(run.results[0]?.message ?? '', /50-cloud-init\.conf/)
  })

  it('fails as the run does where whoever writes may not', async () => {
    for (const task of [
      '- file: { path: /etc/keyward-test, content: "x" }',
      '- file: { path: /home/admin/mine, content: "x", owner: root }',
      '- line_in_file: { path: /etc/motd, line: keys only }',
    ]) {
      const playbook = play(task).replace('become: true', 'become: false')
      const check = await stage.document('check', playbook)
      const run = await stage.document('run', playbook)
      assert.deepEqual([check.results[0]?.status, check.exit_code], ['failed', 2], task)
      assert.deepEqual([run.results[0]?.status, run.results[0]?.message], ['failed', check.results[0]?.message])
    }
  })
})
