import assert from 'node:assert/strict'
import type { Answer } from '../../src/contract/look.ts'
import { criteriaOf } from '../../src/formats/sshd-match.ts'
import { obeyed, sshdVersion, verdict } from '../../src/sshd/ask.ts'
import { readSshdTree } from '../../src/sshd/read-tree.ts'
import { connectionFor, connectionText, mayMeet, missesNeutral } from '../../src/sshd/witness.ts'
import { fakeMachine } from '../kit/fake-look.ts'

const FILE = { file: '/etc/ssh/sshd_config' }
const answering = (...answers: readonly Partial<Answer>[]) => {
  const left = [...answers]
  return fakeMachine({ answer: () => left.shift() }).look({ power: null })
}

describe('an answer of sshd -T', () => {
  it('is read without letter case, a value a line', async () => {
    const on = answering({ stdout: 'Port 22\nport 2222\nAllowUsers alice\nversionaddendum none\n' })
    const { values } = obeyed(await verdict(on, FILE), 'x')
    assert.deepEqual([values.get('port'), values.get('allowusers')], [['22', '2222'], ['alice']])
  })

  const rows: readonly [string, string, string][] = [
    [
      '/etc/ssh/sshd_config line 2: unsupported option "maybe".\n',
      'it is bad: /etc/ssh/sshd_config line 2: unsupported option "maybe"',
      'Refused',
    ],
    [
      '/etc/ssh/sshd_config: line 1: Bad configuration option: Foo\n/etc/ssh/sshd_config: terminating, 1 bad configuration options\n',
      'it is bad: /etc/ssh/sshd_config: line 1: Bad configuration option: Foo',
      'Refused',
    ],
    [
      '/etc/ssh/sshd_config line 1: Deprecated option UseLogin\nAuthorizedKeysCommand set without AuthorizedKeysCommandUser\n',
      'it is bad: AuthorizedKeysCommand set without AuthorizedKeysCommandUser',
      'Refused',
    ],
    [
      'sshd: no hostkeys available -- exiting.\n',
      'sshd cannot be tested here: sshd: no hostkeys available -- exiting',
      'HostError',
    ],
    [
      'Privilege separation user sshd does not exist\n',
      'sshd cannot be tested here: Privilege separation user sshd does not exist',
      'HostError',
    ],
  ]
  for (const [stderr, message, name] of rows) {
    it(`tells a bad configuration from a machine that cannot test it: ${stderr.split('\n')[0]}`, async () => {
      const answer = await verdict(answering({ code: 255, stderr }), FILE)
      assert.throws(() => obeyed(answer, 'it is bad'), { name, message })
    })
  }

  it('names the file and line that a text was put together from', async () => {
    const on = answering({ code: 255, stderr: '/dev/stdin: line 2: Bad configuration option: Foo\n' })
    const text = {
      text: 'Port 22\nFoo\n',
      from: [
        { file: '/a', number: 1 },
        { file: '/b', number: 7 },
      ],
    }
    const answer = await verdict(on, { text })
    assert.equal('refusal' in answer && answer.refusal, '/b line 7: Bad configuration option: Foo')
  })

  it('is asked for again in a namespace of its own where /run/sshd is missing', async () => {
    const gone = { code: 255, stderr: 'Missing privilege separation directory: /run/sshd\n' }
    const on = answering(gone, { stdout: 'port 22\n' })
    assert.deepEqual(obeyed(await verdict(on, FILE), 'x').values.get('port'), ['22'])
    const unable = answering(gone, { code: 1, stderr: 'unshare: unshare failed: Operation not permitted\n' })
    const answer = await verdict(unable, FILE)
    assert.throws(() => obeyed(answer, 'x'), /^HostError: sshd cannot be tested here: Missing privilege separation/)
  })

  it('is missing where there is no sshd', async () => {
    await assert.rejects(verdict(fakeMachine().look({ power: null }), FILE), {
      name: 'Missing',
      message: /sshd is not there/,
    })
  })
})

