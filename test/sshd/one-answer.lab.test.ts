// What is not asked, as its answer is known, is what a real sshd would have said.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { plainSpelling } from '../../src/sshd/plain-spelling.ts'
import { settingOf } from '../../src/sshd/setting.ts'
import { saidOf } from '../../src/sshd/spelling.ts'
import { firstHost } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop'
const TASKS = [
  '- sshd_config_line: { keyword: PasswordAuthentication, value: no, explicit: true }',
  '- sshd_config_line: { keyword: KbdInteractiveAuthentication, value: no }',
  '- sshd_config_line: { keyword: PermitRootLogin, value: prohibit-password, explicit: true }',
  '- sshd_config_line: { keyword: LoginGraceTime, value: 1m }',
  '- sshd_config_line: { keyword: AllowGroups, value: [admin, secure, plain] }',
  `- authorized_key: { user: admin, key: "${KEY}" }`,
  `- authorized_key: { user: secure, key: "${KEY}", key_options: restrict }`,
  '- login_methods: { only: [publickey] }',
]
const DROP_IN = '- file: { path: /etc/ssh/sshd_config.d/10-x.conf, content: "MaxSessions 9\\n" }'

const runsOf = (told: { readonly stdout: string; readonly stderr: string }): readonly string[] =>
  // alone, or in one line with the looks of its batch
  [...`${told.stdout}\n${told.stderr}`.matchAll(/(?:\$|,) (\/usr\/sbin\/sshd (?:[^,\n]|,(?! ))*?)(?=, | -> \d)/g)].map(
    ([, run = '']) => run,
  )
const flightsOf = ({ stdout }: { readonly stdout: string }): number => Number(/^h1: (\d+) flight/m.exec(stdout)?.[1])

