import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { questions } from '../../src/contract/questions.ts'
import { connectSsh, openLocal, startSsh } from '../../src/host/connect.ts'
import { folder } from '../kit/story.ts'

const pem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey

/** As AsyncSSH does: what belongs behind a login ends the connection before it. */
const hangUpAtWhatIsTooEarly = (client: ssh2.Connection): void => {
  const inside = client as unknown as {
    authenticated: boolean
    _protocol: { _handlers: Record<string, (...said: unknown[]) => void>; disconnect(reason: number): void }
  }
  const { _handlers: handlers } = inside._protocol
  const open = handlers.CHANNEL_OPEN
  handlers.CHANNEL_OPEN = (...said) => {
    if (inside.authenticated) open?.(...said)
    else inside._protocol.disconnect(2)
  }
}

describe('a server that only calls itself OpenSSH', () => {
  let server: ssh2.Server
  let connections = 0

  before(async () => {
    server = new ssh2.Server({ hostKeys: [pem()], ident: 'OpenSSH_9.9 pretended' }, (client) => {
      connections += 1
      client.on('error', () => {})
      hangUpAtWhatIsTooEarly(client)
      client.on('authentication', (context) => setTimeout(() => context.accept(), 50))
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec()
          const ran = spawn('sh', ['-c', command.replace('exec sudo -n -H ', 'exec ')])
          channel.pipe(ran.stdin)
          ran.stdout.pipe(channel)
          ran.stderr.pipe(channel.stderr)
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  after(() => server.close())

  it('is logged in to at the second try, where it does not bear a session asked for with the login', async () => {
    const home = folder({ key: pem() })
    chmodSync(join(home, 'key'), 0o600)
    const ssh = startSsh({ home, agentSocket: '' })
    const { port } = server.address() as { port: number }
    const machine = await connectSsh(
      {
        ...{ name: 'pretended', address: '127.0.0.1', port, user: 'somebody', keyFiles: [join(home, 'key')] },
        ...{ hostKeys: 'accept-new', timeoutMs: 5000, keepaliveMs: 15_000 },
      },
      { ssh, control: openLocal({ ssh }), first: 'root' },
    )
    assert.equal((await machine.look({ power: 'root' }).ask(questions.own('echo there'))).stdout, 'there\n')
    assert.equal(connections, process.env.KEYWARD_SSH === 'plain' ? 1 : 2)
    await machine.close()
  })
})