describe('the version of sshd', () => {
  it('is read from what it says', async () => {
    const old = answering({ code: 1, stderr: 'unknown option -- V\nOpenSSH_8.0p1, OpenSSL 1.1.1k\nusage: sshd\n' })
    assert.equal(await sshdVersion(old), '8.0')
    assert.equal(await sshdVersion(answering({ stderr: 'OpenSSH_10.2p1, OpenSSL 3.5.1\n' })), '10.2')
  })
})

describe('a tree on a machine', () => {
  it('is read through links, in byte order, without what no pattern takes', async () => {
    const files = {
      '/etc/ssh/sshd_config': 'Include sshd_config.d/*.conf\nInclude /etc/ssh/gone.conf\n',
      '/etc/ssh/sshd_config.d/9-x.conf': 'Port 9\n',
      '/etc/ssh/sshd_config.d/10-x.conf': { link: '/etc/crypto/x' },
      '/etc/ssh/sshd_config.d/.hidden.conf': 'Port 1\n',
      '/etc/ssh/sshd_config.d/a.bak': 'Port 2\n',
      '/etc/crypto/x': 'Include /etc/crypto/*/y\n',
      '/etc/crypto/z/y': 'Port 3\n',
    }
    const tree = await readSshdTree(fakeMachine({ files }).look({ power: null }), '/etc/ssh/sshd_config', 'new')
    assert.deepEqual(tree?.includes, {
      '/etc/ssh/sshd_config.d/*.conf': ['/etc/ssh/sshd_config.d/10-x.conf', '/etc/ssh/sshd_config.d/9-x.conf'],
      '/etc/ssh/gone.conf': [],
      '/etc/crypto/*/y': ['/etc/crypto/z/y'],
    })
    assert.equal(tree?.real['/etc/ssh/sshd_config.d/10-x.conf'], '/etc/crypto/x')
  })

  it('is none without its root', async () => {
    assert.equal(await readSshdTree(fakeMachine().look({ power: null }), '/etc/ssh/sshd_config', 'new'), null)
  })
})

describe('a connection for criteria', () => {
  const on = fakeMachine({ files: { '/etc/group': 'root:x:0:\ndevs:x:1101:bob,dave\n' } }).look({ power: null })
  const rows: readonly [string, string | null][] = [
    ['User bob,eve', 'user=bob'],
    ['User !bob,dev-*', 'user=dev-x'],
    ['Group devs', 'user=bob'],
    ['Group nobody-there', null],
    ['Address 203.0.113.0/24', 'addr=203.0.113.1'],
    ['Address 2001:db8:5::/48', 'addr=2001:db8:5::1'],
    ['Address 10.*', 'addr=10.1.1.1'],
    ['Host *.lan.example LocalPort 2222', 'host=x.lan.example,lport=2222'],
    ['LocalAddress 10.0.0.1', 'laddr=10.0.0.1'],
    ['User !bob', null],
    ['RDomain blue', null],
  ]
  for (const [match, wanted] of rows) {
    it(`is made up: ${match}`, async () => {
      const connection = await connectionFor(on, criteriaOf(match) ?? [])
      assert.equal(connection === null ? null : connectionText(connection), wanted)
    })
  }

  it('is told from the neutral one where a criterion is surely about others', () => {
    const surely = ['User bob', 'Group devs', 'Address 10.0.0.0/8', 'Address 10.0.0.1', 'Host a.b', 'LocalPort 22']
    const maybe = [
      'User *',
      'User !bob,*',
      'Address 192.0.2.0/24',
      'Address 0.0.0.0/0',
      'Host *',
      'invalid-user',
      'Group !x,*',
    ]
    assert.deepEqual(
      surely.map((match) => missesNeutral(criteriaOf(match) ?? [])),
      surely.map(() => true),
    )
    assert.deepEqual(
      maybe.map((match) => missesNeutral(criteriaOf(match) ?? [])),
      maybe.map(() => false),
    )
  })

  it('may satisfy two blocks, unless plain names exclude it', () => {
    const meet = (one: string, other: string): boolean => mayMeet(criteriaOf(one) ?? [], criteriaOf(other) ?? [])
    assert.deepEqual(
      [
        meet('User bob', 'User eve'),
        meet('User bob Address 10.0.0.0/8', 'User bob'),
        meet('User *', 'User bob'),
        meet('Group a', 'Group b'),
      ],
      [false, true, true, true],
    )
  })
})
