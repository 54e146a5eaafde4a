import assert from 'node:assert/strict'
import type { LabHost } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const CLEAN = 'PasswordAuthentication no\nKbdInteractiveAuthentication no\n'
const block = (match: string, line = 'PasswordAuthentication yes'): string => `${CLEAN}Match ${match}\n  ${line}\n`

interface Row {
  readonly config: string
  readonly methods: string
  readonly says?: RegExp
}

const rows: Readonly<Record<string, Row>> = {
  'a host with keys only': { config: CLEAN, methods: 'publickey' },
  'the defaults of sshd': {
    config: '',
    methods: 'keyboard-interactive,password,publickey',
    says: /^password for anybody \(sshd's default\)$/m,
  },
  'a hole for a user': {
    config: block('User bob'),
    methods: 'password,publickey',
    says: /^password for user=bob \(\/etc\/ssh\/sshd_config:4\)$/m,
  },
  'a hole for users of a pattern': {
    config: block('User dev-*'),
    methods: 'password,publickey',
    says: /^password for user=dev-x \(.*:4\)$/m,
  },
  'a hole for a network but a part of it': {
    config: block('Address 10.0.0.0/8,!10.0.0.0/24'),
    methods: 'password,publickey',
    says: /^password for addr=10\.128\.0\.0 \(.*:4\)$/m,
  },
  'a hole for a user from a network': {
    config: block('User bob Address 10.1.0.0/16'),
    methods: 'password,publickey',
    says: /^password for user=bob addr=10\.1\.0\.1 \(.*:4\)$/m,
  },
  'a hole for a group, by its primary members too': {
    config: block('Group secure'),
    methods: 'password,publickey',
    says: /^password for user=secure \(.*:4\)$/m,
  },
  'a hole on a port': {
    config: block('LocalPort 2222'),
    methods: 'password,publickey',
    says: /^password for lport=2222 \(.*:4\)$/m,
  },
  'a hole for everybody but one network': {
    config: block('Address *,!192.0.2.0/24'),
    methods: 'password,publickey',
    says: /^password for addr=127\.\d+\.\d+\.\d+ \(.*:4\)/m,
  },
  'a hole that an earlier block closes': {
    config: `${CLEAN}Match User bob\n PasswordAuthentication no\nMatch User bob\n PasswordAuthentication yes\n`,
    methods: 'publickey',
  },
  'root, whose password is refused': {
    config: `${CLEAN}Match User root\n PasswordAuthentication yes\n`,
    methods: 'publickey',
  },
  'root, whose password is taken': {
    config: `PermitRootLogin yes\n${CLEAN}Match User root\n PasswordAuthentication yes\n`,
    methods: 'password,publickey',
    says: /^password for user=root \(.*:5\)$/m,
  },
  'a chain that asks for a key': {
    config: 'KbdInteractiveAuthentication no\nAuthenticationMethods publickey,password\n',
    methods: 'publickey',
  },
  'a chain without a key': {
    config: 'KbdInteractiveAuthentication no\nAuthenticationMethods publickey,password password\n',
    methods: 'password,publickey',
    says: /^password for anybody/m,
  },
  'hosts that vouch for their users': {
    config: block('User bob', 'HostbasedAuthentication yes'),
    methods: 'hostbased,publickey',
    says: /^hostbased for user=bob \(.*:4\)$/m,
  },
}

describe('login_methods on a real sshd', () => {
  let stage: Stage
  let host: LabHost

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'methods' })
    host = firstHost(stage.lab)
  })
  after(() => stage.lab.stop())

  const claim = async (config: string, params = '{}', flags: readonly string[] = []) => {
    await host.exec('rm -f /etc/ssh/sshd_config.d/*; cat > /etc/ssh/sshd_config', { stdin: config })
    const { results } = await stage.document('check', play(`- login_methods: ${params}\n  control: X-1`), flags)
    const [result = assert.fail('no result')] = results
    return result as typeof result & {
      readonly notes?: readonly string[]
      readonly evidence?: {
        readonly effective: Readonly<Record<string, unknown>>
        readonly source: readonly { readonly file: string; readonly line?: number; readonly text?: string }[]
      }
    }
  }

  for (const [what, { config, methods, says }] of Object.entries(rows)) {
    it(`finds ${what}`, async () => {
      const { status, message, notes = [], evidence } = await claim(config)
      assert.equal(status, says === undefined ? 'ok' : 'drift', message)
      assert.deepEqual(String(evidence?.effective.methods), methods)
      if (says !== undefined) assert.match(notes.join('\n'), says)
    })
  }

  it('names the lines that say so as its source', async () => {
    const { evidence } = await claim(block('User bob'))
    const [source] = evidence?.source ?? []
    assert.deepEqual(
      [source?.file, source?.line, source?.text],
      ['/etc/ssh/sshd_config', 4, 'PasswordAuthentication yes'],
    )
  })

  it('finds a hole in a drop-in, and says nothing of accounts that are excepted', async () => {
    const config = `Include /etc/ssh/sshd_config.d/*.conf\n${CLEAN}`
    const hole = "printf 'Match User bob\\n PasswordAuthentication yes\\n' > /etc/ssh/sshd_config.d/1.conf"
    await claim(config)
    await host.exec(hole)
    const { results } = await stage.document('check', play('- login_methods: {}\n- login_methods: { except: [bob] }'))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['drift', 'ok'],
    )
  })

  it('sees what earlier tasks plan, and fails in a run', async () => {
    await host.exec('rm -f /etc/ssh/sshd_config.d/*; cat > /etc/ssh/sshd_config', {
      stdin: 'KbdInteractiveAuthentication no\n',
    })
    const lines = '- sshd_config_line: { keyword: PasswordAuthentication, value: no }\n'
    const check = await stage.document(
      'check',
      play(`- login_methods: {}\n${lines}- login_methods: { only: [publickey] }`),
    )
    assert.deepEqual(
      check.results.map(({ status }) => status),
      ['drift', 'drift', 'ok'],
    )
    const run = await stage.document('run', play('- login_methods: {}'))
    assert.deepEqual([run.exit_code, run.results[0]?.status], [2, 'failed'])
  })

  it('says what sshd refuses in its configuration', async () => {
    const { status, message } = await claim('Nonsense yes\n')
    assert.equal(status, 'failed')
    assert.match(message, /^sshd refuses its configuration: .*Nonsense/)
  })
})
