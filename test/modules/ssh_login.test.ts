import assert from 'node:assert/strict'
import sshLogin from '../../modules/ssh_login.ts'
import { LATER } from '../../src/contract/later.ts'
import type { LoginAnswer, LoginRequest } from '../../src/contract/look.ts'
import type { Plan } from '../../src/contract/machine.ts'
import { Secret } from '../../src/contract/secret.ts'
import { type FakeHost, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof sshLogin.plan>[0]

const control = fakeMachine({
  connection: { user: 'me' },
  users: [{ name: 'me' }],
  files: {
    '/home/me/.ssh/id': '-----BEGIN OPENSSH PRIVATE KEY-----',
    '/home/me/.ssh/notes': 'no key',
    '/home/me/.ssh/id.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu me',
  },
})

/** A server that lets the key in, runs what it is asked to, and offers these methods. */
const server = (offered: readonly string[], asked: LoginRequest[] = []): FakeHost => ({
  control,
  login: (request): LoginAnswer => {
    asked.push(request)
    const token = / ?echo (\S+)$/.exec(request.command ?? '')?.[1] ?? ''
    return { in: true, offered, code: 0, stdout: `Welcome\n${token}\n`, message: 'logged in, and the command ran' }
  },
})

const login = (host: FakeHost, given: Partial<Given>, mode: 'run' | 'check' = 'run') =>
  tryModule(sshLogin, { user: 'alice', key: '~/.ssh/id', ...given }, fakeMachine(host), { mode, control })

describe('ssh_login', () => {
  it('proves a login with the key of the control node, and a command', async () => {
    const asked: LoginRequest[] = []
    const { status, record } = await login(server(['publickey'], asked), { refused_methods: ['password'] })
    assert.equal(status, 'ok')
    assert.deepEqual(
      [record.in, record.command_ran, record.offered, record.refused],
      [true, true, ['publickey'], ['password']],
    )
    assert.deepEqual(
      [asked[0]?.user, asked[0]?.key?.reveal(), asked.length],
      ['alice', '-----BEGIN OPENSSH PRIVATE KEY-----', 1],
    )
  })

  it('never asks with the same words twice', async () => {
    const asked: LoginRequest[] = []
    await login(server([], asked), {})
    await login(server([], asked), {})
    assert.notEqual(asked[0]?.command, asked[1]?.command)
  })

  it('hands on the passphrase as a secret, and the command as it is written', async () => {
    const asked: LoginRequest[] = []
    await login(server([], asked), { passphrase: new Secret('hush'), command: 'sudo -n true' })
    assert.equal(asked[0]?.passphrase?.reveal(), 'hush')
    assert.match(asked[0]?.command ?? '', /^sudo -n true && echo [0-9a-f]{24}$/)
  })

  it('asks an agent by the public key', async () => {
    const asked: LoginRequest[] = []
    await login(server([], asked), { key: '~/.ssh/id.pub', agent: '/run/agent' })
    assert.equal(asked[0]?.agent?.socket, '/run/agent')
    assert.match(asked[0]?.agent?.publicKey ?? '', /^ssh-ed25519 AAAA\S+$/)
    assert.equal(asked[0]?.key, undefined)
  })

  it('asks an agent by a public key as it is', async () => {
    const asked: LoginRequest[] = []
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu'
    await login(server([], asked), { key: `${key} a card`, agent: '/run/agent' })
    assert.deepEqual(asked[0]?.agent, { socket: '/run/agent', publicKey: key })
  })

  const failures: readonly (readonly [string, FakeHost, RegExp])[] = [
    [
      'is offered a method that is to be refused',
      server(['publickey', 'password']),
      /refused is \[\], wanted \[password\]/,
    ],
    [
      'does not get in',
      {
        control,
        login: () => ({
          in: false,
          offered: ['publickey'],
          code: null,
          stdout: '',
          message: 'refused: given; offered: publickey',
        }),
      },
      /in is false, wanted true/,
    ],
    [
      'meets a forced command that prints something else',
      {
        control,
        login: () => ({ in: true, offered: [], code: 0, stdout: 'Please log in as alice\n', message: 'logged in' }),
      },
      /command_ran is false, wanted true/,
    ],
  ]
  for (const [what, host, words] of failures) {
    it(`fails when it ${what}, and a dry run calls that drift`, async () => {
      const given = { refused_methods: ['password'] }
      const run = await login(host, given)
      assert.equal(run.status, 'failed')
      assert.match(run.message, words)
      assert.equal((await login(host, given, 'check')).status, 'drift')
    })
  }

  it("says why in the server's own words", async () => {
    const host: FakeHost = {
      control,
      login: () => ({ in: false, offered: [], code: null, stdout: '', message: 'refused: given' }),
    }
    assert.deepEqual((await login(host, {})).notes, ['refused: given'])
  })

  it('fails where the key is not on the control node', async () => {
    const { status, message } = await login(server([]), { key: '/nowhere' })
    assert.deepEqual([status, message], ['failed', '/nowhere is not on the control node'])
  })

  it('says that a file holds no private key', async () => {
    const { status, message } = await login(server([]), { key: '~/.ssh/notes' })
    assert.deepEqual([status, message], ['failed', '~/.ssh/notes holds no private key'])
  })

  it('waits for a key that an earlier task makes', async () => {
    const plan: Plan = new Map([['control:/home/me/.ssh/new', { kind: 'file', text: LATER }]])
    const look = fakeMachine(server([])).look({ power: null, plan })
    await assert.rejects(sshLogin.probe(look, { user: 'alice', key: '~/.ssh/new' }), { name: 'Waiting' })
  })

  const mistakes: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ key: undefined }, /a key or an agent is needed/],
    [{ agent: '/x', passphrase: new Secret('x') }, /without a passphrase/],
    [{ refused_methods: ['passwords'] }, /no method "passwords"/],
    [{ refused_methods: ['publickey'] }, /cannot be refused/],
  ]
  for (const [given, words] of mistakes) {
    it(`is wrong about ${JSON.stringify(given)}`, () => {
      const [first] = sshLogin.review?.({ user: 'alice', key: '/k', ...given } as Given, { looped: new Set() }) ?? []
      assert.match(first?.message ?? '', words)
    })
  }
})
