import assert from 'node:assert/strict'
import { play, type Stage, stageWith } from './given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop'

const DROP_IN = '/etc/ssh/sshd_config.d/50-five.conf'
const LINES = ['ClientAliveInterval 300', 'ClientAliveCountMax 2', 'MaxAuthTries 4', 'LoginGraceTime 60', 'UseDNS no']

const ten = [
  '- file: { path: /etc/keys, state: directory, mode: "0755" }',
  `- authorized_key: { user: secure, key: "${KEY}" }`,
  '- sshd_config_line: { keyword: PasswordAuthentication, value: no }',
  '- sshd_config_line: { keyword: KbdInteractiveAuthentication, value: no }',
  '- sshd_config_line: { keyword: X11Forwarding, value: no }',
  '- ssh_config_line: { keyword: AddKeysToAgent, value: yes, user: secure }',
  '- line_in_file: { path: /home/secure/.bashrc, line: eval $(ssh-agent), create: true }',
  '- ssh_keypair: { path: /root/id, type: ed25519 }',
  `- file: { path: ${DROP_IN}, content: "${LINES.join('\\n')}\\n" }`,
  '- file: { path: /etc/ssh/sshd_config, mode: "0600" }',
]
const more = Array.from(
  { length: 20 },
  (_, index) => `- line_in_file: { path: ${DROP_IN}, line: "${LINES[index % LINES.length]}" }`,
)
const handler = '- name: loaded\n  service_reload: { name: ssh }'

const many = Array.from(
  { length: 90 },
  (_, index) => `- line_in_file: { path: ${DROP_IN}, line: "${LINES[index % LINES.length]}" }`,
)
const looped = [
  `- line_in_file: { path: ${DROP_IN}, line: "{{ item }}" }\n  loop: [${LINES.join(', ')}]`,
  '- sshd_config_line: { keyword: "{{ item }}", value: no }\n  loop: [PasswordAuthentication, X11Forwarding]',
]

interface Counted {
  readonly flights: number
  readonly channels: number
  readonly bytes: number
  readonly changed: number
}

const counted = (stdout: string): Counted => {
  const [, flights, channels, bytes] = /^h1: (\d+) flights?, (\d+) channels?, (\d+) bytes/m.exec(stdout) ?? []
  const [, changed] = /^h1 .*changed=(\d+)/m.exec(stdout) ?? []
  return { flights: Number(flights), channels: Number(channels), bytes: Number(bytes), changed: Number(changed) }
}

// what the rerun of the ten tasks sends, with a tenth to spare: whoever needs more should know why
const isPlain = process.env.KEYWARD_TOOLS === 'plain'
// half of it is perl's program, or what the shell needs for the same
const MOST_BYTES = isPlain ? 19_000 : 21_000
// without perl, what it would do by itself goes to the shell as a script
const MOST_BYTES_OF_CHANGES = isPlain ? 84_000 : 65_000
// what is looked at with the powers of users waits for nobody where perl finds out who they are
const MOST_FLIGHTS = isPlain ? 2 : 1
// looks 2, the first row's plan and write 2, the key pair and its look 2, the second row 2, the reload 2; one to spare
const MOST_FLIGHTS_OF_CHANGES = 11

describe('what goes over the wire', () => {
  let stage: Stage
  let first: Counted

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'flights' })
    // one that no task names
    await stage.host.exec("echo 'PrintMotd no' > /etc/ssh/sshd_config.d/10-other.conf")
    const told = await stage.play('run', play(ten.join('\n'), handler), ['-vv'])
    assert.equal(told.code, 0, told.stdout + told.stderr)
    first = counted(told.stdout)
  })
  after(() => stage.lab.stop())

  it('a run with k changes takes at most 2k + 2 flights, far fewer where they stand in a row, on at most 2 channels', () => {
    assert.ok(first.changed >= 10, `${first.changed} changes`)
    assert.ok(first.flights <= 2 * first.changed + 2, `${first.flights} flights`)
    assert.ok(first.flights <= MOST_FLIGHTS_OF_CHANGES, `${first.flights} flights`)
    assert.ok(first.channels <= 2, `${first.channels} channels`)
    assert.ok(first.bytes <= MOST_BYTES_OF_CHANGES, `${first.bytes} bytes`)
  })

  for (const [words, tasks] of [
    ['10 tasks', ten],
    ['30 tasks', [...ten, ...more]],
    ['100 tasks', [...ten, ...many]],
    ['12 tasks, two of them loops', [...ten, ...looped]],
  ] as const)
    for (const command of ['run', 'check'] as const)
      it(`a ${command} of ${words} with nothing to do: at most 2 flights after the login, one with perl, on at most 2 channels`, async () => {
        const told = await stage.play(command, play(tasks.join('\n'), handler), ['-vv'])
        const { flights, channels, bytes, changed } = counted(told.stdout)
        assert.equal(told.code, 0, told.stdout)
        assert.equal(changed, 0)
        assert.ok(flights <= MOST_FLIGHTS && channels <= 2, `${flights} flights, ${channels} channels`)
        // a task more about what is known already sends nothing
        assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`)
      })
})
