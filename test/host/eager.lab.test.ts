import assert from 'node:assert/strict'
import { connectSsh, openLocal, startSsh } from '../../src/host/connect.ts'
import { delaying } from '../kit/delay.ts'
import { type Lab, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'

const DELAY_MS = 150

describe('a connection', () => {
  let lab: Lab
  let slow: Awaited<ReturnType<typeof delaying>>

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'eager' })
    slow = await delaying(firstHost(lab), DELAY_MS / 2)
  })
  after(async () => {
    slow.close()
    await lab.stop()
  })
  const path = process.env.KEYWARD_SSH ?? ''
  afterEach(() => {
    process.env.KEYWARD_SSH = path
  })

  /** round trips behind that of TCP, which the delaying server answers at once: for logging in, and for the first answer of a shell */
  const roundTrips = async (): Promise<{ readonly login: number; readonly answer: number }> => {
    const home = process.env.HOME
    process.env.HOME = lab.home
    try {
      const ssh = startSsh()
      const control = openLocal({ ssh })
      const began = performance.now()
      const machine = await connectSsh(
        {
          name: 'h1',
          address: slow.address,
          port: slow.port,
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