describe('one answer of sshd', () => {
  let stage: Stage
  const say = async (config: string, ...args: string[]): Promise<readonly string[]> => {
    const told = await firstHost(stage.lab).exec(`cat | /usr/sbin/sshd -T -f /dev/stdin ${args.join(' ')}`, {
      stdin: config,
    })
    assert.equal(told.code, 0, told.stderr)
    return told.stdout.toString().trim().split('\n')
  }

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'one-answer' })
    const told = await stage.play('run', play([DROP_IN, ...TASKS].join('\n')))
    assert.equal(told.code, 0, told.stdout + told.stderr)
  })
  after(() => stage.lab.stop())

  it('is enough for all tasks of a rerun, in two flights', async () => {
    const told = await stage.play('run', play([DROP_IN, ...TASKS].join('\n')), ['-vvv'])
    assert.equal(told.code, 0, told.stdout)
    assert.match(told.stdout, /changed=0/)
    assert.equal(runsOf(told).length, 1, runsOf(told).join('\n'))
    assert.ok(flightsOf(told) <= 2, told.stdout)
  })

  it('is enough for a check too', async () => {
    const told = await stage.play('check', play([DROP_IN, ...TASKS].join('\n')), ['-vvv'])
    assert.deepEqual([told.code, runsOf(told).length], [0, 1], runsOf(told).join('\n'))
  })

  it('and one of the plan, one of what was written, and its version are enough for a change', async () => {
    const change = play('- sshd_config_line: { keyword: X11Forwarding, value: no, explicit: true }')
    const told = await stage.play('run', change, ['-vvv'])
    assert.match(told.stdout, /changed=1/)
    const runs = runsOf(told).map((run) => run.replace(/ -C .*/, ''))
    const [T, planned] = ['/usr/sbin/sshd -T', '/usr/sbin/sshd -T -f /dev/stdin']
    const version = '/usr/sbin/sshd -V unless it serves us'
    assert.deepEqual([...runs].sort(), [T, T, planned, version].sort())
    assert.match(told.stderr, /unless it serves us -> 0 .*\n {2}\| OpenSSH_\d+\.\d+\n/)
  })

  it('is not taken for a connection that a Match may be about, also in a drop-in', async () => {
    const match =
      '- file: { path: /etc/ssh/sshd_config.d/20-m.conf, content: "Match User secure\\n  MaxSessions 3\\n" }'
    const told = await stage.play('run', play([match, ...TASKS].join('\n')))
    assert.equal(told.code, 0, told.stdout)
    const again = await stage.play('run', play([match, ...TASKS].join('\n')), ['-vvv'])
    const asked = runsOf(again).join('\n')
    for (const user of ['nobody', 'root', 'secure', 'admin']) assert.match(asked, new RegExp(`-T -C user=${user},`))
    assert.ok(flightsOf(again) <= 3, again.stdout)
    await firstHost(stage.lab).exec('rm /etc/ssh/sshd_config.d/20-m.conf')
  })

  it('is that for each connection where there is no Match', async () => {
    const { stdout } = await firstHost(stage.lab).exec(
      'cat /etc/ssh/sshd_config.d/*.conf; grep -v Include /etc/ssh/sshd_config',
    )
    const plain = await say(stdout.toString())
    for (const one of [
      'user=root,host=h,addr=10.0.0.1,laddr=10.0.0.2,lport=22',
      'user=nobody,host=host.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=65535',
    ])
      assert.deepEqual(await say(stdout.toString(), '-C', one), plain)
  })

  const flags = `AllowAgentForwarding AllowStreamLocalForwarding AllowTcpForwarding ChallengeResponseAuthentication
    DisableForwarding ExposeAuthInfo GatewayPorts GSSAPIAuthentication GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck
    HostbasedAuthentication HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication
    PasswordAuthentication PermitEmptyPasswords PermitRootLogin PermitTTY PermitUserRC PrintLastLog PrintMotd
    PubkeyAuthentication StreamLocalBindUnlink StrictModes TCPKeepAlive UseDNS UsePAM X11Forwarding X11UseLocalhost`
  const others = [
    ['PermitRootLogin', 'prohibit-password'],
    ...['Fatal', 'error', 'info', 'VERBOSE', 'debug2', 'debug3'].map((level) => ['LogLevel', level]),
    ...['ClientAliveCountMax', 'MaxAuthTries', 'MaxSessions'].flatMap((one) => [
      [one, '1'],
      [one, '999999'],
    ]),
    ...['ClientAliveInterval', 'LoginGraceTime'].flatMap((one) => [
      [one, '7'],
      [one, '45s'],
      [one, '3M'],
      [one, '1h'],
    ]),
    ['AllowUsers', 'alice bob_2 c.d-e'],
    ['DenyGroups', 'wheel'],
  ]
  it('is spelled as it is known to be', async () => {
    const all = [
      ...flags.split(/\s+/).flatMap((one) => [
        [one, 'yes'],
        [one, 'no'],
      ]),
      ...others,
    ]
    for (const [keyword = '', value = ''] of all) {
      const setting = settingOf(keyword, '9.2')
      const lines = (await say(`${keyword} ${value}\n`)).map((line) => line.split(/ (.*)/))
      const values = new Map<string, readonly string[]>()
      for (const [name = '', said = ''] of lines) values.set(name, [...(values.get(name) ?? []), said])
      const real = saidOf(setting, { values, warnings: [] })
      const known = plainSpelling(setting, [value], { said: ['of another value'], whole: { values, warnings: [] } })
      assert.deepEqual(known, real, `${keyword} ${value}`)
    }
  })

  it('comes from the program whose release the server tells, also where that was replaced and sshd goes on', async () => {
    const host = firstHost(stage.lab)
    const swap = 'cp /usr/sbin/sshd /usr/sbin/next && sed -i "s/OpenSSH_9\\.2/OpenSSH_9.7/g" /usr/sbin/next'
    assert.equal((await host.exec(`${swap} && mv /usr/sbin/next /usr/sbin/sshd`)).code, 0)
    const server = await new Promise<string>((resolve) => {
      const socket = connect(host.port, host.address)
      socket.once('data', (header) => {
        resolve(String(header))
        socket.destroy()
      })
    })
    assert.match(server, /^SSH-2\.0-OpenSSH_9\.7p1/)
  })
})
