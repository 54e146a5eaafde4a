import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import sshConfigLine from '../../modules/ssh_config_line.ts'
import { type Asked, type FakeEntry, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof sshConfigLine.plan>[0]

type Said = Readonly<{ code: number; stdout: string; stderr: string }>
const answers = new Map<string, Promise<Said>>()

/** The real ssh of this machine answers, once for each text; but of files that are on no disk it knows nothing. */
const ssh = (asked: Asked): { code: number } | Promise<Said> => {
  if (asked.text === null) return { code: 3 }
  const question = JSON.stringify([asked.argv, asked.text])
  const answer = answers.get(question) ?? realSsh(asked)
  answers.set(question, answer)
  return answer
}

const realSsh = ({ argv, text }: Asked) =>
  new Promise<Said>((resolve, reject) => {
    const [program = '', ...args] = argv
    const child = spawn(program, args)
    const out = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (out.stdout += data))
    child.stderr.on('data', (data) => (out.stderr += data))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, ...out }))
    child.stdin.end(text ?? '')
  })

const machineWith = (files: Readonly<Record<string, FakeEntry>> = {}) =>
  fakeMachine({ files, users: [{ name: 'alice' }], answer: ssh })

const OWN = '/home/alice/.ssh/config'

const own = (text: string, mode = '0600'): Record<string, FakeEntry> => ({
  '/home/alice/.ssh': { directory: true, mode: '0700', owner: 'alice' },
  [OWN]: { text, mode, owner: 'alice' },
})

const converged = async (files: Readonly<Record<string, FakeEntry>>, given: Partial<Given>) => {
  const machine = machineWith(files)
  const check = await tryModule(sshConfigLine, given, machineWith(files), { mode: 'check' })
  const run = await tryModule(sshConfigLine, given, machine)
  assert.equal(check.status, run.status === 'changed' ? 'drift' : run.status)
  assert.deepEqual(check.changes, run.changes)
  if (run.status === 'changed') assert.equal((await tryModule(sshConfigLine, given, machine)).status, 'ok')
  return { ...run, text: machine.text(given.path ?? (given.user ? OWN : '/etc/ssh/ssh_config')), machine }
}

