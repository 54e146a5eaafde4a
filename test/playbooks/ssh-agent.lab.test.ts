import assert from 'node:assert/strict'
import { type Lab, type LabHost, startLab } from '../kit/lab.ts'
import { said } from '../kit/outside.ts'
import { outcomes, shippedDocument } from './logins.ts'

// A session of a user at one host, who goes on to another with a key behind a passphrase. ssh asks a program for it, which
// writes down each time that it is asked.
const PREPARE = `
set -eu
cd ~
ssh-keygen -q -t ed25519 -N 'open sesame' -f .ssh/id_ed25519
printf '%s\\n' '#!/bin/sh' 'echo "$1" >> ~/asked' 'echo "open sesame"' > askpass
chmod 755 askpass
`

const SESSION = `
export SSH_ASKPASS=~/askpass SSH_ASKPASS_REQUIRE=force
for time in 1 2; do ssh -o StrictHostKeyChecking=accept-new plain@ADDRESS -p PORT echo in; done
ssh-add -l | wc -l
ssh-agent -k > /dev/null
`

describe('the playbook ssh-agent', () => {
  let lab: Lab
  let [desk, server]: LabHost[] = []

  before(async () => {
    lab = await startLab({ hosts: ['desk', 'server'], name: 'agent' })
    ;[desk, server] = lab.hosts as LabHost[]
  })
  after(() => lab.stop())

  const run = (command: 'run' | 'check' = 'run') =>
    shippedDocument(lab, command, 'ssh-agent', { extra: { agent_user: 'secure' }, flags: ['-l', 'desk'] })

  /** What a session with a terminal's settings prints, line by line. */
  const session = async (): Promise<readonly string[]> => {
    const script = SESSION.replace('ADDRESS', server?.address ?? '').replace('PORT', `${server?.port}`)
    await desk?.exec('rm -f /home/secure/asked')
    const shell = `setsid -w su - secure -c "bash -ic '. /tmp/session'"`
    const done = await desk?.exec(`cat > /tmp/session; ${shell} < /dev/null`, { stdin: script })
    return `${done?.stdout}`.trim().split('\n')
  }

  const asked = async (): Promise<number> =>
    Number(await said(desk?.exec('grep -c passphrase /home/secure/asked') ?? assert.fail()))

  it('has a passphrase asked for once in a session, where it was asked for each time', async () => {
    await desk?.exec('cat > /tmp/prepare; su - secure -c "sh /tmp/prepare"', { stdin: PREPARE })
    const key = await said(desk?.exec('cat /home/secure/.ssh/id_ed25519.pub') ?? assert.fail())
    await server?.exec('cat >> /home/plain/.ssh/authorized_keys', { stdin: `${key}\n` })
    assert.deepEqual((await session()).slice(0, 2), ['in', 'in'])
    assert.equal(await asked(), 2)

    const done = await run()
    assert.equal(done.exit_code, 0, JSON.stringify(done.results))
    assert.deepEqual(await session(), ['in', 'in', '1'])
    assert.equal(await asked(), 1)
  })

  it('keeps out of shells that run one command', async () => {
    const before = await said(desk?.exec('ps -C ssh-agent -o pid= | wc -l') ?? assert.fail())
    const output = await said(desk?.exec(`su - secure -c 'bash -c "echo only this"'`) ?? assert.fail())
    assert.equal(output, 'only this')
    assert.equal(await said(desk?.exec('ps -C ssh-agent -o pid= | wc -l') ?? assert.fail()), before)
  })

  it('belongs to the user, and to nobody else', async () => {
    const modes = await said(
      desk?.exec('stat -c "%U %a %n" /home/secure/.bashrc /home/secure/.ssh/config') ?? assert.fail(),
    )
    assert.equal(modes, 'secure 644 /home/secure/.bashrc\nsecure 600 /home/secure/.ssh/config')
  })

  it('changes nothing when it is run again, also where the line was written by hand', async () => {
    assert.equal(outcomes(await run()).changed, undefined)
    await desk?.exec(
      `sed -i '/ssh-agent/d' /home/secure/.bashrc; echo 'eval "$(ssh-agent -s)"' >> /home/secure/.bashrc`,
    )
    await run()
    const lines = await said(desk?.exec('grep -c ssh-agent /home/secure/.bashrc') ?? assert.fail())
    assert.equal(lines, '1', 'the line by hand is replaced, not doubled')
  })
})
