import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Secret } from '../../src/contract/secret.ts'
import { delaying } from '../kit/delay.ts'
import { type Lab, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { closeAll, connectIn, type Otherwise } from './connecting.ts'

const DELAY_MS = 150

describe('a connection', () => {
  let lab: Lab
  let slow: Awaited<ReturnType<typeof delaying>>

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'eager' })
    slow = await delaying(firstHost(lab), DELAY_MS / 2)
  })
  after(async () => {
    slow.close()
    await lab.stop()
  })
  const path = process.env.KEYWARD_SSH ?? ''
  afterEach(() => {
    process.env.KEYWARD_SSH = path
  })

  /** round trips behind that of TCP, which the delaying server answers at once: for logging in, and for the first answer of a shell */
  const roundTrips = async (about: Otherwise = {}): Promise<{ readonly login: number; readonly answer: number }> => {
    const { address, port } = slow
    const began = performance.now()
    const machine = await connectIn(lab)({ address, port, hostKeys: 'accept-new', ...about })
    const loggedIn = performance.now()
    const found = await machine.look({ power: about.first ?? null }).file('/etc/hostname', { text: false })
    const answered = performance.now()
    assert.equal(found?.kind, 'file')
    return {
      login: Math.floor((loggedIn - began) / DELAY_MS),
      answer: Math.floor((answered - loggedIn) / DELAY_MS),
    }
  }

  it('takes no round trip that the protocol does not need: versions, key exchange, login; session and command', async () => {
    process.env.KEYWARD_SSH = ''
    const took = await roundTrips()
    assert.ok(took.login <= 3, JSON.stringify(took))
    assert.ok(took.answer <= 2, JSON.stringify(took))
  })

  it("asks for root's shell with the login, where that is the one that is needed first", async () => {
    process.env.KEYWARD_SSH = ''
    const took = await roundTrips({ first: 'root' })
    assert.ok(took.login <= 3, JSON.stringify(took))
    assert.ok(took.answer <= 1, JSON.stringify(took))
  })

  it('takes one round trip more where sudo asks for a password', async () => {
    process.env.KEYWARD_SSH = ''
    const took = await roundTrips({ first: 'root', user: 'secure', sudoPassword: new Secret(securePassword) })
    assert.ok(took.login <= 3, JSON.stringify(took))
    assert.ok(took.answer <= 2, JSON.stringify(took))
  })

  it('takes the plain path where that is asked for, which comes to the same', async () => {
    process.env.KEYWARD_SSH = 'plain'
    const took = await roundTrips()
    assert.ok(took.login > 4, JSON.stringify(took))
    assert.ok(took.answer > 2, JSON.stringify(took))
  })
})

describe('a session that is asked for with the login', () => {
  let lab: Lab
  before(async () => {
    lab = await startLab({ hosts: 1, name: 'early' })
  })
  after(() => lab.stop())

  afterEach(closeAll)
  const connect = (about: Otherwise) => connectIn(lab)({ ...about, first: 'root' })

  it('is none where the key is refused, which is told as ever', async () => {
    const key = join(folder({}), 'other')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    await assert.rejects(connect({ keyFiles: [key] }), /refuse/)
  })

  for (const [method, keyword] of [
    ['password', 'PasswordAuthentication'],
    ['keyboard-interactive', 'KbdInteractiveAuthentication'],
  ] as const)
    it(`is none where the login needs ${method} behind the key, and comes behind it then`, async () => {
      const host = firstHost(lab)
      await host.exec(
        `printf 'AuthenticationMethods publickey,${method}\n${keyword} yes\n' > /etc/ssh/sshd_config.d/00.conf`,
      )
      await host.exec('kill -HUP $(cat /run/sshd.pid); sleep 0.5')
      const machine = await connect({ user: 'secure', password: new Secret(securePassword) })
      assert.equal((await machine.look({ power: null }).file('/etc/hostname'))?.kind, 'file')
      assert.equal(await machine.look({ power: null }).read('/etc/hostname'), `${host.name}\n`)
      await host.reset()
    })

  it('is none where the password is wrong', async () => {
    const password = new Secret('wrong')
    await assert.rejects(connect({ user: 'secure', keyFiles: null, password }), /refuses.*password|password.*refuse/s)
  })

  it('gives what sudo says where that refuses at once', async () => {
    const machine = await connect({ user: 'plain' })
    await assert.rejects(machine.look({ power: 'root' }).read('/etc/shadow'), /sudo/)
    assert.equal((await machine.look({ power: null }).file('/etc/hostname'))?.kind, 'file')
  })
})
