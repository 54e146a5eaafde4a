import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { differences } from '../kit/lab.ts'
import { folder, mainFile } from '../kit/story.ts'
import { play, type Stage, stageWith } from './given.ts'

const status = (stage: Awaited<ReturnType<Stage['document']>>, host: string): string | undefined =>
  stage.results.find((result) => result.host === host)?.status

describe('failure is ordinary', () => {
  let stage: Stage

  before(async () => {
    stage = await stageWith({ hosts: 3, name: 'failure' })
  })
  after(() => stage.lab.stop())

  it('a host that is down is unreachable, the others finish, and the exit code is 4', async () => {
    await stage.lab.hosts[2]?.stop()
    const told = await stage.document('run', play('- file: { path: /etc/motd, content: "x" }'))
    assert.deepEqual(
      [status(told, 'h1'), status(told, 'h2'), status(told, 'h3'), told.exit_code],
      ['changed', 'changed', 'unreachable', 4],
    )
    await stage.lab.hosts[2]?.reset()
  })

  it('a refused key is unreachable, and says which key and what is offered', async () => {
    await stage.host.exec('rm /home/admin/.ssh/authorized_keys')
    const told = await stage.document('check', play('- file: { path: /etc/motd, content: "x" }'), ['-l', 'h1'])
    assert.equal(told.exit_code, 4)
    assert.match(told.results[0]?.message ?? '', /refuses the key .*; it offers publickey, password/)
    await stage.host.reset()
  })

  it('a connection lost in the middle is unreachable, and is never taken for an empty answer', async () => {
    const cut = play(
      '- command: { argv: [sh, -c, "pkill -9 -f ^sshd:.admin"] }\n- file: { path: /etc/after, content: "x" }',
    )
    const told = await stage.document('run', cut, ['-l', 'h1'])
    assert.deepEqual([status(told, 'h1'), told.exit_code], ['unreachable', 4])
    assert.equal((await stage.host.exec('test -e /etc/after')).code, 1)
  })

  it('a full disk fails the task, with the file as it was', async () => {
    await stage.host.exec(
      'mkdir -p /srv/small && mount -t tmpfs -o size=64k tmpfs /srv/small && echo old > /srv/small/f',
    )
    const told = await stage.document(
      'run',
      play(`- file: { path: /srv/small/f, content: "${'x'.repeat(100_000)}" }`),
      ['-l', 'h1'],
    )
    assert.deepEqual([status(told, 'h1'), told.exit_code], ['failed', 2])
    assert.match(told.results[0]?.message ?? '', /no space left/i)
    assert.equal((await stage.host.exec('cat /srv/small/f; ls -A /srv/small')).stdout.toString(), 'old\nf\n')
  })

  it('a changed host key stops that host with both fingerprints and the fix', async () => {
    const before = await stage.lab.hosts[1]?.snapshot()
    const known = folder({
      '.ssh/known_hosts': `${stage.lab.hosts[1]?.address} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu\n`,
    })
    const told = await stage.play('run', play('- file: { path: /etc/motd, content: "x" }'), ['-l', 'h2'], {
      HOME: known,
    })
    assert.equal(told.code, 4)
    assert.match(told.stdout, /SHA256:[\s\S]*SHA256:/)
    assert.match(told.stdout, /ssh-keygen -R/)
    if (before !== undefined && stage.lab.hosts[1] !== undefined)
      assert.deepEqual(differences(before, await stage.lab.hosts[1].snapshot()), [])
  })

  it('Ctrl-C starts no new task, lets the started one finish, and ends with a recap and 130', async () => {
    const dir = folder({
      'site.yml': play('- command: { cmd: sleep 3 }\n- file: { path: /etc/after, content: "x" }'),
      'inventory.yml': stage.lab.inventory(),
    })
    const child = spawn(process.execPath, [mainFile, 'run', 'site.yml', '-i', 'inventory.yml', '-l', 'h2'], {
      cwd: dir,
      env: { PATH: process.env.PATH, HOME: stage.lab.home },
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
    await pause(1500)
    child.kill('SIGINT')
    assert.equal(await ended, 130)
    assert.match(out, /changed +h2 +command/)
    assert.match(out, /recap\nh2/)
    assert.equal((await stage.lab.hosts[1]?.exec('test -e /etc/after'))?.code, 1)
  })
})
