import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { HostKeyError } from '../../src/contract/errors.ts'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { scanHostKeys } from '../../src/host/trust.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { type Connect, closeAll, connectIn, failed } from './connecting.ts'
import { temporaryDirectory } from './shells.ts'

describe('a connection that does not come about', function () {
  this.timeout(180_000)
  let lab: Lab
  let host: LabHost
  let connect: Connect
  const own = { power: null } as const

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'no-connection' })
    host = firstHost(lab)
    connect = connectIn(lab)
  })
  afterEach(closeAll)
  after(() => lab?.stop())

  it('names the key that is refused, and what is offered', async () => {
    const other = join(temporaryPlace, 'other')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const error = await failed(connect({ keyFiles: [other] }))
    assert.match(
      error.message,
      /^admin@127\.0\.\d+\.1:\d+ refuses the key .*other \(SHA256:.{43}\); it offers publickey, password$/,
    )
    assert.deepEqual([error.unreachable, /-k/.test(error.hint ?? '')], [true, true])
    const nothing = await failed(connect({ keyFiles: null }))
    assert.match(nothing.message, /there is nothing to log in with; the server offers publickey, password/)
    const password = await failed(connect({ user: 'secure', keyFiles: null, password: new Secret('wrong') }))
    assert.match(password.message, /refuses the password/)
  })

  it('says that a password is wanted besides the key, or none at all', async () => {
    const sshd = async (...lines: readonly string[]): Promise<void> => {
      const text = lines.map((line) => `${line}\\n`).join('')
      await host.exec(`printf '${text}' >/etc/ssh/sshd_config.d/00-test.conf; kill -HUP $(pgrep -o sshd)`)
      await pause(500)
    }
    await sshd(
      'PasswordAuthentication no',
      'Match User secure',
      'PasswordAuthentication yes',
      'AuthenticationMethods publickey,password',
    )
    const both = await failed(connect({ user: 'secure' }))
    assert.match(both.message, /^secure@\S+ accepts the key .*, and wants more than that; it offers password$/)
    assert.match(both.hint ?? '', /^add -k /)
    const machine = await connect({ user: 'secure', password: new Secret(securePassword) })
    const key = new Secret(readFileSync(lab.key, 'utf8'))
    const login = await machine.look(own).login({ user: 'secure', key })
    assert.equal(login.in, false)
    assert.match(login.message, /^the key given .* is accepted, and more than that is wanted; offered: password$/)
    assert.equal((await machine.look(own).ask(questions.own('id -un'))).stdout, 'secure\n')
    const none = await failed(connect({ keyFiles: null, password: new Secret('x') }))
    assert.match(none.message, /^admin@\S+ takes no password; it offers publickey$/)
    await sshd()
  })

  it('logs in with a password the first time', async () => {
    const machine = await connect({ user: 'secure', keyFiles: null, password: new Secret(securePassword) })
    assert.equal(machine.connection.key, null)
    assert.equal((await machine.look(own).ask(questions.own('id -un'))).stdout, 'secure\n')
  })

  it('waits out the moment in which sshd does not listen, and says when nothing does', async () => {
    const port = await freePort()
    const nobody = await failed(connect({ address: '127.0.0.1', port }))
    assert.equal(nobody.message, `nothing listens at 127.0.0.1:${port}: connection refused`)
    await host.exec('kill $(cat /run/sshd.pid)')
    setTimeout(() => host.exec('. /etc/default/ssh; /usr/sbin/sshd $SSHD_OPTS'), 500)
    const machine = await connect()
    assert.equal(await machine.look(own).read('/etc/hostname'), 'h1\n')
  })

  it('says that a host is down within the time given', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const error = await failed(connect({ address: '127.0.0.1', port, timeoutMs: 400 }))
    assert.equal(error.message, `no SSH answer within 0.4 s (127.0.0.1:${port})`)
    silent.close()
    const name = await failed(connect({ address: 'no-such-host.invalid' }))
    assert.match(name.message, /the name no-such-host\.invalid/)
  })

  it('stops at an unknown and at a changed host key, before anything is offered', async () => {
    const home = temporaryHome()
    const unknown = await failed(connect({ home }))
    assert.ok(unknown instanceof HostKeyError)
    assert.deepEqual([unknown.hostKey.verdict, unknown.hostKey.type], ['unknown', 'ssh-ed25519'])
    const shown = await scanHostKeys(host.address, host.port, 5000)
    assert.equal(unknown.hostKey.fingerprint, shown.find((key) => key.type === 'ssh-ed25519')?.fingerprint)
    const printed = await host.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
    const real = `${printed.stdout}`.split(' ')[1]
    assert.equal(unknown.hostKey.fingerprint, real)

    const name = host.port === 22 ? host.address : `[${host.address}]:${host.port}`
    const foreign = 'AAAAC3NzaC1lZDI1NTE5AAAAINqAISU7AAYTYFlCC1hWGUNBOkBqUDxsDOTjEBsdKmkL'
    writeFileSync(join(home, '.ssh', 'known_hosts'), `${name} ssh-ed25519 ${foreign}\n`)
    const changed = await failed(connect({ home }))
    assert.ok(changed instanceof HostKeyError)
    assert.equal(changed.hostKey.verdict, 'changed')
    assert.match(changed.hint ?? '', /ssh-keygen -R/)
  })

  it('negotiates the type that is recorded, and says when the host has no such key', async () => {
    const home = temporaryHome()
    const name = host.port === 22 ? host.address : `[${host.address}]:${host.port}`
    const ecdsa = (await host.exec('cat /etc/ssh/ssh_host_ecdsa_key.pub')).stdout
    writeFileSync(join(home, '.ssh', 'known_hosts'), `${name} ${ecdsa}`)
    assert.equal(await (await connect({ home })).look(own).read('/etc/hostname'), 'h1\n')
    const rsa = await (async () => {
      execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(home, 'rsa')])
      return readFileSync(join(home, 'rsa.pub'), 'utf8')
    })()
    writeFileSync(join(home, '.ssh', 'known_hosts'), `${name} ${rsa}`)
    const error = await failed(connect({ home }))
    assert.ok(error instanceof HostKeyError, error.message)
    assert.equal(error.hostKey.verdict, 'changed')
  })

  it('records a new key where that is wanted', async () => {
    const home = temporaryHome()
    const notes: string[] = []
    await connect({ home, hostKeys: 'accept-new', notes })
    assert.match(notes.join(), /host key of .* recorded in .*known_hosts: ssh-ed25519 SHA256:/)
    assert.equal(await (await connect({ home })).look(own).read('/etc/hostname'), 'h1\n')
  })

  const temporaryPlace = temporaryDirectory()
  let homes = 0
  const temporaryHome = (): string => {
    homes += 1
    const home = join(temporaryPlace, `home${homes}`)
    mkdirSync(join(home, '.ssh'), { recursive: true })
    return home
  }
})

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
