import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import smartcardEnroll from '../../modules/smartcard_enroll.ts'
import type { Answer } from '../../src/contract/look.ts'
import { Secret } from '../../src/contract/secret.ts'
import { type Asked, type FakeEntry, fakeMachine } from '../kit/fake-look.ts'
import { EC, EC_LINE, OBJECTS, RSA_LINE, SLOTS } from '../kit/token-answers.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof smartcardEnroll.plan>[0]

const PROVIDER = '/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so'
const KEYS = '/home/alice/.ssh/authorized_keys'

/** A card reader with what is in it, as the tools tell of it. */
interface Card {
  readonly keys?: string
  readonly slots?: string
  readonly uris?: boolean
  /** what comes of a PIN */
  readonly pin?: Partial<Answer>
}

const answers =
  ({ keys = EC_LINE, slots = SLOTS.token, uris = false, pin = { code: 0 } }: Card) =>
  ({ argv }: Asked): Partial<Answer> | undefined => {
    const words = argv.join(' ')
    if (words === '/usr/sbin/sshd -V') return { code: 1, stderr: 'OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22\n' }
    if (words.includes('ssh-add')) return pin
    if (words.includes('ssh-keygen -D')) {
      return keys === ''
        ? { code: 255, stderr: 'no keys\r\ncannot read public key from pkcs11\n' }
        : { stdout: `${keys}\n` }
    }
    if (words.includes('--list-slots')) return { code: slots === SLOTS.none ? 1 : 0, stdout: slots }
    if (words.includes('--list-objects')) return { stdout: OBJECTS }
    if (words.includes('-i pkcs11:')) return { stderr: uris ? '' : 'Warning: Identity file pkcs11: not accessible' }
    return undefined
  }

const machines = (card: Card, files: Readonly<Record<string, FakeEntry>> = {}) => {
  const there = { [PROVIDER]: 'a library' }
  const control = fakeMachine({
    files: there,
    connection: { user: 'me' },
    users: [{ name: 'me' }],
    answer: answers(card),
  })
  const host = fakeMachine({
    files: { ...there, ...files },
    users: [{ name: 'alice' }],
    answer: answers(card),
    control,
  })
  return { control, host }
}

const enroll = async (given: Partial<Given>, card: Card = {}, files?: Readonly<Record<string, FakeEntry>>) => {
  const on = machines(card, files)
  const ending = await tryModule(smartcardEnroll, { provider: PROVIDER, ...given }, on.host, { control: on.control })
  if (ending.status === 'changed') {
    const again = await tryModule(smartcardEnroll, { provider: PROVIDER, ...given }, on.host, { control: on.control })
    assert.deepEqual([again.status, again.changes], ['ok', []])
  }
  return { ...ending, ...on }
}

const without = <Params extends object>(params: Params, name: keyof Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([one]) => one !== name)) as Params

const pins = ({ asked }: { readonly asked: readonly Asked[] }): readonly Asked[] =>
  asked.filter(({ argv }) => argv.join(' ').includes('ssh-add'))

