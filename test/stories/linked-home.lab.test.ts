import assert from 'node:assert/strict'
import { play, type Stage, stageWith } from './given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu a@b'

const site = play(
  [
    `- authorized_key: { user: u, key: "${KEY}" }`,
    '- ssh_config_line: { keyword: AddKeysToAgent, value: yes, user: u }',
    '- line_in_file: { path: /srv/l/u/.hush, line: x, create: true }',
    '- file: { path: /srv/l/new, state: directory }',
    '- file: { path: /srv/l/new/file, content: x }',
  ].join('\n'),
)

describe('homes and directories that are reached by a link of root', () => {
  let stage: Stage
  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'linked' })
    await stage.host.exec('mkdir /srv/real; ln -s real /srv/l; useradd -m -d /srv/l/u -s /bin/bash u')
  })
  after(() => stage.lab.stop())

  it('are written in, and found as wanted afterwards', async () => {
    const first = await stage.play('run', site)
    assert.deepEqual([first.code, /changed=(\d+)/.exec(first.stdout)?.[1]], [0, '5'], first.stdout + first.stderr)
    const made = await stage.host.exec('cd /srv/real; stat -c "%U %a %n" u/.ssh/* u/.hush new/file')
    assert.equal(
      String(made.stdout),
      'u 600 u/.ssh/authorized_keys\nu 600 u/.ssh/config\nroot 644 u/.hush\nroot 644 new/file\n',
    )
    const second = await stage.play('run', site)
    assert.deepEqual([second.code, /changed=(\d+)/.exec(second.stdout)?.[1]], [0, '0'], second.stdout)
  })
})