describe('ssh_config_line', () => {
  it("makes a user's file and directory as the user", async () => {
    const { status, text, machine } = await converged({}, { user: 'alice', keyword: 'AddKeysToAgent', value: true })
    assert.deepEqual([status, text], ['changed', 'AddKeysToAgent yes\n'])
    assert.deepEqual(machine.stat(OWN), { kind: 'file', mode: '0600', owner: 'alice' })
    assert.deepEqual(machine.stat('/home/alice/.ssh'), { kind: 'directory', mode: '0700', owner: 'alice' })
  })

  it("makes the system's file for everybody to read", async () => {
    const { machine } = await converged(
      { '/etc/ssh': { directory: true } },
      { keyword: 'HashKnownHosts', value: 'yes' },
    )
    assert.deepEqual(machine.stat('/etc/ssh/ssh_config'), { kind: 'file', mode: '0644', owner: 'root' })
  })

  it("says what ssh obeys in ssh's own words", async () => {
    const { changes } = await converged(own('ServerAliveInterval 5\n'), {
      user: 'alice',
      keyword: 'ServerAliveInterval',
      value: '1m',
    })
    const obeyed = changes.find(({ field }) => field === 'obeyed')
    assert.deepEqual([obeyed?.before, obeyed?.after], [['5'], ['60']])
  })

  it('asks with the powers of the user, and never as root', async () => {
    const { machine } = await converged(own(''), { user: 'alice', keyword: 'User', value: 'x' })
    assert.deepEqual([...new Set(machine.asked.map(({ power }) => power))], ['alice'])
  })

  it('writes one line for each value that adds up', async () => {
    const files = own('IdentityFile ~/.ssh/a\n\nHost b\n  IdentityFile c\n')
    const given = { user: 'alice', keyword: 'IdentityFile', value: ['~/.ssh/a', '~/two words'] }
    const { text } = await converged(files, given)
    assert.equal(text, 'IdentityFile ~/.ssh/a\nIdentityFile "~/two words"\n\nHost b\n  IdentityFile c\n')
  })

  it('writes all values of a list where ssh wants one line', async () => {
    const algorithms = {
      keyword: 'Ciphers',
      value: ['aes256-ctr', 'aes128-ctr'],
      path: '/etc/ssh/ssh_config.d/10.conf',
    }
    const made = await converged({ '/etc/ssh/ssh_config.d': { directory: true } }, algorithms)
    assert.equal(made.text, 'Ciphers aes256-ctr,aes128-ctr\n')
    const known = { user: 'alice', keyword: 'UserKnownHostsFile', value: ['~/.ssh/a', '/b c'] }
    assert.equal((await converged(own(''), known)).text, 'UserKnownHostsFile ~/.ssh/a "/b c"\n')
  })

  it('goes before an Include whose file would win', async () => {
    const files = {
      '/etc/ssh/ssh_config': 'Include ssh_config.d/*.conf\n\nHost *\n    HashKnownHosts yes\n',
      '/etc/ssh/ssh_config.d/a.conf': 'ForwardAgent yes\n',
    }
    const { text } = await converged(files, { keyword: 'ForwardAgent', value: false })
    assert.equal(text, 'ForwardAgent no\nInclude ssh_config.d/*.conf\n\nHost *\n    HashKnownHosts yes\n')
  })

  it('names the earlier blocks that keep their own value', async () => {
    const given = { user: 'alice', host: '*', keyword: 'ForwardAgent', value: 'no' }
    const { notes } = await converged(own('Host legacy\n  ForwardAgent yes\n'), given)
    assert.deepEqual(notes, [`${OWN}:2 keeps "ForwardAgent yes" for Host legacy`])
  })

  it('takes write permission from others, which ssh refuses', async () => {
    const { changes } = await converged(own('User a\n', '0664'), { user: 'alice', keyword: 'User', value: 'a' })
    assert.deepEqual(changes, [{ field: 'mode', path: OWN, before: '0664', after: '0644' }])
  })

  it('takes a setting out, and is then content', async () => {
    const { text } = await converged(own('Host a\n  User b\n\nHost c\n'), {
      user: 'alice',
      host: 'a',
      keyword: 'User',
      state: 'absent',
    })
    assert.equal(text, 'Host c\n')
    assert.equal((await converged({}, { user: 'alice', keyword: 'User', state: 'absent' })).status, 'ok')
  })

  it('repairs a file that only its own line broke', async () => {
    const { status, text } = await converged(own('Port many\nUser a\n'), { user: 'alice', keyword: 'Port', value: 22 })
    assert.deepEqual([status, text], ['changed', 'Port 22\nUser a\n'])
  })

  const refusals: readonly (readonly [string, Record<string, FakeEntry>, Partial<Given>, RegExp])[] = [
    [
      'a value that ssh refuses',
      own(''),
      { user: 'alice', keyword: 'Port', value: 'many' },
      /^ssh refuses Port many: Bad (number|port)/,
    ],
    [
      'a keyword that ssh does not know',
      own(''),
      { user: 'alice', keyword: 'Prot', value: 22 },
      /Bad configuration option: prot/,
    ],
    [
      'a file that was broken before, with the place',
      own('User a\nFoo b\n'),
      { user: 'alice', keyword: 'Port', value: 1 },
      /which it did before: \/home\/alice\/\.ssh\/config: line 2: Bad configuration option: foo/,
    ],
    [
      'criteria that ssh does not know',
      own(''),
      { user: 'alice', match: 'weather sunny', keyword: 'Port', value: 1 },
      /Match/,
    ],
    [
      'a line for every host that nothing outranks',
      own('User a\n'),
      { user: 'alice', host: 'web', keyword: 'User', value: 'b' },
      /config:1 says "User a" for every host/,
    ],
    [
      'a link in the place of the file',
      { [OWN]: { link: '/srv/x' }, '/srv/x': '' },
      { user: 'alice', keyword: 'Port', value: 1 },
      /config is a symbolic link to \/srv\/x/,
    ],
    [
      'a link in the place of the directory',
      { '/home/alice/.ssh': { link: '/srv' }, '/srv/config': '' },
      { user: 'alice', keyword: 'Port', value: 1 },
      /\.ssh is a symbolic link to \/srv/,
    ],
    ['a user that is not there', {}, { user: 'bob', keyword: 'Port', value: 1 }, /user "bob" does not exist/],
    [
      'a directory that is not there',
      {},
      { path: '/opt/x/config', keyword: 'Port', value: 1 },
      /directory "\/opt\/x" does not exist/,
    ],
  ]
  for (const [what, files, given, words] of refusals) {
    it(`refuses ${what}, and touches nothing`, async () => {
      const machine = machineWith(files)
      const before = machine.paths().map((path) => machine.text(path))
      const { status, message } = await tryModule(sshConfigLine, given, machine)
      assert.equal(status, 'failed')
      assert.match(message, words)
      assert.deepEqual(
        machine.paths().map((path) => machine.text(path)),
        before,
      )
    })
  }

  it('edits what a link leads to where it is told to', async () => {
    const machine = machineWith({
      [OWN]: { link: '/srv/x' },
      '/srv/x': { text: 'User a\n', owner: 'alice', mode: '0600' },
    })
    await tryModule(sshConfigLine, { user: 'alice', keyword: 'Port', value: 1, follow: true }, machine)
    assert.deepEqual([machine.text('/srv/x'), machine.stat(OWN)?.kind], ['User a\nPort 1\n', 'link'])
  })

  for (const head of ['Match exec "touch /x"', '=Match ex"ec" "touch /x"', ' "match" host web \\exec true']) {
    it(`runs no command that ${head} would run, and says so`, async () => {
      const files = own(`${head}\n  User a\n`)
      const { status, notes, machine } = await converged(files, {
        user: 'alice',
        host: 'web',
        keyword: 'Port',
        value: 1,
      })
      assert.equal(status, 'changed')
      assert.deepEqual(notes, ['ssh was not asked about the file: a Match there would run a command'])
      assert.ok(machine.asked.every(({ text }) => !/match/i.test(text ?? '')))
    })
  }

  it('names a Match that may say otherwise', async () => {
    const files = own('Match exec "true"\n  User a\n')
    const { notes } = await converged(files, { user: 'alice', host: 'web', keyword: 'User', value: 'b' })
    assert.equal(notes.at(-1), `${OWN}:2 keeps "User a" for Match exec true`)
  })

  const mistakes: readonly (readonly [Partial<Given>, string, RegExp])[] = [
    [{ keyword: 'Host', value: 'x' }, 'keyword', /write "host:"/],
    [{ keyword: 'Add Keys', value: 'x' }, 'keyword', /no keyword/],
    [{ keyword: 'User' }, 'value', /needed/],
    [{ keyword: 'User', value: 'a\nPort 1' }, 'value', /one line/],
    [{ keyword: 'Ciphers', value: [] }, 'value', /needs a value/],
    [{ keyword: 'SendEnv', value: 'A #b' }, 'value', /comment/],
    [{ keyword: 'User', value: 'a', host: 'x', match: 'all' }, 'match', /exclude/],
    [{ keyword: 'User', value: 'a', user: 'x', path: '/y' }, 'path', /exclude/],
    [{ keyword: 'User', value: 'a', host: '  ' }, 'host', /one line of patterns/],
  ]
  for (const [given, param, words] of mistakes) {
    it(`is wrong about ${JSON.stringify(given)}`, () => {
      const [first] =
        sshConfigLine.review?.({ state: 'present', follow: false, ...given } as Given, { looped: new Set() }) ?? []
      assert.equal(first?.param, param)
      assert.match(first?.message ?? '', words)
    })
  }
})
