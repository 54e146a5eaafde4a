import assert from 'node:assert/strict'
import { libraryText } from '../../src/host/library.ts'
import { checkedScript, cutTold, readWitness, WITNESS, witnessScript } from '../../src/host/witness.ts'
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

  const changing = play(
    '- sshd_config_line: { keyword: X11Forwarding, value: no }\n  notify: loaded',
    '- name: loaded\n  service_reload: { name: ssh }',
  )

  it('are remembered where a run has changed the files, and had sshd load them', async () => {
    const { code, stdout, stderr } = await stage.play('run', changing)
    assert.equal(code, 0, stdout + stderr)
    const next = await checked(changing)
    assert.deepEqual([next.isRemembered, next.effective], [true, 'as wanted'], next.all)
    assert.doesNotMatch(next.all, /^h1 .*\$ \/usr\/sbin\/sshd -T\b(?!.*unless)/m)
  })

  it('are asked for anew where somebody writes the same file right behind such a run', async () => {
    assert.equal((await stage.play('run', changing)).code, 0)
    // in place, with the same size and time as before
    await does(
      'cd /etc/ssh; touch -r sshd_config /tmp/t; sed "s/^X11Forwarding no$/X11Forwarding no/;s/X11Forwarding no$/x11forwarding no/" sshd_config > /tmp/c; cat /tmp/c > sshd_config; touch -r /tmp/t sshd_config',
    )
    const next = await checked(changing)
    assert.deepEqual([next.isRemembered, next.effective], [false, 'as wanted'], next.all)
  })

  it('are asked for anew each time where files may come that are not looked at', async () => {
    await does("mkdir -p /etc/ssh/extra; sed -i '1i Include /etc/ssh/extra/*.conf' /etc/ssh/sshd_config; sleep 0.2")
    for (let turn = 0; turn < 3; turn += 1) assert.equal((await checked()).isRemembered, false)
    await does('echo "X11Forwarding no" > /etc/ssh/extra/a.conf')
    assert.equal((await checked()).effective, 'as wanted')
  })

  const script = (text: string) => `${libraryText(WITNESS)}\nprintf x > /srv/fresh\n${text}`
  const globs = ['/usr/sbin/sshd', '/etc/ld.so.cache', '/srv/fresh']
  const said = async (text: string) => {
    const { stdout } = await stage.host.exec(script(text))
    return { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }
  }

  it('are kept of a file that was written a moment ago only where they were asked for behind that moment', async () => {
    assert.equal(readWitness(await said(witnessScript(globs, 'echo hi'))).witness, null)
    const cut = cutTold(await said(`set -f; ${checkedScript(globs)}k_checked echo hi`))
    assert.ok(cut !== null)
    const { witness, answer } = readWitness(cut.told)
    assert.ok(witness !== null)
    assert.deepEqual([answer.code, String(answer.stdout)], [0, 'hi\n'])
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
