import assert from 'node:assert/strict'
import authorizedKey from '../../modules/authorized_key.ts'
import { readRequest } from '../../src/formats/authorized-wanted.ts'
import { keys } from '../formats/authorized-samples.ts'
import { type FakeEntry, type FakeHost, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

const { laptop, desk } = keys
const HOME = '/home/alice'
const SSH = `${HOME}/.ssh`
const FILE = `${SSH}/authorized_keys`
const NOW = Date.UTC(2026, 10, 25) / 1000

/** As `questions.clocks` has them: since the boot, since 1970, since the boot. */
const CLOCKS = `5022.11 9876.50\n${NOW}.123456789\n5022.12 9876.51\n`

const SAYS = `usedns no
strictmodes yes
authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2
authorizedkeyscommand none
trustedusercakeys none
requiredrsasize 1024
pubkeyacceptedalgorithms ssh-ed25519,ecdsa-sha2-nistp384,sk-ssh-ed25519@openssh.com,rsa-sha2-512
`

const directory = (mode = '0700', owner = 'alice'): FakeEntry => ({ directory: true, mode, owner })
const file = (text: string, mode = '0600', owner = 'alice'): FakeEntry => ({ text, mode, owner })

const machine = (
  files: FakeHost['files'] = {},
  about: Partial<FakeHost> & { readonly sshd?: string; readonly account?: string } = {},
): FakeMachine =>
  fakeMachine({
    users: [{ name: 'alice' }, { name: 'bob' }],
    files: { '/bin/bash': 'a shell', ...files },
    answer: ({ argv: [program, flag, script] }) => {
      if (program === '/usr/sbin/sshd') return { stdout: flag === '-V' ? 'OpenSSH_9.2p1' : (about.sshd ?? SAYS) }
      if (program === 'ssh-keygen') return { code: 1, stdout: '/dev/stdin (): REVOKED\n' }
      if (program === 'ssh') return { stdout: 'ssh-ed25519\nsk-ssh-ed25519@openssh.com\nssh-dss\n' }
      if (program === 'sh') return /shadow/.test(script ?? '') ? { stdout: about.account ?? '' } : { stdout: CLOCKS }
      return undefined
    },
    ...about,
  })

const usual = (text: string): FakeMachine => machine({ [SSH]: directory(), [FILE]: file(text) })

const alice = (params: Partial<Parameters<typeof authorizedKey.plan>[0]>) => ({ user: 'alice', ...params })

const DEFAULTS = {
  state: 'present' as const,
  exclusive: false,
  manage_dir: true,
  follow: false,
  allow_self_removal: false,
}

const review = (params: object, looped: string[] = []): string =>
  (authorizedKey.review?.({ ...DEFAULTS, user: 'alice', key: laptop, ...params }, { looped: new Set(looped) }) ?? [])
    .map(({ message }) => message)
    .join()

describe('authorized_key', () => {
  it("makes the directory and the file, the user's and nobody else's", async () => {
    const host = machine()
    const { status, changes, record } = await tryModule(authorizedKey, alice({ key: `${laptop} alice` }), host)
    assert.equal(status, 'changed')
    assert.deepEqual(host.stat(SSH), { kind: 'directory', mode: '0700', owner: 'alice' })
    assert.deepEqual(host.stat(FILE), { kind: 'file', mode: '0600', owner: 'alice' })
    assert.equal(host.text(FILE), `${laptop} alice\n`)
    assert.equal(record.keyfile, FILE)
    assert.deepEqual(
      changes.map(({ field, path }) => path ?? field),
      ['fingerprints', SSH, SSH, SSH, SSH, FILE, FILE, FILE, FILE],
    )
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop }), host)).status, 'ok')
  })

  it('finds nothing to do where the key stands', async () => {
    const { status } = await tryModule(authorizedKey, alice({ key: `${laptop} a` }), usual(`${laptop} a\n`))
    assert.equal(status, 'ok')
  })

  it('predicts in check what run does', async () => {
    const host = usual(`${desk} bob\n`)
    const check = await tryModule(authorizedKey, alice({ key: laptop }), host, { mode: 'check' })
    assert.deepEqual([check.status, host.text(FILE)], ['drift', `${desk} bob\n`])
    const run = await tryModule(authorizedKey, alice({ key: laptop }), host)
    assert.deepEqual(run.changes, check.changes)
  })

  it('creates nothing to remove something', async () => {
    const host = machine()
    const { status } = await tryModule(authorizedKey, alice({ key: laptop, state: 'absent' }), host)
    assert.deepEqual([status, host.stat(SSH)], ['ok', null])
  })

  it('names an account that is not there', async () => {
    const { status, message } = await tryModule(authorizedKey, { user: 'nosuch', key: laptop }, machine())
    assert.equal(status, 'failed')
    assert.match(message, /Failed to lookup user nosuch/)
  })

  const loose: readonly (readonly [string, FakeEntry, FakeEntry])[] = [
    ['a file that others can write', directory(), file(`${laptop}\n`, '0666')],
    ['a file that its group can write', directory(), file(`${laptop}\n`, '0620')],
    ["a file of root's", directory(), file(`${laptop}\n`, '0600', 'root')],
    ['a directory that others can write', directory('0777'), file(`${laptop}\n`)],
    ["a directory of root's", directory('0755', 'root'), file(`${laptop}\n`)],
    ["a directory and a file of somebody else's", directory('0700', 'bob'), file(`${laptop}\n`, '0644', 'bob')],
  ]
  for (const [what, ssh, keyFile] of loose)
    it(`repairs ${what}, also when the key is there`, async () => {
      const host = machine({ [SSH]: ssh, [FILE]: keyFile })
      const { status } = await tryModule(authorizedKey, alice({ key: laptop }), host)
      assert.equal(status, 'changed')
      for (const path of [SSH, FILE]) {
        const { mode = '', owner } = host.stat(path) ?? {}
        assert.equal(owner, 'alice')
        assert.equal(Number.parseInt(mode, 8) & 0o022, 0)
      }
      assert.equal(host.text(FILE), `${laptop}\n`)
    })

  it('leaves modes alone that others can only read', async () => {
    const host = machine({ [SSH]: directory('0755'), [FILE]: file(`${laptop}\n`, '0644') })
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop }), host)).status, 'ok')
  })

  it('leaves the directory alone with manage_dir off', async () => {
    const host = machine({ [SSH]: directory('0777'), [FILE]: file('') })
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, manage_dir: false }), host)).status, 'changed')
    assert.equal(host.stat(SSH)?.mode, '0777')
    const none = await tryModule(authorizedKey, alice({ key: laptop, manage_dir: false }), machine())
    assert.match(none.message, /\.ssh does not exist, and manage_dir is off/)
  })

  it("leaves owner and mode of what is outside the home alone, and makes new things root's", async () => {
    const host = machine({ '/etc/ssh/keys': directory('0711', 'bob'), '/srv': directory('0755', 'root') })
    const path = '/etc/ssh/keys/alice'
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, path }), host)).status, 'changed')
    assert.deepEqual(host.stat('/etc/ssh/keys'), { kind: 'directory', mode: '0711', owner: 'bob' })
    assert.deepEqual(host.stat(path), { kind: 'file', mode: '0644', owner: 'root' })
    await tryModule(authorizedKey, alice({ key: laptop, path: '/srv/keys/alice' }), host)
    assert.deepEqual(host.stat('/srv/keys'), { kind: 'directory', mode: '0755', owner: 'root' })
    const deep = await tryModule(authorizedKey, alice({ key: laptop, path: '/srv/a/b/alice' }), host)
    assert.match(deep.message, /directory "\/srv\/a" does not exist/)
  })

  it('never makes the home itself private', async () => {
    const host = machine({ [HOME]: directory('0775') })
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, path: '~alice/keys' }), host)).status, 'changed')
    assert.equal(host.stat(HOME)?.mode, '0775')
  })

  it('writes where sshd reads', async () => {
    const host = machine(
      { '/etc/ssh/keys': directory('0755', 'root') },
      { sshd: SAYS.replace(/authorizedkeysfile .*/, 'authorizedkeysfile /etc/ssh/keys/%u') },
    )
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop }), host)).status, 'changed')
    assert.equal(host.text('/etc/ssh/keys/alice'), `${laptop}\n`)
    assert.equal(host.stat(SSH), null)
  })

  it('says that sshd does not read the file', async () => {
    const host = machine({ '/srv': directory('0755', 'root') })
    const { notes } = await tryModule(authorizedKey, alice({ key: laptop, path: '/srv/alice' }), host)
    assert.match(notes.join(), /sshd does not read \/srv\/alice for alice/)
  })

  it('removes other keys from every file that sshd reads, and says where else keys may be', async () => {
    const host = machine(
      { [SSH]: directory(), [FILE]: file(`${laptop}\n${desk}\n`), [`${FILE}2`]: file(`${desk} old\n`) },
      { sshd: SAYS.replace('authorizedkeyscommand none', 'authorizedkeyscommand /usr/bin/ask %u') },
    )
    const { status, notes } = await tryModule(authorizedKey, alice({ key: laptop, exclusive: true }), host)
    assert.equal(status, 'changed')
    assert.deepEqual([host.text(FILE), host.text(`${FILE}2`)], [`${laptop}\n`, ''])
    assert.match(notes.join(), /left: AuthorizedKeysCommand \/usr\/bin\/ask %u may let alice in too/)
  })

  it('names the files that exclusive with a path leaves', async () => {
    const host = machine({ [SSH]: directory(), [FILE]: file('') })
    const { notes } = await tryModule(authorizedKey, alice({ key: laptop, exclusive: true, path: FILE }), host)
    assert.match(notes.join(), /left: sshd reads \/home\/alice\/\.ssh\/authorized_keys2 for alice too/)
  })

  it('works without an sshd to ask', async () => {
    const host = machine({}, { answer: () => undefined })
    const { status, notes } = await tryModule(authorizedKey, alice({ key: laptop, exclusive: true }), host)
    assert.equal(status, 'changed')
    assert.equal(host.text(FILE), `${laptop}\n`)
    assert.match(notes.join(), /sshd was not asked which files it reads for alice/)
  })

  const shut: readonly (readonly [string, Parameters<typeof machine>[1], RegExp])[] = [
    [
      'sshd takes no keys',
      { sshd: `${SAYS}pubkeyauthentication no\n` },
      /no key lets alice in from 10\.0\.0\.1: PubkeyAuth/,
    ],
    [
      'only others are allowed',
      { sshd: `${SAYS}allowusers admin\n` },
      /no key lets alice in from 10\.0\.0\.1: AllowUsers admin/,
    ],
    [
      'a key is not enough',
      { sshd: `${SAYS}authenticationmethods publickey,password\n` },
      /a key does not let alice in .* without something else/,
    ],
    [
      'the list of revoked keys is missing',
      { sshd: `${SAYS}revokedkeys /etc/missing\n` },
      /RevokedKeys \/etc\/missing, which is not there: sshd refuses every key/,
    ],
    [
      'the key is revoked',
      { sshd: `${SAYS}revokedkeys /etc/revoked\n` },
      /the key SHA256:\S+ is revoked and lets nobody in: RevokedKeys/,
    ],
    [
      'the key is revoked by a list in binary',
      { sshd: `${SAYS}revokedkeys /etc/krl\n` },
      /the key SHA256:\S+ is revoked/,
    ],
    ['the account has expired', { account: 'expired\n' }, /no key lets alice in .*the account alice has expired/],
    [
      'the account is locked',
      { account: 'locked\n', sshd: `${SAYS}usepam no\n` },
      /the account alice is locked, and sshd has UsePAM no/,
    ],
    [
      'the shell is missing',
      { users: [{ name: 'alice', shell: '/bin/nosuch' }] },
      /the shell \/bin\/nosuch does not exist/,
    ],
    [
      'the chroot is missing',
      { sshd: `${SAYS}chrootdirectory /srv/%u\n` },
      /the directory of ChrootDirectory \/srv\/alice does not exist/,
    ],
    ['its file is not the one', { sshd: 'oops' }, /sshd was not asked which files it reads for alice: .*line 5: Bad/],
  ]
  const lists = { '/etc/revoked': `# stolen\n${desk}\n  ${laptop} alice\n`, '/etc/krl': 'SSHKRL\n\0\0\0' }
  for (const [what, about, note] of shut)
    it(`says that the key lets nobody in, each time: ${what}`, async () => {
      const answer =
        about?.sshd !== 'oops' ? {} : { answer: () => ({ code: 255, stderr: '/etc/ssh/sshd_config line 5: Bad\n' }) }
      const host = machine(lists, { ...about, ...answer })
      for (const status of ['changed', 'ok']) {
        const end = await tryModule(authorizedKey, alice({ key: laptop }), host)
        assert.equal(end.status, status)
        assert.match(end.notes.join('\n'), note)
      }
      const other = await tryModule(authorizedKey, alice({ key: laptop, path: '/srv/alice' }), host)
      if (about?.sshd !== 'oops') assert.doesNotMatch(other.notes.join(), note)
    })

  const fine: readonly Parameters<typeof machine>[1][] = [
    {},
    { sshd: `${SAYS}allowusers al*\nrevokedkeys /etc/empty\nchrootdirectory /srv\nusepam yes\n`, account: 'locked\n' },
  ]
  it('says nothing where nothing keeps the key out', async () => {
    for (const about of fine) {
      const host = machine({ '/etc/empty': `${desk}\n`, '/srv': directory('0755', 'root') }, about)
      assert.deepEqual((await tryModule(authorizedKey, alice({ key: laptop }), host)).notes, [])
    }
  })

  it('names the settings that leave no file', async () => {
    const sshd = SAYS.replace(
      /authorizedkeysfile .*\nauthorizedkeyscommand none/,
      'authorizedkeysfile none\nauthorizedkeyscommand /bin/true',
    )
    const { message } = await tryModule(authorizedKey, alice({ key: laptop }), machine({}, { sshd }))
    assert.match(message, /no file of keys for alice \(AuthorizedKeysFile none; AuthorizedKeysCommand \/bin\/true\)/)
  })

  it('says that key_options take the place of options before the key', async () => {
    const params = { key: `no-pty ${laptop}`, key_options: 'no-X11-forwarding' }
    const { notes } = await tryModule(authorizedKey, alice(params), machine())
    assert.match(notes.join(), /key_options takes the place of .*: no-pty/)
  })

  it('takes the name of a port from the services of the machine', async () => {
    const services = { '/etc/services': 'http 80/tcp www # web\ntftp 69/udp\n' }
    const ends = (name: string, files: FakeHost['files'] = services) =>
      tryModule(authorizedKey, alice({ key: laptop, key_options: `permitopen="a:${name}"` }), machine(files))
    for (const name of ['http', 'www', '80']) assert.equal((await ends(name)).status, 'changed', name)
    for (const end of [await ends('tftp'), await ends('http', {})])
      assert.match(end.message, /would be there and let nobody in: .*this machine knows no service/)
    const there = machine({ [SSH]: directory(), [FILE]: file(`permitlisten="x:y" ${desk}\n`), ...services })
    const { notes } = await tryModule(authorizedKey, alice({ key: laptop }), there)
    assert.match(notes.join(), /authorized_keys:1 lets nobody in: .*no service "y"/)
  })

  it('closes a file when it takes a key out of it', async () => {
    const host = machine({ [SSH]: directory(), [FILE]: file(`${desk}\n${laptop}\n`, '0664') })
    assert.equal((await tryModule(authorizedKey, alice({ key: keys.phone, state: 'absent' }), host)).status, 'ok')
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, state: 'absent' }), host)).status, 'changed')
    assert.deepEqual([host.text(FILE), host.stat(FILE)?.mode], [`${desk}\n`, '0600'])
  })

  const led: readonly (readonly [string, FakeHost['files']])[] = [
    ['a directory of others', { [SSH]: directory(), [FILE]: { link: '/etc/newfile' } }],
    ["a file of root's", { [SSH]: directory(), [FILE]: { link: '/etc/keys' }, '/etc/keys': file('', '0644', 'root') }],
    ['its directory', { [SSH]: { link: '/srv/x' }, '/srv/x': directory('0755', 'root') }],
    [
      "somebody else's file among everybody's",
      {
        [SSH]: directory(),
        [FILE]: { link: '/tmp/k' },
        '/tmp': directory('1777', 'root'),
        '/tmp/k': file('', '0644', 'bob'),
      },
    ],
  ]
  for (const [what, files] of led)
    it(`does not write as root where a link of the user leads: ${what}`, async () => {
      const params = { ...DEFAULTS, ...alice({ key: laptop, follow: true }) }
      const now = await authorizedKey.probe(machine(files).look({ power: 'root' }), { ...params, key: laptop })
      const { keyfile, files: wanted } = authorizedKey.plan({ ...params, key: laptop }, now)
      assert.equal(wanted?.[String(keyfile)]?.as, 'alice')
      assert.match((now.notes ?? []).join(), new RegExp(`alice/.ssh/authorized_keys leads to ${String(keyfile)}`))
    })

  it("writes the user's own file in a directory of root's, and what the user may not, as root", async () => {
    const own = { [SSH]: directory(), [FILE]: { link: '/srv/k' }, '/srv/k': file('', '0600', 'alice') }
    const shutHome = { [HOME]: directory('0755', 'root') }
    for (const [files, path] of [[own], [shutHome, `${HOME}/keys`]] as const) {
      const given = { ...DEFAULTS, ...alice({ follow: true }), key: laptop, ...(path === undefined ? {} : { path }) }
      const now = await authorizedKey.probe(machine(files).look({ power: 'root' }), given)
      assert.equal(authorizedKey.plan(given, now).files?.[String(now.keyfile)]?.as, undefined)
    }
  })

  const links: readonly (readonly [string, FakeHost['files']])[] = [
    [
      'the file',
      { [SSH]: directory(), [FILE]: { link: '/etc/shadow' }, '/etc/shadow': file('root:x\n', '0600', 'root') },
    ],
    [
      'its directory',
      { [SSH]: { link: '/srv/alice' }, '/srv/alice': directory(), '/srv/alice/authorized_keys': file('') },
    ],
    ['nothing yet', { [SSH]: directory(), [FILE]: { link: 'elsewhere' } }],
  ]
  for (const [what, files] of links)
    it(`refuses a link in the place of ${what}`, async () => {
      const host = machine(files)
      const { status, message } = await tryModule(authorizedKey, alice({ key: laptop }), host)
      assert.equal(status, 'failed')
      assert.match(message, /is a symlink to .*follow: true/)
    })

  it('takes the links on the way that an administrator made', async () => {
    const host = machine({ '/etc/ssh/keys': { link: '/srv/keys' }, '/srv/keys': directory('0755', 'root') })
    const { status, record } = await tryModule(authorizedKey, alice({ key: laptop, path: '/etc/ssh/keys/alice' }), host)
    assert.deepEqual([status, record.keyfile], ['changed', '/srv/keys/alice'])
  })

  it('follows a link when told so, and keeps it', async () => {
    const host = machine({ [SSH]: directory(), [FILE]: { link: '../keys' }, [`${HOME}/keys`]: file(`${desk}\n`) })
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, follow: true }), host)).status, 'changed')
    assert.equal(host.text(`${HOME}/keys`), `${desk}\n${laptop}\n`)
    assert.equal(host.stat(FILE)?.kind, 'link')
  })

  it('leaves a link in the place of the second file, and says so', async () => {
    const host = machine({
      [SSH]: directory(),
      [FILE]: file(`${desk}\n`),
      [`${FILE}2`]: { link: '/srv/more' },
      '/srv/more': file(''),
    })
    const { status, notes } = await tryModule(authorizedKey, alice({ key: laptop, exclusive: true }), host)
    assert.equal(status, 'changed')
    assert.match(notes.join(), /left alone: .*authorized_keys2 is a symlink to \/srv\/more/)
  })

  it('does not remove the key of its own connection', async () => {
    const own = (user: string) =>
      machine({ [SSH]: directory(), [FILE]: file(`${laptop} me\n${desk}\n`) }, { connection: { user, key: laptop } })
    for (const params of [
      { key: desk, exclusive: true },
      { key: laptop, state: 'absent' as const },
    ]) {
      const { status, message } = await tryModule(authorizedKey, alice(params), own('alice'), { power: 'root' })
      assert.equal(status, 'failed')
      assert.match(message, /would remove, or keep out, .*this very connection.*allow_self_removal: true/)
      const allowed = await tryModule(authorizedKey, alice({ ...params, allow_self_removal: true }), own('alice'), {
        power: 'root',
      })
      assert.equal(allowed.status, 'changed')
      assert.equal((await tryModule(authorizedKey, alice(params), own('bob'), { power: 'root' })).status, 'changed')
    }
  })

  it('knows the file of its own key by every name', async () => {
    const named = [
      '/home/alice/../alice/.ssh/authorized_keys',
      '/srv/a/.ssh/authorized_keys',
      '/srv/a/.ssh//authorized_keys/',
    ]
    for (const path of named) {
      const host = machine(
        { [SSH]: directory(), [FILE]: file(`${laptop} me\n`), '/srv/a': { link: HOME } },
        { connection: { user: 'alice', key: laptop } },
      )
      const params = alice({ key: laptop, state: 'absent', path })
      const { status, message } = await tryModule(authorizedKey, params, host, { power: 'root' })
      assert.deepEqual([status, /this very connection/.test(message)], ['failed', true], path)
      const added = await tryModule(authorizedKey, alice({ key: desk, path }), host, { power: 'root' })
      assert.doesNotMatch(added.notes.join(), /does not read/)
    }
  })

  it("does not remove its own key from a file that is another user's too", async () => {
    const shared = SAYS.replace(/authorizedkeysfile .*/, 'authorizedkeysfile /etc/keys')
    const host = machine(
      { '/etc/keys': file(`${laptop}\n`, '0644', 'root') },
      { sshd: shared, connection: { user: 'bob', key: laptop } },
    )
    const end = await tryModule(authorizedKey, alice({ key: laptop, state: 'absent' }), host, { power: 'root' })
    assert.match(end.message, /this very connection/)
  })

  it('does not tie its own connection to a command', async () => {
    const own = (text: string) =>
      machine({ [SSH]: directory(), [FILE]: file(text) }, { connection: { user: 'alice', key: laptop } })
    const ends = async (text: string, more: object = {}) =>
      await tryModule(authorizedKey, alice({ key: laptop, key_options: 'command="/bin/a"', ...more }), own(text), {
        power: 'root',
      })
    assert.match((await ends(`${laptop}\n`)).message, /with command="\/bin\/a" it could do nothing else/)
    assert.equal((await ends(`command="/bin/a",no-pty ${laptop}\n`)).status, 'changed')
    assert.equal((await ends(`${laptop}\n`, { allow_self_removal: true })).status, 'changed')
  })

  it('does not keep out its own connection by options', async () => {
    const own = machine(
      { [SSH]: directory(), [FILE]: file(`${laptop} me\n`) },
      { connection: { user: 'alice', key: laptop, from: '10.1.2.3' } },
    )
    const ends = async (key_options: string) =>
      (await tryModule(authorizedKey, alice({ key: laptop, key_options }), own, { power: 'root', mode: 'check' }))
        .status
    assert.deepEqual(await Promise.all(['from="10.0.0.0/16"', 'from="10.1.0.0/16"', 'from="!10.1.2.3,*"'].map(ends)), [
      'failed',
      'drift',
      'failed',
    ])
  })

  it('lets nobody manage the keys of somebody else but root', async () => {
    const { message } = await tryModule(authorizedKey, alice({ key: laptop }), usual(''), { power: 'bob' })
    assert.match(message, /keys of alice are alice's and root's to manage, not those of bob \(become: true\)/)
  })

  const unfit: readonly (readonly [string, Parameters<typeof alice>[0], RegExp])[] = [
    [
      'a date that is past',
      { key: laptop, key_options: 'expiry-time="20260101"' },
      /let nobody in: .*expired on 20260101/,
    ],
    ['a name that sshd never compares', { key: laptop, key_options: 'from="a.example"' }, /let nobody in: .*UseDNS no/],
  ]
  it('refuses what this sshd would not let in', async () => {
    for (const [what, params, message] of unfit) {
      const host = usual('')
      const end = await tryModule(authorizedKey, alice(params), host)
      assert.equal(end.status, 'failed', what)
      assert.match(end.message, message)
      assert.equal(host.text(FILE), '')
    }
    const strict = machine({}, { sshd: SAYS.replace('requiredrsasize 1024', 'requiredrsasize 2048') })
    assert.match((await tryModule(authorizedKey, alice({ key: keys.short }), strict)).message, /below 2048 bits/)
    const old = machine({}, { answer: ({ argv: [, flag] }) => ({ stdout: flag === '-V' ? 'OpenSSH_8.0p1' : SAYS }) })
    const verify = await tryModule(authorizedKey, alice({ key: laptop, key_options: 'verify-required' }), old)
    assert.match(verify.message, /sshd 8\.0 does not know verify-required \(from 8\.4 on\)/)
  })

  it('does not call a key fine that stands there and lets nobody in', async () => {
    const host = usual(`expiry-time="20200101" ${laptop}\n`)
    const { status, message } = await tryModule(authorizedKey, alice({ key: laptop }), host)
    assert.equal(status, 'failed')
    assert.match(message, /authorized_keys:1: it expired on 20200101 \(key_options sets its options\)/)
    assert.equal((await tryModule(authorizedKey, alice({ key: laptop, key_options: '' }), host)).status, 'changed')
    assert.equal(host.text(FILE), `${laptop}\n`)
  })

  it('remarks on lines of others that let nobody in', async () => {
    const { status, notes } = await tryModule(authorizedKey, alice({ key: laptop }), usual(`foo ${desk}\n${laptop}\n`))
    assert.equal(status, 'ok')
    assert.match(notes.join(), /authorized_keys:1 lets nobody in: unknown key option "foo"/)
  })

  it('gives only fingerprints of the keys that count', async () => {
    const host = usual(`${desk}\n`)
    const { record } = await tryModule(authorizedKey, alice({ key: laptop, exclusive: true }), host)
    assert.deepEqual(record.fingerprints, ['SHA256:/CkHcv8Rkf800s7rRgewX9ur9V1BcAU+3vqLO4y6NQA'])
  })

  it('is reviewed before any connection', () => {
    assert.equal(review({}), '')
    assert.match(review({ exclusive: true, state: 'absent' }), /not both/)
    assert.match(review({ exclusive: true, key: '' }), /no key is given/)
    assert.match(review({ exclusive: true }, ['key']), /loop/)
    assert.equal(review({}, ['key']), '')
  })

  it('is claimed once for a user where it is exclusive', () => {
    const sole = (params: object) => authorizedKey.sole?.({ user: 'alice', key: laptop, ...params } as never)
    assert.equal(sole({ exclusive: true }), 'the keys of alice, exclusively')
    assert.equal(sole({ exclusive: false }), null)
  })

  it('plans nothing more for what it planned, and names what it wants', async () => {
    const hosts = [
      machine(),
      usual(`from="10.0.0.1" ${laptop} a\n${desk}\n${laptop} b\n`),
      machine({ [SSH]: directory('0777', 'root'), [FILE]: file(`foo ${desk}\n`, '0666', 'bob') }),
    ]
    const asked = [
      { key: `${laptop} new` },
      { key: [laptop, keys.phone], key_options: 'no-pty' },
      { key: laptop, exclusive: true, key_options: '' },
      { key: laptop, state: 'absent' as const },
      { key: laptop, path: '/etc/keys' },
    ]
    for (const host of hosts)
      for (const params of asked) {
        const given = { ...DEFAULTS, user: 'alice', ...params }
        const now = await authorizedKey.probe(host.look({ power: null }), given)
        const wanted = authorizedKey.plan(given, now)
        assert.deepEqual(authorizedKey.plan(given, wanted), wanted)
        const blobs = readRequest({ ...given }).keys.map(({ key }) => key.fingerprint)
        assert.deepEqual(wanted.fingerprints, given.state === 'absent' ? [] : blobs)
      }
  })
})
