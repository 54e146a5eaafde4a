import assert from 'node:assert/strict'
import { objection } from '../../bench/proof.ts'
import { type Lab, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { keyward } from '../kit/story.ts'

describe('the proof that a tool has done its work', () => {
  let lab: Lab
  before(async () => {
    lab = await startLab({ hosts: 1, name: 'proof' })
  })
  after(() => lab.stop())

  const claimed = (changed: number): string => `h1 : ok=11  changed=${changed}   unreachable=0   failed=0`

  it('does not believe a recap', async () => {
    assert.match((await objection(lab, 'it converges', 0, claimed(11))) ?? '', /^h1: "stat .* \/srv\/data" says ""$/)
  })

  it('wants a rerun to change nothing, and a first run to change something, on every host', async () => {
    assert.equal(await objection(lab, 'it changes nothing', 0, claimed(1)), 'it changed something')
    assert.equal(await objection(lab, 'it converges', 0, claimed(0)), 'it found hosts that needed nothing')
    assert.equal(await objection(lab, 'it changes nothing', 0, ''), 'it told of 0 hosts')
    assert.equal(await objection(lab, 'it changes nothing', 2, claimed(0)), 'it ended with 2')
  })

  it('is satisfied by keyward, and asks the sshd that runs', async () => {
    const { code, stdout } = await keyward(['run', 'bench/keyward.yml', '-i', lab.inventoryFile, '--output', 'lines'], {
      home: lab.home,
    })
    assert.equal(await objection(lab, 'it converges', code, stdout), null)
    await firstHost(lab).exec(
      'cp /etc/ssh/sshd_config /tmp/a; sed -i "s/^PasswordAuthentication.*/PasswordAuthentication yes/" /etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid); sleep 0.5; cp /tmp/a /etc/ssh/sshd_config',
    )
    assert.match((await objection(lab, 'it converges', code, stdout)) ?? '', /^h1: sshd has not loaded its files/)
  })
})
