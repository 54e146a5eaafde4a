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
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  }).privateKey

interface Inside {
  authenticated: boolean
  _chanMgr: { add(what: unknown): number }
  _protocol: { _handlers: Record<string, (...said: unknown[]) => void>; disconnect(reason: number): void }
}
const insideOf = (client: ssh2.Connection): Inside => client as unknown as Inside

/** As AsyncSSH does: what belongs behind a login ends the connection before it. */
const hangUpAtWhatIsTooEarly = (client: ssh2.Connection): void => {
  const inside = insideOf(client)
  const { _handlers: handlers } = inside._protocol
  const open = handlers.CHANNEL_OPEN
  handlers.CHANNEL_OPEN = (...said) => {
    if (inside.authenticated) open?.(...said)
    else inside._protocol.disconnect(2)
  }
}

/** Its first session is number 1; what is meant for number 0 it takes no notice of. */
const countFromOne = (client: ssh2.Connection): void => {
  insideOf(client)._chanMgr.add('nothing')
}

describe('a server that only calls itself OpenSSH', () => {
  const closing: (() => void)[] = []
  after(() => {
    for (const close of closing) close()
  })

  /** Starts such a server, and counts its connections so far, and its sessions that are open. */
  const pretender = async (meddle: (client: ssh2.Connection) => void, about: { readonly slowly?: true } = {}) => {
    const counts = { connections: 0, sessions: 0 }
    const server = new ssh2.Server({ hostKeys: [pem()], ident: 'OpenSSH_9.9 pretended' }, (client) => {
      counts.connections += 1
      closing.push(() => client.end())
      client.on('error', () => {})
      meddle(client)
      client.on('authentication', (context) => {
        if (about.slowly) setTimeout(() => context.accept(), 50)
        else context.accept()
      })
      client.on('session', (accept) => {
        counts.sessions += 1
        const session = accept()
        session.on('close', () => {
          counts.sessions -= 1
        })
        session.on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec()
          const ran = spawn('sh', ['-c', command.replace('exec sudo -n -H ', 'exec ')])
          channel.pipe(ran.stdin)
          ran.stdout.pipe(channel)
          ran.stderr.pipe(channel.stderr)
          channel.on('close', () => ran.kill())
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    return { port: (server.address() as { port: number }).port, counts }
  }

  /** Logs in to it as a user, and gives the machine. */
  const reached = async (port: number, first: 'root' | 'somebody') => {
    const home = folder({ key: pem() })
    chmodSync(join(home, 'key'), 0o600)
    const ssh = startSsh({ home, agentSocket: '' })
    return await connectSsh(
      {
        ...{ name: 'pretended', address: '127.0.0.1', port, user: 'somebody', keyFiles: [join(home, 'key')] },
        ...{ hostKeys: 'accept-new', timeoutMs: 5000, keepaliveMs: 15_000 },
      },
      { ssh, control: openLocal({ ssh }), first },
    )
  }

  it('is logged in to at the second try, where it does not bear a session asked for with the login', async () => {
    const { port, counts } = await pretender(hangUpAtWhatIsTooEarly, { slowly: true })
    const machine = await reached(port, 'root')
    assert.equal((await machine.look({ power: 'root' }).ask(questions.own('echo there'))).stdout, 'there\n')
    assert.equal(counts.connections, process.env.KEYWARD_SSH === 'plain' ? 1 : 2)
    await machine.close()
  })

  for (const power of ['root', 'somebody'] as const)
    it(`is asked once more for a session where it does not number them as OpenSSH does, as ${power}`, async () => {
      const { port, counts } = await pretender(countFromOne)
      const machine = await reached(port, power)
      assert.equal((await machine.look({ power }).ask(questions.own('echo there'))).stdout, 'there\n')
      assert.deepEqual(counts, { connections: 1, sessions: 1 })
      await machine.close()
    })
})
