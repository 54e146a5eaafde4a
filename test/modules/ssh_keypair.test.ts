import assert from 'node:assert/strict'
import sshKeypair from '../../modules/ssh_keypair.ts'
import { LATER } from '../../src/contract/later.ts'
import { Secret } from '../../src/contract/secret.ts'
import { fingerprints, keys } from '../formats/authorized-samples.ts'
import { type Asked, type FakeEntry, type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Params = Parameters<typeof sshKeypair.plan>[0]

const PATH = '/srv/k/id'
const LINE = `${keys.laptop} old@host`
const passphrase = new Secret('hunter22')

/** The private key that lies on a fake machine, as ssh-keygen sees it. */
interface Key {
  readonly line?: string
  readonly passphrase?: string
  /** ssh-keygen -l of the private key alone */
  readonly print?: string
  readonly isOpen?: boolean
  /** what the shell tells of it */
  readonly parts?: string
}

/** The public parts of an Ed25519 key with a comment of eight bytes, as a shell tells them of 387 characters. */
const partsOf = (line: string, comment: string): string => {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  const before = Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\0\x33', 'latin1')
  const length = Buffer.from('\0\0\0\x90checchec', 'latin1')
  const behind = Buffer.from(`\0\0\0\x40${'\0'.repeat(64)}\0\0\0\x08${comment}\x01\x02\x03\x04\x05`, 'latin1')
  const base64 = Buffer.concat([before, blob, length, blob, behind]).toString('base64')
  return `parts ${base64.slice(70, 140)} ${base64.slice(140, 210)} ${base64.slice(300)}\n`
}

const machine = (key: Key, files: Record<string, FakeEntry> = {}): FakeMachine => {
  const answer = ({ argv, text }: Asked) => {
    const script = argv[2] ?? ''
    if (script.includes('parts()') && key.parts !== undefined) return { stdout: key.parts }
    if (script.includes('-P ""')) {
      if (key.line !== undefined && key.passphrase === undefined) return { stdout: `${key.line}\n` }
      return { code: 255, stderr: key.passphrase === undefined ? 'error in libcrypto' : WRONG }
    }
    if (script.includes('ssh-keygen -l')) return key.print === undefined ? { code: 255 } : { stdout: `${key.print}\n` }
    if (argv.includes('-y')) {
      if (key.isOpen) return { code: 255, stderr: 'Load key "/srv/k/id": bad permissions' }
      return text === key.passphrase ? { stdout: `${key.line}\n` } : { code: 255, stderr: WRONG }
    }
    return undefined
  }
  return fakeMachine({
    users: [{ name: 'alice' }],
    files: { '/srv/k': { directory: true, mode: '0700' }, ...files },
    answer,
  })
}

const WRONG = 'Load key "/srv/k/id": incorrect passphrase supplied to decrypt private key'

const pair = (
  mode = '0600',
  open: FakeEntry | null = { text: `${LINE}\n`, mode: '0644' },
): Record<string, FakeEntry> => ({
  [PATH]: { text: '(secret)', mode },
  ...(open === null ? {} : { [`${PATH}.pub`]: open }),
})

/** Links to a pair, or to one of its files, beside them. */
const linked = (mode = '0600', open = `${LINE}\n`, only?: '' | '.pub'): Record<string, FakeEntry> => ({
  ...(only === '.pub' ? {} : { [PATH]: { link: '/srv/k/real' }, '/srv/k/real': { text: '(secret)', mode } }),
  ...(only === '' ? {} : { [`${PATH}.pub`]: { link: 'real.pub' }, '/srv/k/real.pub': open }),
})

const check = (params: Partial<Params>, host: FakeMachine) =>
  tryModule(sshKeypair, { path: PATH, type: 'ed25519', ...params }, host, { mode: 'check' })

const run = (params: Partial<Params>, host: FakeMachine) =>
  tryModule(sshKeypair, { path: PATH, type: 'ed25519', ...params }, host)

describe('ssh_keypair', () => {
  it('has nothing to do where the pair is as wanted, and tells it', async () => {
    const { status, record } = await run({}, machine({ line: LINE }, pair()))
    assert.equal(status, 'ok')
    const { filename, type, size, fingerprint, public_key: line, comment, encrypted } = record
    assert.deepEqual(
      [filename, type, size, fingerprint, line, comment, encrypted],
      [PATH, 'ed25519', 256, fingerprints.laptop, LINE, 'old@host', false],
    )
  })

  it('asks no ssh-keygen about an Ed25519 key that is laid out as OpenSSH does, but in FIPS mode', async () => {
    const parts = partsOf(keys.laptop, 'old@host')
    const whole = 36 + 70 * 4 + 44 + 5 + 34
    const asked = async (size: number, more: Record<string, FakeEntry> = {}) => {
      const files = { ...pair(), [PATH]: { text: '.'.repeat(size), mode: '0600' }, ...more }
      const host = machine({ line: LINE, parts }, files)
      const { status, record } = await run({ type: 'ecdsa', regenerate: 'never', comment: 'old@host' }, host)
      assert.deepEqual([status, record.public_key], ['ok', LINE])
      return host.asked.length
    }
    assert.equal(await asked(whole), 1)
    assert.equal(await asked(whole + 1), 2)
    assert.equal(await asked(whole, { '/proc/sys/crypto/fips_enabled': '1\n' }), 2)
  })

  it('never reads a private key, nor shows it', async () => {
    const { record, changes } = await run({ comment: 'new' }, machine({ line: LINE }, pair('0644')))
    assert.doesNotMatch(JSON.stringify([record, changes]), /\(secret\)/)
  })

  it('makes a pair that is missing, whose public key the run alone will know', async () => {
    const { status, changes, record } = await check({}, machine({}))
    assert.equal(status, 'drift')
    assert.equal(record.public_key, LATER)
    const shown = changes.map(({ field, path, after, later }) => `${path ?? ''} ${field} ${later ? 'later' : after}`)
    assert.deepEqual(shown, [
      ' type ed25519',
      ' size 256',
      ' fingerprint later',
      ' public_key later',
      ' comment later',
      ' encrypted false',
      `${PATH} text later`,
      `${PATH} mode 0600`,
      `${PATH}.pub text later`,
      `${PATH}.pub mode 0644`,
    ])
  })

  const sizes: readonly (readonly [Partial<Params>, string, number])[] = [
    [{ type: 'rsa' }, 'rsa', 4096],
    [{ type: 'rsa', size: 2048 }, 'rsa', 2048],
    [{ type: 'ecdsa' }, 'ecdsa', 256],
    [{ type: 'ecdsa', size: 521 }, 'ecdsa', 521],
    [{ type: 'ed25519', size: 4096 }, 'ed25519', 256],
    [{ type: 'ecdsa-sk' }, 'ecdsa-sk', 256],
  ]
  for (const [params, type, size] of sizes)
    it(`means ${type} ${size} by ${JSON.stringify(params)}`, async () => {
      const { record } = await check(params, machine({}))
      assert.deepEqual([record.type, record.size], [type, size])
    })

  interface Case {
    readonly it: string
    readonly key: Key
    readonly files?: Record<string, FakeEntry>
    readonly params: Partial<Params>
    readonly status: string
    readonly message?: RegExp
    readonly changed?: readonly string[]
  }
  const short: Key = { line: `${keys.short} old` }
  const locked: Key = { line: LINE, passphrase: 'hunter22', print: `256 ${fingerprints.laptop} no comment (ED25519)` }
  const cases: readonly Case[] = [
    {
      it: 'refuses to replace a key of another type',
      key: short,
      params: {},
      status: 'failed',
      message:
        /^Key has wrong type and\/or size\. Will not proceed: \/srv\/k\/id is rsa 1024, wanted is ed25519 256 \(regenerate: partial_idempotence/,
    },
    {
      it: 'keeps it when told never',
      key: short,
      files: pair('0600', `${keys.short} old\n`),
      params: { regenerate: 'never' },
      status: 'ok',
    },
    {
      it: 'replaces it by partial_idempotence',
      key: short,
      params: { type: 'rsa', size: 2048, regenerate: 'partial_idempotence' },
      status: 'drift',
      message: /it is rsa 1024, wanted is rsa 2048: the pair that is there is kept beside it/,
      changed: ['size'],
    },
    {
      it: 'refuses a file that holds no key',
      key: {},
      params: {},
      status: 'failed',
      message:
        /^Unable to read the key\. The key is protected with a passphrase or broken\. Will not proceed: \/srv\/k\/id: it holds no private key/,
    },
    {
      it: 'refuses it by partial_idempotence too',
      key: {},
      params: { regenerate: 'partial_idempotence' },
      status: 'failed',
    },
    { it: 'replaces it by full_idempotence', key: {}, params: { regenerate: 'full_idempotence' }, status: 'drift' },
    {
      it: 'refuses a protected key without a passphrase',
      key: locked,
      params: {},
      status: 'failed',
      message: /it is protected with a passphrase, and none is given/,
    },
    { it: 'opens it with the right one', key: locked, params: { passphrase }, status: 'ok' },
    {
      it: 'tells a wrong one',
      key: locked,
      params: { passphrase: new Secret('wrong') },
      status: 'failed',
      message: /the passphrase given does not open it/,
    },
    {
      it: 'refuses a key without a passphrase where one is given',
      key: { line: LINE },
      params: { passphrase },
      status: 'failed',
      message: /it has no passphrase, and one is given/,
    },
    {
      it: 'takes an empty passphrase for none',
      key: { line: LINE },
      params: { passphrase: new Secret('') },
      status: 'ok',
    },
    {
      it: 'closes a key that others can read',
      key: { line: LINE },
      files: pair('0644'),
      params: {},
      status: 'drift',
      changed: [`mode ${PATH} 0644 0600`],
    },
    {
      it: 'closes one that is protected, too',
      key: { ...locked, isOpen: true },
      files: pair('0640'),
      params: { passphrase },
      status: 'drift',
      changed: [`mode ${PATH} 0640 0600`],
    },
    {
      it: 'does not guess what an open and protected key without its .pub is',
      key: { ...locked, isOpen: true },
      files: pair('0644', null),
      params: { passphrase },
      status: 'failed',
      message: /others can read it.*chmod 600 it first/,
    },
    { it: 'leaves a key that is closed more', key: { line: LINE }, files: pair('0400'), params: {}, status: 'ok' },
    {
      it: 'sets the mode that is asked for',
      key: { line: LINE },
      params: { mode: '400' },
      status: 'drift',
      changed: [`mode ${PATH} 0600 0400`],
    },
    {
      it: 'warns of a mode that ssh refuses',
      key: { line: LINE },
      params: { mode: '0640' },
      status: 'drift',
      message: /ssh refuses/,
    },
    {
      it: 'sets the owner of both files',
      key: { line: LINE },
      params: { owner: 'alice' },
      status: 'drift',
      changed: [`owner ${PATH} root alice`, `owner ${PATH}.pub root alice`],
    },
    {
      it: 'opens the public file',
      key: { line: LINE },
      files: pair('0600', { text: `${LINE}\n`, mode: '0600' }),
      params: {},
      status: 'drift',
      changed: [`mode ${PATH}.pub 0600 0644`],
    },
    {
      it: 'refuses Ed25519 in FIPS mode',
      key: {},
      files: { '/proc/sys/crypto/fips_enabled': '1\n' },
      params: {},
      status: 'failed',
      message: /FIPS.*type: ecdsa/,
    },
    {
      it: 'takes ECDSA in FIPS mode',
      key: {},
      files: { '/proc/sys/crypto/fips_enabled': '1\n' },
      params: { type: 'ecdsa' },
      status: 'drift',
    },
    {
      it: 'refuses RSA of few bits in FIPS mode',
      key: {},
      files: { '/proc/sys/crypto/fips_enabled': '1\n' },
      params: { type: 'rsa', size: 1024 },
      status: 'failed',
      message: /FIPS.*RSA keys have at least 2048 bits: size: 1024 has fewer/,
    },
    {
      it: 'takes RSA as it is by default in FIPS mode',
      key: {},
      files: { '/proc/sys/crypto/fips_enabled': '1\n' },
      params: { type: 'rsa' },
      status: 'drift',
    },
    {
      it: 'names a directory that is missing',
      key: {},
      params: { path: '/srv/none/id' },
      status: 'waiting',
      message: /directory \/srv\/none does not exist/,
    },
    {
      it: 'refuses a directory for a path',
      key: {},
      params: { path: '/srv/k' },
      status: 'failed',
      message: /\/srv\/k is a directory\. Please specify a path to a file\./,
    },
    {
      it: 'refuses to write in the place of a link',
      key: { line: LINE },
      files: { ...pair(), [PATH]: { link: '/srv/x' } },
      params: { comment: 'new' },
      status: 'failed',
      message: /is a symlink to \/srv\/x/,
    },
    { it: 'is content with links to a pair as wanted', key: { line: LINE }, files: linked(), params: {}, status: 'ok' },
    {
      it: 'is content with a public file that is a link and says the same in its own way',
      key: { line: LINE },
      files: { ...pair(), ...linked('0600', `${keys.laptop}  old@host\n`, '.pub') },
      params: {},
      status: 'ok',
    },
    ...(
      [
        [linked('0644'), {}, /\/srv\/k\/id is a symlink to \/srv\/k\/real, and the pair is not as wanted/],
        [linked('0600', `${keys.desk} x\n`), {}, /id\.pub is a symlink to real\.pub, and the pair is not as wanted/],
        [linked(), { comment: 'new' }, /is a symlink to/],
        [{ ...pair(), ...linked('0600', `${LINE}\n`, '') }, { comment: 'new' }, /\/srv\/k\/id is a symlink to/],
        [linked(), { regenerate: 'always' }, /\/srv\/k\/id is a symlink to/],
        [linked(), { owner: 'alice' }, /\/srv\/k\/id is a symlink to/],
      ] as const
    ).map(([files, params, message]) => ({
      it: `refuses to write in the place of links: ${message} ${JSON.stringify(params)}`,
      ...{ key: { line: LINE }, files, params, status: 'failed', message },
    })),
  ]
  for (const one of cases)
    it(one.it, async () => {
      const { status, message, changes } = await check(one.params, machine(one.key, one.files ?? pair()))
      assert.equal(status, one.status, message)
      if (one.message !== undefined) assert.match(message, one.message)
      const shown = changes.map(({ field, path, before, after }) =>
        path === undefined ? field : `${field} ${path} ${before} ${after}`,
      )
      if (one.changed !== undefined) assert.deepEqual(shown, one.changed)
    })

  it('rebuilds a public file that is missing, foreign or broken, with the comment of the private key', async () => {
    for (const open of [null, { text: `${keys.desk} x\n` }, { text: 'broken' }]) {
      const host = machine({ line: LINE }, pair('0600', open))
      assert.equal((await run({}, host)).status, 'changed')
      assert.equal(host.text(`${PATH}.pub`), `${LINE}\n`)
      assert.equal((await run({}, host)).status, 'ok')
    }
  })

  it('leaves a public file that says the same in its own way', async () => {
    const host = machine({ line: LINE }, pair('0600', { text: `${keys.laptop}   old@host \r\n` }))
    assert.equal((await run({}, host)).status, 'ok')
  })

  it('leaves the comment alone that nobody speaks of', async () => {
    const host = machine({ line: LINE }, pair('0600', { text: `${keys.laptop} other\n` }))
    assert.equal((await run({}, host)).status, 'ok')
  })

  it('writes another comment in both files, by the passphrase on standard input', async () => {
    const host = machine(locked, pair())
    const { changes } = await check({ passphrase, comment: 'new' }, host)
    assert.deepEqual(
      changes.map(({ field }) => field),
      ['comment', 'public_key', 'private_comment', 'text'],
    )
    await run({ passphrase, comment: 'new' }, host)
    const [command] = host.asked.filter(({ argv }) => argv.includes('-c') && argv.includes('-C'))
    assert.equal(command?.text, 'hunter22\n')
    assert.doesNotMatch(host.asked.map(({ argv }) => argv.join(' ')).join(), /hunter22/)
  })

  it('makes a key with the passphrase on standard input, twice, and nowhere else', async () => {
    const host = machine({})
    const { message } = await run({ passphrase, comment: 'a b' }, host)
    const [made] = host.asked.filter(({ argv }) => argv.includes('-t'))
    assert.equal(made?.text, 'hunter22\nhunter22\n')
    assert.deepEqual(made?.argv.slice(-6), ['ssh-keygen', '-q', '-t', 'ed25519', '-C', 'a b'])
    assert.match(message, /cannot make the key \/srv\/k\/id/)
    assert.doesNotMatch(JSON.stringify(host.asked.map(({ argv }) => argv)), /hunter22/)
  })

  it('is an act where a new key is wanted at every run', async () => {
    assert.equal(sshKeypair.isAct?.({ regenerate: 'always', state: 'present' } as Params), true)
    assert.equal(sshKeypair.isAct?.({ force: true, regenerate: 'fail', state: 'present' } as Params), true)
    assert.equal(sshKeypair.isAct?.({ force: true, regenerate: 'fail', state: 'absent' } as Params), false)
    const { status, message, record } = await check({ regenerate: 'always' }, machine({ line: LINE }, pair()))
    assert.deepEqual([status, record.made, record.public_key], ['drift', LATER, LATER])
    assert.match(message, /would run/)
    const audit = await tryModule(
      sshKeypair,
      { path: PATH, type: 'ed25519', force: true },
      machine({ line: LINE }, pair()),
      { mode: 'audit' },
    )
    assert.equal(audit.status, 'skipped')
  })

  it('removes both files, and nothing where nothing is', async () => {
    const host = machine({ line: LINE }, pair())
    assert.equal((await run({ state: 'absent' }, host)).status, 'changed')
    assert.deepEqual(
      host.paths().filter((path) => path.startsWith('/srv/k/')),
      [],
    )
    assert.equal((await run({ state: 'absent' }, host)).status, 'ok')
    assert.equal((await run({ state: 'absent', path: '/nowhere/id' }, host)).status, 'ok')
  })

  it('knows the files by their real paths', async () => {
    const host = machine({ line: LINE }, { ...pair('0644'), '/link': { link: '/srv/k' } })
    const { changes } = await check({ path: '/link/id' }, host)
    assert.deepEqual(
      changes.map(({ path }) => path),
      [PATH],
    )
    assert.equal((await run({ path: '/link/id', state: 'absent' }, host)).status, 'changed')
    assert.deepEqual([host.text(PATH), host.text(`${PATH}.pub`)], [null, null])
  })

  const wrong: readonly (readonly [Partial<Params>, RegExp])[] = [
    [{ type: 'ecdsa', size: 512 }, /256, 384 or 521/],
    [{ type: 'rsa', size: 1000 }, /minimum size is 1024 bits/],
    [{ type: 'rsa', size: 20000 }, /maximum size is 16384/],
    [{ comment: 'a\nb' }, /one line/],
    [{ passphrase: new Secret('a\nb') }, /one line/],
    [{ path: '/srv/k/id.pub' }, /private key/],
  ]
  for (const [params, message] of wrong)
    it(`is reviewed before any connection: ${message.source}`, () => {
      const given = {
        path: PATH,
        type: 'ed25519',
        state: 'present',
        regenerate: 'fail',
        force: false,
        ...params,
      } as Params
      const said = sshKeypair.review?.(given, { looped: new Set() }) ?? []
      assert.match(said.map((one) => one.message).join(), message)
    })

  it('plans nothing more for what it planned', async () => {
    const hosts = [machine({}), machine({ line: LINE }, pair('0644', null)), machine({ line: LINE }, pair())]
    const asked: readonly Partial<Params>[] = [
      {},
      { comment: 'new', mode: '0400', owner: 'alice' },
      { regenerate: 'always' },
      { state: 'absent' },
      { type: 'rsa', regenerate: 'full_idempotence', passphrase },
    ]
    for (const host of hosts)
      for (const params of asked) {
        const given = {
          path: PATH,
          type: 'ed25519',
          state: 'present',
          regenerate: 'fail',
          force: false,
          ...params,
        } as Params
        const wanted = sshKeypair.plan(given, await sshKeypair.probe(host.look({ power: null }), given))
        assert.deepEqual(sshKeypair.plan(given, wanted), wanted)
      }
  })
})