describe('smartcard_enroll', () => {
  it('lets the user in with the key of the card on the control node, under its label', async () => {
    const { status, host, record } = await enroll({ user: 'alice' })
    assert.deepEqual([status, host.text(KEYS)], ['changed', `${EC_LINE}\n`])
    assert.deepEqual([record.public_key, record.fingerprint], [`${EC.type} ${EC.blob}`, EC.fingerprint])
    assert.ok(
      host.asked.every(({ argv }) => !argv.includes('-D')),
      'the card is not looked for on the host',
    )
  })

  it('knows a key by its blob, and leaves its comment and options', async () => {
    const line = `no-pty ${EC.type} ${EC.blob} alice's old card\n`
    const files = {
      '/home/alice/.ssh': { directory: true, mode: '0700', owner: 'alice' },
      [KEYS]: { text: line, mode: '0600', owner: 'alice' },
    } as const
    assert.equal((await enroll({ user: 'alice' }, {}, files)).status, 'ok')
  })

  it('takes the key away again', async () => {
    const files = { [KEYS]: { text: `ssh-ed25519 X y\n${EC_LINE}\n`, mode: '0600', owner: 'alice' } }
    const { host } = await enroll({ user: 'alice', state: 'absent' }, {}, files)
    assert.equal(host.text(KEYS), 'ssh-ed25519 X y\n')
  })

  it('tells the client of the control node by provider and public key', async () => {
    const { control } = await enroll({ config_host: '*.example.com' })
    const [key = ''] = control.paths().filter((path) => path.endsWith('.pub'))
    assert.deepEqual([control.text(key), control.stat(key)?.mode], [`${EC_LINE}\n`, '0600'])
    assert.equal(
      control.text('/home/me/.ssh/config'),
      `Host *.example.com\n    PKCS11Provider ${PROVIDER}\n    IdentityFile ${key.replace('/home/me', '~')}\n    IdentitiesOnly yes\n`,
    )
  })

  it('tells a client that knows URIs by URI, in quotes', async () => {
    const { control } = await enroll({ config_host: 'srv', id: '01' }, { uris: true })
    const line = `Host srv\n    IdentityFile "pkcs11:id=%01?module-path=${PROVIDER}"\n`
    assert.equal(control.text('/home/me/.ssh/config'), line)
  })

  it('takes a URI line away from a client that does not know it, where it would end every login', async () => {
    const config = { text: 'Host srv\n    IdentityFile "pkcs11:id=%01"\n', mode: '0600', owner: 'alice' }
    const { host } = await enroll(
      { user: 'alice', config_host: 'srv', card_on: 'host' },
      {},
      { '/home/alice/.ssh/config': config },
    )
    assert.doesNotMatch(host.text('/home/alice/.ssh/config') ?? '', /pkcs11:/)
  })

  it('takes its lines and its file away again, and leaves the rest', async () => {
    const on = machines({})
    const given = { provider: PROVIDER, config_host: 'srv' }
    await tryModule(smartcardEnroll, given, on.host, { control: on.control })
    const { status } = await tryModule(smartcardEnroll, { ...given, state: 'absent' }, on.host, { control: on.control })
    assert.deepEqual([status, on.control.text('/home/me/.ssh/config')], ['changed', ''])
    assert.ok(on.control.paths().every((path) => !path.endsWith('.pub')))
  })

  it('finds OpenSC where this system has it', async () => {
    assert.equal((await enroll({ user: 'alice', provider: 'auto' })).record.provider, PROVIDER)
  })

  it('takes a FIDO key with its options instead of a card', async () => {
    const key =
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIPGtFmu0EMwJbKB4pI4q7SDFRg3ffSyukhwIK1Ao1lQlAAAABHNzaDo= fob'
    const on = machines({})
    await tryModule(smartcardEnroll, { user: 'alice', key, key_options: 'verify-required' }, on.host, {
      control: on.control,
    })
    assert.equal(on.host.text(KEYS), `verify-required ${key}\n`)
  })

  it('merges authorities into the bundle of sssd, and makes its directory', async () => {
    const certificate = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=a',
        '-keyout',
        '/dev/null',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    ).toString()
    const on = machines({}, { '/etc/pki/a.pem': certificate })
    const given = { ca_certs: ['/etc/pki/a.pem'] }
    assert.equal((await tryModule(smartcardEnroll, given, on.host)).status, 'changed')
    assert.equal(on.host.text('/etc/sssd/pki/sssd_auth_ca_db.pem'), certificate)
    assert.deepEqual(on.host.stat('/etc/sssd/pki'), { kind: 'directory', mode: '0711', owner: 'root' })
    assert.equal((await tryModule(smartcardEnroll, given, on.host)).status, 'ok')
  })

  const refusals: readonly (readonly [string, Partial<Given>, Card, RegExp])[] = [
    ['no provider', { provider: '/nowhere.so' }, {}, /there is no PKCS#11 provider \/nowhere\.so/],
    ['no reader', {}, { keys: '', slots: SLOTS.none }, /no card reader is found/],
    ['no card', {}, { keys: '', slots: SLOTS.empty }, /no card is in the reader \(no token in Virtual PCD 00 00\)/],
    [
      'a card that the provider does not know',
      {},
      { keys: '', slots: SLOTS.unknown },
      /no token: .* does not know the card/,
    ],
    ['a token that is not initialized', {}, { keys: '', slots: SLOTS.blank }, /no token: .* initialized/],
    [
      'a card without keys',
      {},
      { keys: '', slots: SLOTS.token },
      /there is no key to see on the card \([^\r]*: no keys; cannot read public key from pkcs11\)/,
    ],
    ['several keys', {}, { keys: `${EC_LINE}\n${RSA_LINE.replace('SIGN', 'KEY MAN')}` }, /several keys/],
    ['a key that is not there', { label: 'x' }, {}, /no key on the card is called "x"/],
    ['a user that is not there', { user: 'bob' }, {}, /user "bob" does not exist/],
  ]
  for (const [what, given, card, words] of refusals) {
    it(`says of ${what} what it is`, async () => {
      const { status, message, host } = await enroll({ user: 'alice', ...given }, card)
      assert.equal(status, 'failed')
      assert.match(message, words)
      assert.equal(host.text(KEYS), null)
    })
  }

  it('names a file that is no certificate, before anything is touched', async () => {
    const on = machines({}, { '/etc/pki/x.pem': 'hello\n' })
    for (const [path, words] of [
      ['/etc/pki/x.pem', /x\.pem is not a certificate/],
      ['/etc/pki/y.pem', /y\.pem does not exist/],
      ['/etc/pki', /\/etc\/pki is not a file/],
    ] as const) {
      const { status, message } = await tryModule(
        smartcardEnroll,
        { user: 'alice', key: EC_LINE, ca_certs: [path] },
        on.host,
      )
      assert.equal(status, 'failed')
      assert.match(message, words)
    }
    assert.equal(on.host.text(KEYS), null)
  })
})

