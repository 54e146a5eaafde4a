import assert from 'node:assert/strict'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { connectSsh, openLocal, startSsh } from '../../src/host/connect.ts'
import { type Lab, type LabHost, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'

const DELAY_MS = 150

/** A server that holds back each direction, as a wide area network does. */
const delaying = async (host: LabHost, port: number): Promise<Server> => {
  const late = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), DELAY_MS / 2))
    from.on('close', () => setTimeout(() => to.destroy(), DELAY_MS / 2))
    from.on('error', () => {})
  }
  const server = createServer((client) => {
    client.setNoDelay(true)
    const there = connect({ host: host.address, port: host.port, noDelay: true })
    late(client, there)
    late(there, client)
  })
  await new Promise<void>((resolve) => server.listen(port, host.address, resolve))
  return server
}

describe('a connection', () => {
  let lab: Lab
  let server: Server
  let port: number

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'eager' })
    server = await delaying(firstHost(lab), 0)
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  after(async () => {
    server.close()
    await lab.stop()
  })
  const path = process.env.KEYWARD_SSH ?? ''
  afterEach(() => {
    process.env.KEYWARD_SSH = path
  })

  /** round trips behind that of TCP, which the delaying server answers at once: for logging in, and for the first answer of a shell */
  const roundTrips = async (): Promise<{ readonly login: number; readonly answer: number }> => {
    const host = firstHost(lab)
    const home = process.env.HOME
    process.env.HOME = lab.home
    try {
      const ssh = startSsh()
      const control = openLocal({ ssh })
      const began = performance.now()
      const machine = await connectSsh(
        {
          name: 'h1',
          address: host.address,
          port,
          user: 'admin',
          keyFiles: [lab.key],
          hostKeys: 'accept-new',
          timeoutMs: 10_000,
          keepaliveMs: 0,
        },
        { ssh, control },
      )
      const loggedIn = performance.now()
      const found = await machine.look({ power: null }).file('/etc/hostname', { text: false })
      const answered = performance.now()
      assert.equal(found?.kind, 'file')
      await machine.close()
      return {
        login: Math.floor((loggedIn - began) / DELAY_MS),
        answer: Math.floor((answered - loggedIn) / DELAY_MS),
      }
    } finally {
      process.env.HOME = home
    }
  }

  it('takes no round trip that the protocol does not need: versions, key exchange, login; session and command', async () => {
    process.env.KEYWARD_SSH = ''
    const took = await roundTrips()
    assert.ok(took.login <= 3, JSON.stringify(took))
    assert.ok(took.answer <= 2, JSON.stringify(took))
  })

  it('takes the plain path where that is asked for, which comes to the same', async () => {
    process.env.KEYWARD_SSH = 'plain'
    const took = await roundTrips()
    assert.ok(took.login > 4, JSON.stringify(took))
    assert.ok(took.answer > 2, JSON.stringify(took))
  })
})
