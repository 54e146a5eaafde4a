import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { HostError } from '../../src/contract/errors.ts'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { type Connect, closeAll, connectIn, failed } from './connecting.ts'

describe('a connection to a real host', function () {
  this.timeout(180_000)
  let lab: Lab
  let host: LabHost
  let connect: Connect
  const root = { power: 'root' } as const
  const own = { power: null } as const

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'connect' })
    host = firstHost(lab)
    connect = connectIn(lab)
  })
  afterEach(closeAll)
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

  it('does with a sudo that allows a shell without arguments alone', async () => {
    await host.exec(`mkdir /root/kept && mv /etc/sudoers.d/* /root/kept/
      echo 'admin ALL=(root) NOPASSWD: /bin/sh ""' >/etc/sudoers.d/narrow`)
    const machine = await connect()
    assert.match((await machine.look(root).read('/etc/shadow')) ?? '', /^root:/)
    await host.exec('rm /etc/sudoers.d/narrow; mv /root/kept/* /etc/sudoers.d/')
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
    // perl sets an ACL as the kernel keeps it (user 1000 may read), and reads it again, byte for byte
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
})
