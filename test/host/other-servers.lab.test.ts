import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { mustRun, runCommand, systemEnv } from '../kit/lab/command.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { closeAll, connectIn, failed, type Otherwise } from './connecting.ts'

const PORT = 2222

// a program for each connection, with the connection as its input and output
const INETD = `perl -MIO::Socket::INET -e '
  my ($address, $port, @program) = @ARGV; $SIG{CHLD} = "IGNORE";
  my $at = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 9, ReuseAddr => 1) or die;
  while (my $one = $at->accept) { if (!fork) { $SIG{CHLD} = "DEFAULT"; open STDIN, "<&", $one; open STDOUT, ">&", $one; exec @program } close $one }'`

/** A server that is not OpenSSH, from Debian's packages. */
interface Server {
  readonly name: string
  readonly packages: readonly string[]
  /** starts it at an address */
  start(address: string): string
  /** the types of keys that it takes, and whether it takes passwords */
  readonly keys: readonly string[]
  readonly passwords: boolean
  /** how many sessions it lets a connection have */
  readonly sessions: 'one' | 'many'
}

const servers: readonly Server[] = [
  {
    name: 'dropbear',
    packages: ['dropbear-bin', 'libtomcrypt1', 'libtommath1'],
    start: (address) => `mkdir -p /etc/dropbear; ldconfig; dropbear -R -s -p ${address}:${PORT}`,
    keys: ['ed25519', 'ecdsa', 'rsa'],
    passwords: false,
    sessions: 'many',
  },
  {
    name: 'dropbear with passwords',
    packages: ['dropbear-bin', 'libtomcrypt1', 'libtommath1'],
    start: (address) => `mkdir -p /etc/dropbear; ldconfig; dropbear -R -p ${address}:${PORT}`,
    keys: [],
    passwords: true,
    sessions: 'many',
  },
  {
    name: 'tinyssh',
    packages: ['tinysshd'],
    start: (address) =>
      `mkdir -p /etc/tinyssh; tinysshd-makekey /etc/tinyssh/keys >/dev/null && { ${INETD} ${address} ${PORT} /usr/sbin/tinysshd /etc/tinyssh/keys </dev/null >/dev/null 2>&1 & }; sleep 0.5`,
    keys: ['ed25519'],
    passwords: false,
    sessions: 'one',
  },
]

/** Unpacks Debian's packages on a host, as far as they are not there. */
const unpackOn = async (host: LabHost, packages: readonly string[]): Promise<void> => {
  const dir = folder({ 'root/empty': '' })
  const env = systemEnv()
  const download = ['download', ...packages]
  if ((await runCommand('apt-get', download, { cwd: dir, env })).code !== 0) {
    await mustRun('apt-get', ['update'], { env })
    await mustRun('apt-get', download, { cwd: dir, env })
  }
  await mustRun('sh', ['-c', 'for file in *.deb; do dpkg -x "$file" root || exit 1; done'], { cwd: dir, env })
  const { stdout } = await runCommand('tar', ['-c', '-C', join(dir, 'root'), '.'], { env })
  const told = await host.exec('tar -x --no-same-owner --keep-directory-symlink -C /', { stdin: stdout })
  assert.equal(told.code, 0, told.stderr)
}

// the short way to log in is for all servers; a session asked for with the login, or numbered ahead, for OpenSSH alone
for (const server of servers)
  describe(`a host with ${server.name} in place of OpenSSH`, function () {
    this.timeout(180_000)
    let lab: Lab
    const keys = new Map<string, string>()
    const wrong = join(folder({}), 'wrong')

    before(async () => {
      lab = await startLab({ hosts: 1, name: 'other-server' })
      const host = firstHost(lab)
      await unpackOn(host, server.packages)
      execFileSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', wrong])
      for (const type of server.keys) {
        const key = join(folder({}), type)
        execFileSync('ssh-keygen', ['-q', '-N', '', '-t', type, '-f', key])
        keys.set(type, key)
        const told = await host.exec('cat >>/home/admin/.ssh/authorized_keys', { stdin: readFileSync(`${key}.pub`) })
        assert.equal(told.code, 0, told.stderr)
      }
      await host.exec("echo 'secure ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/secure")
      const started = await host.exec(server.start(host.address))
      assert.equal(started.code, 0, started.stderr)
    })
    after(() => lab.stop())
    afterEach(closeAll)

    const connect = (about: Otherwise) =>
      connectIn(lab)({ port: PORT, hostKeys: 'accept-new', home: folder({}), first: 'root', ...about })
    const answers = async (about: Otherwise): Promise<void> => {
      const machine = await connect(about)
      const own = machine.look({ power: null })
      const [name, group, home] = await Promise.all([
        machine.look({ power: 'root' }).ask(questions.own('id -un')),
        own.read('/etc/group'),
        // what needs the login user's own session
        server.sessions === 'many' ? own.ask(questions.own('echo $HOME')) : null,
      ])
      const user = about.user ?? 'admin'
      assert.equal(name.stdout, 'root\n')
      assert.match(group ?? '', /^root:/)
      if (home !== null) assert.equal(home.stdout, `/home/${user}\n`)
      assert.doesNotMatch(machine.connection.software ?? '', /OpenSSH/)
    }

    for (const type of server.keys) {
      it(`is logged in to with an ${type} key, and answers`, () => answers({ keyFiles: [keys.get(type) ?? ''] }))
      it(`is logged in to with an ${type} key behind one that it refuses`, () =>
        answers({ keyFiles: [wrong, keys.get(type) ?? ''] }))
    }
    if (server.keys.length > 0)
      it('says that it refuses a key', async () => {
        assert.match((await failed(connect({ keyFiles: [wrong] }))).message, /refuses/)
      })
    if (server.passwords)
      it('is logged in to with a password, and answers', () =>
        answers({ user: 'secure', keyFiles: null, password: new Secret(securePassword) }))
  })
