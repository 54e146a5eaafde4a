import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { HostError, HostKeyError } from '../../src/contract/errors.ts'
import type { Machine } from '../../src/contract/machine.ts'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { connectSsh, type HostSpec, openLocal, startSsh } from '../../src/host/connect.ts'
import { scanHostKeys } from '../../src/host/trust.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { temporaryDirectory } from './shells.ts'

const failed = async (work: Promise<unknown>): Promise<HostError> => {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HostError, String(error))
  return error
}

describe('a connection to a real host', function () {
  this.timeout(180_000)
  let lab: Lab
  let host: LabHost
  const opened: Machine[] = []
  const connect = async (about: Partial<HostSpec> & { home?: string; notes?: string[] } = {}): Promise<Machine> => {
    const { home = lab.home, notes = [], ...spec } = about
    const ssh = startSsh({ home, agentSocket: '' })
    const control = openLocal({ ssh })
    const machine = await connectSsh(
      {
        name: host.name,
        address: host.address,
        port: host.port,
        user: 'admin',
        keyFiles: [lab.key],
        hostKeys: 'strict',
        timeoutMs: 10_000,
        keepaliveMs: 15_000,
        ...spec,
      },
      { ssh, control, note: (text) => notes.push(text) },
    )
    opened.push(machine)
    return machine
  }
  const root = { power: 'root' } as const
  const own = { power: null } as const

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'connect' })
    host = lab.hosts[0] as LabHost
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((machine) => machine.close()))
  })
  after(() => lab?.stop())

  it('looks as root with all that a probe asks in one flight on one channel', async () => {
    const machine = await connect()
    const on = machine.look(root)
    const [text, user, names, test] = await Promise.all([
      on.read('/etc/ssh/sshd_config'),
      on.user(),
      on.list('/etc/ssh'),
      on.ask(questions.sshdEffective()),
    ])
    assert.match(text ?? '', /Include \/etc\/ssh\/sshd_config.d/)
    assert.deepEqual([user?.name, user?.home, test.code], ['root', '/root', 0])
    assert.ok(names?.includes('sshd_config.d'))
    const { flights, channels } = machine.counters()
    assert.deepEqual({ flights, channels }, { flights: 1, channels: 1 })
    assert.deepEqual(machine.connection.key, readFileSync(`${lab.key}.pub`, 'utf8').split(' ').slice(0, 2).join(' '))
    assert.equal(machine.connection.address, host.address)
  })

  it("opens a second channel for the login user's own powers, and none for others", async () => {
    const machine = await connect()
    assert.equal((await machine.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
    assert.equal((await machine.look(own).ask(questions.own('id -un; echo $HOME'))).stdout, 'admin\n/home/admin\n')
    const secure = machine.look({ power: 'secure' })
    assert.equal(
      (await secure.ask(questions.own('id -un; id -Gn; echo $HOME'))).stdout,
      'secure\nsecure\n/home/secure\n',
    )
    assert.equal(await secure.expand('~/.ssh'), '/home/secure/.ssh')
    assert.equal(machine.counters().channels, 2)
  })

  it("looks with the login user's powers through root's shell, where that one is open", async () => {
    const machine = await connect()
    const [seen] = await Promise.all([
      machine.look(own).ask(questions.entry('passwd', 'admin')),
      machine.look(root).read('/etc/hostname'),
    ])
    assert.match(seen.stdout, /^admin:/)
    const mine = await machine.look(own).file('/home/admin/.ssh')
    assert.equal(mine?.kind, 'directory')
    await assert.rejects(machine.look(own).read('/etc/shadow'), /admin cannot look at .etc.shadow: permission denied/i)
    assert.equal(machine.counters().channels, 1)
  })

  it("looks with the login user's powers in his own shell, where sudo refuses root's", async () => {
    const machine = await connect({ user: 'plain' })
    const [refused, seen] = await Promise.allSettled([
      machine.look(root).read('/etc/hostname'),
      machine.look(own).read('/etc/hostname'),
    ])
    assert.equal(refused.status, 'rejected')
    assert.equal(seen.status, 'fulfilled')
  })

  it('uses sudo with a password, and says when it is wrong or missing', async () => {
    const right = await connect({ user: 'secure', sudoPassword: new Secret(securePassword) })
    assert.equal((await right.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
    const processes = await host.exec('cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ')
    assert.doesNotMatch(`${processes.stdout}`, new RegExp(securePassword))

    const missing = await failed((await connect({ user: 'secure' })).look(root).read('/etc/shadow'))
    assert.deepEqual(
      [missing.message, missing.hint, missing.unreachable],
      ['sudo wants a password', 'add -K (--ask-become-pass)', false],
    )

    const machine = await connect({ user: 'secure', sudoPassword: new Secret('wrong') })
    const wrong = await failed(machine.look(root).read('/etc/shadow'))
    assert.deepEqual([wrong.message, wrong.unreachable], ['sudo refuses the password of secure', false])
    await failed(machine.look(root).read('/etc/passwd'))
    assert.equal(machine.counters().channels, 1, 'a password is tried once only')
    const log = await host.exec('cat /var/log/auth.log 2>/dev/null; true')
    assert.doesNotMatch(`${log.stdout}`, new RegExp(securePassword))
  })

  it('never gives the password to a shell where sudo does not ask', async () => {
    const machine = await connect({ sudoPassword: new Secret('touch /tmp/executed') })
    assert.equal((await machine.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
    assert.equal((await host.exec('ls /tmp')).stdout.includes('executed'), false)
  })

  it('says that a user may not use sudo, or that sudo is not there, or wants a terminal', async () => {
    const plain = await failed((await connect({ user: 'plain' })).look(root).read('/etc/shadow'))
    assert.deepEqual([plain.message, plain.unreachable], ['sudo wants a password', false])
    const withPassword = connect({ user: 'plain', sudoPassword: new Secret('x') })
    assert.match(
      (await failed((await withPassword).look(root).read('/x'))).message,
      /sudo refuses (the password of )?plain/,
    )

    await host.exec("printf 'Defaults:admin requiretty\\n' > /etc/sudoers.d/tty")
    const terminal = await failed((await connect()).look(root).read('/etc/shadow'))
    assert.match(terminal.message, /sudo wants a terminal \(requiretty in sudoers\)/)
    await host.exec('rm /etc/sudoers.d/tty; mv /usr/bin/sudo /usr/bin/sudo-away')
    const none = await failed((await connect()).look(root).read('/etc/shadow'))
    assert.deepEqual([none.message, none.unreachable], ['sudo is not installed', false])
    await host.exec('mv /usr/bin/sudo-away /usr/bin/sudo')
  })

  it('keeps every byte through a sudo that uses a terminal of its own', async () => {
    await host.exec("printf 'Defaults use_pty\\n' >/etc/sudoers.d/pty")
    const on = (await connect()).look(root)
    const large = await on.ask(questions.own('head -c 5000000 /dev/zero; printf err >&2; exit 3'))
    assert.deepEqual([large.stdout.length, large.stderr, large.code], [5_000_000, 'err', 3])
    assert.equal((await on.ask(questions.own('cat'), 'a\r\n\u0003\u0004b')).stdout, 'a\r\n\u0003\u0004b')
    const secure = await connect({ user: 'secure', sudoPassword: new Secret(securePassword) })
    assert.equal((await secure.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
    await host.exec('rm /etc/sudoers.d/pty')
  })

  it('does with two sessions, also after a shell was given up', async () => {
    await host.exec(
      "printf 'MaxSessions 2\\n' >/etc/ssh/sshd_config.d/two.conf; kill -HUP $(cat /run/sshd.pid); sleep 0.3",
    )
    const machine = await connect()
    const slow = { argv: ['sh', '-c', 'sleep 30 & sleep 31'], timeoutMs: 300 }
    const touch = machine.touch(root)
    for (const _ of [1, 2, 3]) await assert.rejects(touch.do(slow), /no answer within 0.3 s/)
    assert.equal((await touch.ask(questions.own('id -un'))).stdout, 'root\n')
    assert.equal(`${(await host.exec('ps ax | grep -c "[s]leep 3[01]"')).stdout}`, '0\n', 'what was given up is ended')
    await host.exec('rm /etc/ssh/sshd_config.d/two.conf; kill -HUP $(cat /run/sshd.pid)')
  })

  it('works without sudo where the login user is root', async () => {
    await host.exec('mkdir -p /root/.ssh && cp /home/admin/.ssh/authorized_keys /root/.ssh/ && chmod 700 /root/.ssh')
    const machine = await connect({ user: 'root' })
    assert.equal((await machine.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
    assert.equal((await machine.look({ power: 'admin' }).ask(questions.own('id -un'))).stdout, 'admin\n')
    assert.equal(machine.counters().channels, 1)
  })

  for (const shell of ['/bin/bash', '/bin/dash', '/usr/bin/busybox-sh'])
    it(`does not depend on the login shell ${shell}`, async () => {
      await host.exec(
        `printf '#!/bin/sh\\nexec busybox sh "$@"\\n' >/usr/bin/busybox-sh; chmod 755 /usr/bin/busybox-sh; usermod -s ${shell} admin; echo 'echo noise; echo noise >&2' >/home/admin/.bashrc`,
      )
      const machine = await connect()
      assert.deepEqual(await machine.look(own).ask(questions.own('id -un')), { code: 0, stdout: 'admin\n', stderr: '' })
      assert.equal((await machine.look(root).ask(questions.own('id -un'))).stdout, 'root\n')
      await host.exec('usermod -s /bin/bash admin; rm /home/admin/.bashrc')
    })

  it('says the last words of an account that gives no shell', async () => {
    await host.exec('usermod -s /usr/sbin/nologin plain')
    const error = await failed((await connect({ user: 'plain' })).look(own).read('/etc/passwd'))
    assert.deepEqual(
      [error.message, error.unreachable],
      ['plain gets no shell: This account is currently not available.', true],
    )
    await host.exec('usermod -s /bin/bash plain')
  })

  it('tells a lost connection from an empty answer, and is not reconnected', async () => {
    const machine = await connect()
    const on = machine.look(root)
    assert.equal(await on.read('/etc/hostname'), 'h1\n')
    const pending = [on.read('/etc/passwd'), on.ask(questions.own('sleep 20; cat /etc/passwd')), on.list('/etc')]
    const settled = Promise.allSettled(pending)
    await pause(300)
    await host.exec('pkill -KILL -f "[s]shd: admin"')
    for (const one of await settled) {
      if (one.status === 'fulfilled') continue
      assert.ok(one.reason instanceof HostError && one.reason.unreachable, String(one.reason))
      assert.match(one.reason.message, /connection lost/)
    }
    assert.equal((await settled)[1]?.status, 'rejected')
    assert.equal((await failed(on.read('/etc/group'))).unreachable, true)
  })

  it('notices a host that falls silent', async () => {
    const machine = await connect({ keepaliveMs: 200 })
    const on = machine.look(root)
    await on.read('/etc/hostname')
    await host.exec('pkill -STOP -f "[s]shd: admin"')
    const error = await failed(on.read('/etc/passwd'))
    assert.deepEqual([error.message, error.unreachable], ['connection lost: Keepalive timeout', true])
    await host.exec('pkill -KILL -f "[s]shd: admin"')
  })

  it('leaves a file as it was, or as wanted, when the connection dies in a write', async () => {
    await host.exec('printf old > /etc/victim')
    const machine = await connect()
    const text = 'x'.repeat(20_000_000)
    const write = machine.write({
      path: '/etc/victim',
      found: { kind: 'file', text: 'old' },
      wanted: { kind: 'file', text },
      ...root,
    })
    const error = failed(write)
    await pause(30)
    await host.exec('pkill -KILL -f "[s]shd: admin"')
    assert.equal((await error).unreachable, true)
    await pause(500)
    const { stdout } = await host.exec('wc -c </etc/victim')
    assert.ok([3, text.length].includes(Number(`${stdout}`)), `${stdout}`)
  })

  it('writes 2 MB by one frame', async () => {
    const machine = await connect()
    const text = 'a line of text\n'.repeat(140_000)
    assert.deepEqual(
      await machine.write({ path: '/etc/large', found: null, wanted: { kind: 'file', text, mode: '0600' }, ...root }),
      { how: 'written' },
    )
    assert.equal(await machine.look(root).read('/etc/large'), text)
  })

  it('keeps ACL and extended attributes of a file that it replaces', async () => {
    await host.exec('printf old >/etc/kept; chmod 640 /etc/kept; chown daemon:games /etc/kept')
    // the base has no setfacl: perl sets an ACL as the kernel keeps it (user 1000 may read), and reads it again
    const perl = (action: string) =>
      host.exec(`perl -e '
        my ($set, $get) = \`uname -m\` =~ /aarch64/ ? (5, 8) : (188, 191);
        my $acl = pack("V", 2) . join "", map { pack("vvV", @$_) } [1,6,~0], [2,4,1000], [4,4,~0], [16,4,~0], [32,0,~0];
        my $file = "/etc/kept";
        for (["system.posix_acl_access", $acl], ["trusted.note", "mine"]) {
          my ($name, $value) = @$_;
          my $found = "\\0" x 200;
          ${action}
        }'`)
    const made = await perl('syscall($set, $file, $name, $value, length $value, 0) == 0 or die "$name: $!";')
    assert.equal(made.code, 0, made.stderr)
    const facts = async () => {
      const attributes = await perl(
        'my $length = syscall($get, $file, $name, $found, 200); print "$name ", unpack("H*", substr $found, 0, $length), "\n";',
      )
      return `${(await host.exec('stat -c "%a %u %g" /etc/kept')).stdout}${attributes.stdout}`
    }
    const before = await facts()
    assert.match(before, /^640 1 60\nsystem.posix_acl_access 0200.*\ntrusted.note 6d696e65\n$/)
    const machine = await connect()
    const found = { kind: 'file', text: 'old', owner: 'daemon', group: 'games' } as const
    assert.deepEqual(
      await machine.write({ path: '/etc/kept', found, wanted: { kind: 'file', text: 'new' }, ...root }),
      { how: 'written' },
    )
    assert.equal(await facts(), before)
    assert.equal(`${(await host.exec('cat /etc/kept')).stdout}`, 'new')
  })

  it('proves logins, and refusals, on connections of their own', async () => {
    const machine = await connect()
    const on = machine.look(root)
    const key = new Secret(readFileSync(lab.key, 'utf8'))
    const good = await on.login({ user: 'admin', key, command: 'id -un; id -x' })
    assert.deepEqual([good.in, good.code, good.stdout, good.offered], [true, 1, 'admin\n', ['publickey', 'password']])
    assert.match(good.message, /logged in, but the command failed: id: invalid option/)
    const secure = await on.login({ user: 'secure', password: new Secret(securePassword), command: 'echo proof' })
    assert.deepEqual([secure.in, secure.code, secure.stdout], [true, 0, 'proof\n'])
    const none = await on.login({ user: 'admin' })
    assert.deepEqual([none.in, none.offered], [false, ['publickey', 'password']])
    const wrong = await on.login({ user: 'secure', password: new Secret('wrong') })
    assert.deepEqual([wrong.in, wrong.message], [false, 'refused: the password; offered: publickey, password'])
    assert.equal(machine.counters().channels, 0)
  })

  describe('that does not come about', () => {
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
