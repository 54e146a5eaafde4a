import assert from 'node:assert/strict'
import { byRelease, toldRelease } from '../../src/sshd/release.ts'
import { fakeMachine } from '../kit/fake-look.ts'

const machine = (software: string | null, onDisk = 'OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.20') =>
  fakeMachine({ connection: { software }, answer: () => ({ stderr: `${onDisk}\n` }) })

describe('the release of sshd', () => {
  for (const [software, release] of [
    ['OpenSSH_9.2p1', '9.2'],
    ['OpenSSH_10.0', '10.0'],
    ['OpenSSH_for_Windows_9.5', null],
    ['dropbear_2022.83', null],
    [null, null],
  ] as const)
    it(`is told by the server that calls itself ${software}: ${release}`, () => {
      assert.equal(toldRelease(machine(software).look({ power: null })), release)
    })

  const looked = async (host: ReturnType<typeof machine>, isAsWanted: boolean, wrong = '') => {
    const seen: string[] = []
    const look = async (version: string) => {
      seen.push(version)
      if (version === wrong) throw new Error(`no ${version}`)
      return version
    }
    const sight = await byRelease(host.look({ power: null }), look, () => isAsWanted)
    return { sight, seen, runs: host.asked.length }
  }

  it('takes no process where all is as wanted', async () => {
    assert.deepEqual(await looked(machine('OpenSSH_9.2p1'), true), { sight: '9.2', seen: ['9.2'], runs: 0 })
  })
  it('is asked of the program where something is not, and mostly is the same', async () => {
    assert.deepEqual(await looked(machine('OpenSSH_9.2p1'), false), { sight: '9.2', seen: ['9.2'], runs: 1 })
  })
  it('is that of the program where another server let us in and something is not as wanted', async () => {
    const host = machine('OpenSSH_8.0p1')
    assert.deepEqual(await looked(host, false), { sight: '9.2', seen: ['8.0', '9.2'], runs: 1 })
  })
  it('is that of the program where the one that was told is refused', async () => {
    const host = machine('OpenSSH_8.0p1')
    assert.deepEqual(await looked(host, true, '8.0'), { sight: '9.2', seen: ['8.0', '9.2'], runs: 1 })
  })
  it('is asked at once where the server is no OpenSSH', async () => {
    assert.deepEqual(await looked(machine('dropbear'), true), { sight: '9.2', seen: ['9.2'], runs: 1 })
  })
  it('leaves what both refuse refused', async () => {
    await assert.rejects(looked(machine('OpenSSH_9.2p1'), true, '9.2'), { message: 'no 9.2' })
  })
})
