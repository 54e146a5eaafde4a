import assert from 'node:assert/strict'
import { mustRun } from '../kit/lab/command.ts'
import type { LabHost } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

describe('ssh_login on a real host', () => {
  let stage: Stage
  let host: LabHost

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'login' })
    host = firstHost(stage.lab)
  })
  after(() => stage.lab.stop())
  afterEach(() => host.reset())

  const login = async (params: string, command: 'run' | 'check' = 'run') => {
    const { results, exit_code } = await stage.document(command, play(`- ssh_login: { ${params} }`))
    const [result = assert.fail('no result')] = results
    return { ...result, exit_code, notes: ((result as { notes?: readonly string[] }).notes ?? []).join() }
  }

  const mine = () => `user: plain, key: ${stage.lab.key}`

  it('gets in with the key, and knows which methods are offered', async () => {
    assert.equal((await login(mine())).status, 'ok')
    assert.equal((await login(`${mine()}, refused_methods: [keyboard-interactive]`)).status, 'ok')
    const open = await login(`${mine()}, refused_methods: [password]`)
    assert.deepEqual([open.status, open.exit_code], ['failed', 2])
    assert.equal(open.message, 'refused is [], wanted [password]')
    assert.equal(open.notes, 'password is to be refused, and is offered')
    assert.deepEqual((await login(`${mine()}, refused_methods: [password]`, 'check')).exit_code, 3)
  })

  it('asks for the methods of that very user', async () => {
    await host.exec(
      `printf 'Match User plain\\n  PasswordAuthentication no\\n' >> /etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid); sleep 0.3`,
    )
    assert.equal((await login(`${mine()}, refused_methods: [password]`)).status, 'ok')
    const other = await login(`user: admin, key: ${stage.lab.key}, refused_methods: [password]`)
    assert.equal(other.status, 'failed')
  })

  it('is refused with a key that the account does not know', async () => {
    const dir = folder({})
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${dir}/stranger`])
    const result = await login(`user: plain, key: ${dir}/stranger`)
    assert.match(result.message, /in is false, wanted true/)
    assert.match(result.notes, /refused: .*; offered: publickey, password/)
  })

  const runsNothing: Readonly<Record<string, string>> = {
    'a forced command': `sed -i 's/^/command="echo no shell for you" /' /home/plain/.ssh/authorized_keys`,
    'an account without a shell': 'usermod -s /usr/sbin/nologin plain',
    'a password that has run out': 'chage -d 0 plain',
  }
  for (const [what, given] of Object.entries(runsNothing)) {
    it(`does not take ${what} for a way in`, async () => {
      assert.equal((await host.exec(given)).code, 0)
      assert.match((await login(mine())).message, /^command_ran is false, wanted true$/)
    })
  }

  it('runs a command of its own, and says when that fails', async () => {
    assert.equal((await login(`user: admin, key: ${stage.lab.key}, command: sudo -n true`)).status, 'ok')
    const result = await login(`${mine()}, command: sudo -n true`)
    assert.equal(result.message, 'command_ran is false, wanted true')
    assert.match(result.notes, /no command ran: .*the command failed/)
  })

  it('unlocks a key by its passphrase, and shows neither', async () => {
    const dir = folder({})
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', `${dir}/id`])
    await host.exec('cat >> /home/plain/.ssh/authorized_keys', { stdin: await mustRun('cat', [`${dir}/id.pub`]) })
    const right = await login(`user: plain, key: ${dir}/id, passphrase: open sesame`)
    assert.equal(right.status, 'ok', right.message)
    assert.match(
      (await login(`user: plain, key: ${dir}/id, passphrase: wrong one`)).message,
      /passphrase of the key is wrong/,
    )
    assert.match((await login(`user: plain, key: ${dir}/id`)).message, /no passphrase is given/)
  })

  it('leaves nothing on the host but what every login leaves', async () => {
    const before = await said(host.exec('ls -laR /home /tmp'))
    await login(mine())
    assert.equal(await said(host.exec('ls -laR /home /tmp')), before)
  })
})
