import assert from 'node:assert/strict'
import { play, type Stage, stageWith } from './given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop'

const ten = [
  '- file: { path: /etc/keys, state: directory, mode: "0755" }',
  `- authorized_key: { user: secure, key: "${KEY}" }`,
  '- sshd_config_line: { keyword: PasswordAuthentication, value: no }',
  '- sshd_config_line: { keyword: KbdInteractiveAuthentication, value: no }',
  '- sshd_config_line: { keyword: X11Forwarding, value: no }',
  '- ssh_config_line: { keyword: AddKeysToAgent, value: yes, user: secure }',
  '- line_in_file: { path: /home/secure/.bashrc, line: eval $(ssh-agent), create: true }',
  '- ssh_keypair: { path: /root/id, type: ed25519 }',
  '- file: { path: /etc/keys/five, content: "1\\n2\\n3\\n4\\n5\\n" }',
  '- file: { path: /etc/ssh/sshd_config, mode: "0600" }',
]
const more = Array.from(
  { length: 20 },
  (_, index) => `- line_in_file: { path: /etc/keys/five, line: "${(index % 5) + 1}" }`,
)
const handler = '- name: loaded\n  service_reload: { name: ssh }'

const counted = (stdout: string): { readonly flights: number; readonly channels: number } => {
  const [, flights, channels] = /^h1: (\d+) flights?, (\d+) channels?/m.exec(stdout) ?? []
  return { flights: Number(flights), channels: Number(channels) }
}

describe('what goes over the wire', () => {
  let stage: Stage

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'flights' })
    const told = await stage.play('run', play([...ten, ...more].join('\n'), handler))
    assert.equal(told.code, 0, told.stdout + told.stderr)
  })
  after(() => stage.lab.stop())

  for (const [words, tasks] of [
    ['10 tasks', ten],
    ['30 tasks', [...ten, ...more]],
  ] as const)
    for (const command of ['run', 'check'] as const)
      it(`a ${command} of ${words} with nothing to do: at most 2 flights after the login, on at most 2 channels`, async () => {
        const told = await stage.play(command, play(tasks.join('\n'), handler), ['-vv'])
        const { flights, channels } = counted(told.stdout)
        assert.equal(told.code, 0, told.stdout)
        assert.ok(flights <= 2 && channels <= 2, `${flights} flights, ${channels} channels`)
      })
})
