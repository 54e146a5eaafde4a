import assert from 'node:assert/strict'
import { play, type Stage, stageWith } from './given.ts'

const site = play('- sshd_config_line: { keyword: X11Forwarding, value: no }')
const REMEMBERED = /as remembered/
const effective = /effective: (\w+)/

describe("sshd's answers, from run to run", () => {
  let stage: Stage

  const checked = async (playbook = site) => {
    const { stdout, stderr } = await stage.play('check', playbook, ['-vvv', '--diff'])
    const isRemembered = REMEMBERED.test(stderr)
    return { isRemembered, effective: effective.exec(stdout)?.[1] ?? 'as wanted', all: stdout + stderr }
  }
  const does = (command: string) => stage.host.exec(command)

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'remembered' })
  })
  after(() => stage.lab.stop())
  beforeEach(async () => {
    await stage.host.reset()
    await does('sleep 0.2')
    assert.equal((await checked()).isRemembered, false)
    const second = await checked()
    assert.deepEqual([second.isRemembered, second.effective], [true, 'yes'], second.all)
  })

  for (const [words, change, then] of [
    ['the file is edited', "sed -i '1i X11Forwarding no' /etc/ssh/sshd_config", 'as wanted'],
    [
      'the file is edited, with the same size and time as before',
      'touch -r /etc/ssh/sshd_config /tmp/t; sed -i "s/^X11Forwarding yes/X11Forwarding no /" /etc/ssh/sshd_config; touch -r /tmp/t /etc/ssh/sshd_config',
      'as wanted',
    ],
    ['a drop-in comes', "echo 'X11Forwarding no' > /etc/ssh/sshd_config.d/00.conf", 'as wanted'],
    ['sshd is another program', 'cp -a /usr/sbin/sshd /tmp/sshd && mv /tmp/sshd /usr/sbin/sshd', 'yes'],
    ['the libraries are put in order anew', 'cp -a /etc/ld.so.cache /tmp/c && mv /tmp/c /etc/ld.so.cache', 'yes'],
    ['a host key changes', 'touch /etc/ssh/ssh_host_ed25519_key', 'yes'],
    ['an account comes', 'echo "new:x:2000:2000::/:/bin/sh" >> /etc/passwd', 'yes'],
  ] as const)
    it(`are asked for anew where ${words}`, async () => {
      await does(change)
      const { isRemembered, effective: now, all } = await checked()
      assert.deepEqual([isRemembered, now], [false, then], all)
    })

  it('are never remembered where a file is included from elsewhere', async () => {
    await does(
      "echo 'X11Forwarding yes' > /srv/more.conf; sed -i '1i Include /srv/more.conf' /etc/ssh/sshd_config; sleep 0.2",
    )
    assert.equal((await checked()).isRemembered, false)
    assert.equal((await checked()).isRemembered, false)
    await does("echo 'X11Forwarding no' > /srv/more.conf")
    assert.equal((await checked()).effective, 'as wanted')
  })

  it('are never remembered where a Match has a say', async () => {
    await does("printf 'Match User bob\\nX11Forwarding no\\n' > /etc/ssh/sshd_config.d/00.conf; sleep 0.2")
    assert.equal((await checked()).isRemembered, false)
    assert.equal((await checked()).isRemembered, false)
  })

  it('are asked for anew in each audit, which is evidence', async () => {
    const { stderr } = await stage.play('audit', site, ['-vvv'])
    assert.match(stderr, /sshd -T/)
    assert.doesNotMatch(stderr, REMEMBERED)
  })
})