describe('the PIN of smartcard_enroll', () => {
  const pin = new Secret('123456')

  it('is tried once where something is enrolled, by standard input, and not again', async () => {
    const { status, control } = await enroll({ user: 'alice', pin })
    assert.equal(status, 'changed')
    const [first, second] = pins(control)
    assert.deepEqual([first?.text, second], ['123456', undefined])
    assert.ok(!first?.argv.join(' ').includes('123456'))
  })

  it('is never tried in a dry run, for a card counts its tries', async () => {
    const on = machines({})
    const { status } = await tryModule(smartcardEnroll, { provider: PROVIDER, user: 'alice', pin }, on.host, {
      mode: 'check',
      control: on.control,
    })
    assert.deepEqual([status, pins(on.control)], ['drift', []])
  })

  const wrong: readonly (readonly [string, Card, RegExp])[] = [
    ['wrong', { pin: { code: 1, stdout: 'C_Login failed: 160\n' } }, /the PIN is wrong: it was tried once/],
    ['locked, which the card says', { pin: { code: 1, stdout: 'C_Login failed: 164\n' } }, /the PIN is locked/],
    ['too short', { pin: { code: 1, stdout: 'C_Login failed: 162\n' } }, /too short, too long or empty/],
    [
      'right, and the key does not sign',
      { pin: { code: 1, stdout: 'C_Sign failed: 50\n' } },
      /does not sign \(C_Sign failed: 50\)/,
    ],
    [
      'of no use, for no agent starts',
      { pin: { code: 1, stderr: 'no ssh-agent starts\n' } },
      /not taken: no ssh-agent starts/,
    ],
  ]
  for (const [what, card, words] of wrong) {
    it(`is said to be ${what}, and what was written is put back`, async () => {
      const { status, message, host } = await enroll({ user: 'alice', pin }, card)
      assert.equal(status, 'failed')
      assert.match(message, words)
      assert.deepEqual([host.text(KEYS), host.stat('/home/alice/.ssh')], [null, null])
    })
  }

  for (const [state, slots, words] of [
    ['locked', SLOTS.locked, /the PIN of the card is locked/],
    ['at its last try', SLOTS.lastTry, /the last try before the card locks/],
  ] as const) {
    it(`is not sent where it is ${state}, and a dry run says so too`, async () => {
      for (const mode of ['check', 'run'] as const) {
        const on = machines({ slots })
        const given = { provider: PROVIDER, user: 'alice', pin }
        const { status, message } = await tryModule(smartcardEnroll, given, on.host, { mode, control: on.control })
        assert.equal(status, 'failed')
        assert.match(message, words)
        assert.deepEqual([pins(on.control), on.host.text(KEYS)], [[], null])
      }
    })
  }
})

describe('the parameters of smartcard_enroll', () => {
  const card = { user: 'alice', provider: PROVIDER }
  const mistakes: readonly (readonly [Partial<Given>, string | undefined, RegExp])[] = [
    [{}, undefined, /nothing to enroll/],
    [{ ca_certs: [] }, 'ca_certs', /ca_certs is empty/],
    [{ ca_certs: ['x.pem'] }, 'ca_certs', /"x\.pem" is not an absolute path/],
    [without(card, 'user'), 'provider', /for a user, a config_host, or both/],
    [{ ...card, provider: 'opensc.so' }, 'provider', /not an absolute path/],
    [{ ...card, key: EC_LINE }, 'key', /instead of a card/],
    [{ user: 'alice', key: EC_LINE, pin: new Secret('1') }, 'pin', /for a card/],
    [{ key: EC_LINE }, 'key', /needs a user/],
    [{ user: 'alice', key: 'ssh-ed25519 broken' }, 'key', /invalid key/],
    [{ ...card, pkcs11_uri: 'id=01' }, 'pkcs11_uri', /no PKCS#11 URI/],
    [{ ...card, pkcs11_uri: 'pkcs11:id=%01?pin-value=1' }, 'pkcs11_uri', /a PIN has no place/],
  ]
  for (const [given, param, words] of mistakes) {
    it(`are wrong as ${JSON.stringify(given)}`, () => {
      const full = { state: 'present', card_on: 'control', ...given } as Given
      const [first] = smartcardEnroll.review?.(full, { looped: new Set() }) ?? []
      assert.equal(first?.param, param)
      assert.match(first?.message ?? '', words)
    })
  }
})
