import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, startLab } from '../kit/lab.ts'
import { folder, keyward } from '../kit/story.ts'

describe('keyward trust, without a terminal', () => {
  let lab: Lab

  before(async () => {
    lab = await startLab({ hosts: 3, name: 'trust' })
  })
  after(() => lab.stop())

  const trust = (home: string, ...flags: readonly string[]) =>
    keyward(['trust', '-i', lab.inventoryFile, ...flags], { home })

  it('shows the keys and writes nothing, until --yes is given', async () => {
    const home = folder({ '.ssh/known_hosts': '' })
    const asked = await trust(home)
    assert.equal(asked.code, 1)
    assert.equal(asked.stdout.match(/unknown +ssh-ed25519 +SHA256:/g)?.length, 3)
    assert.match(asked.stderr, /there is none; nothing was written\n {2}hint: .*--yes\n$/)
    assert.equal(readFileSync(join(home, '.ssh/known_hosts'), 'utf8'), '')
    const told = await trust(home, '--yes')
    assert.equal(told.code, 0)
    const play = folder({ 'site.yml': '- hosts: all\n  tasks: [{file: {path: /etc/motd, state: file}}]\n' })
    const run = await keyward(['check', join(play, 'site.yml'), '-i', lab.inventoryFile], { home })
    assert.equal(run.code, 0, run.stdout)
  })

  it('says where the keys cannot be written', async () => {
    const home = folder({})
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', home])
    try {
      const { code, stderr } = await trust(home, '--yes')
      const why = 'read-only file system'
      assert.deepEqual([code, stderr], [1, `keyward: ${home}/.ssh/known_hosts cannot be written: ${why}\n`])
    } finally {
      execFileSync('umount', [home])
    }
  })

  it('never replaces a key that changed, and says what is wrong', async () => {
    const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu'
    const line = `${lab.hosts[0]?.address} ssh-ed25519 ${other}\n`
    const home = folder({ '.ssh/known_hosts': line })
    const told = await trust(home, '--yes')
    assert.equal(told.code, 4)
    assert.match(told.stdout, / changed +the host key of .* has changed/)
    const written = readFileSync(join(home, '.ssh/known_hosts'), 'utf8')
    assert.ok(written.startsWith(line))
    assert.doesNotMatch(written.slice(line.length), new RegExp(`^${lab.hosts[0]?.address} `, 'm'))
  })

  it('tells a host that is down apart, and trusts the others', async () => {
    await lab.hosts[2]?.stop()
    const told = await trust(folder({ '.ssh/known_hosts': '' }), '--yes')
    assert.equal(told.code, 4)
    assert.match(told.stdout, /\nh3 .*\n {2}unreachable /)
    assert.match(told.stdout, /keys of 2 hosts written/)
  })

  it('has a run list all unknown keys, with the one line that cures them', async () => {
    const play = folder({ 'site.yml': '- hosts: h1:h2\n  tasks: [{file: {path: /etc/motd, state: file}}]\n' })
    const home = folder({ '.ssh/known_hosts': '' })
    const run = await keyward(['check', 'site.yml', '-i', lab.inventoryFile], { home, cwd: play })
    assert.equal(run.code, 4)
    const cure = /\n {2}\S+ \S*main\.js (trust -i \S+)\n/.exec(run.stdout)?.[1]
    assert.ok(cure !== undefined, run.stdout)
    assert.equal((await keyward([...cure.split(' '), '--limit', 'h1,h2', '--yes'], { home })).code, 0)
    assert.equal((await keyward(['check', 'site.yml', '-i', lab.inventoryFile], { home, cwd: play })).code, 0)
  })
})
