import assert from 'node:assert/strict'
import { compareVersions, keywordOf } from '../../src/sshd/keywords.ts'
import { likeKeyword, settingOf } from '../../src/sshd/setting.ts'
import { seconds } from '../../src/sshd/value.ts'

describe('a keyword of a release', () => {
  const rows: readonly [string, string, object | null][] = [
    ['IgnoreRhosts', '8.0', { isGlobalOnly: true, isDead: false, setting: 'ignorerhosts' }],
    ['ignorerhosts', '8.4', { isGlobalOnly: false, isDead: false, setting: 'ignorerhosts' }],
    ['Subsystem', '9.5', { isGlobalOnly: false, isDead: false, setting: 'subsystem' }],
    ['Protocol', '9.2', { isGlobalOnly: true, isDead: true, setting: 'protocol' }],
    [
      'ChallengeResponseAuthentication',
      '8.7',
      { isGlobalOnly: false, isDead: false, setting: 'kbdinteractiveauthentication' },
    ],
    ['PerSourcePenalties', '9.2', null],
    ['DebianBanner', '9.2', null],
  ]
  for (const [name, version, wanted] of rows) {
    it(`is known: ${name} of ${version}`, () => {
      const found = keywordOf(name, version)
      const seen =
        found === null ? null : { isGlobalOnly: found.isGlobalOnly, isDead: found.isDead, setting: found.setting }
      assert.deepEqual(seen, wanted)
    })
  }

  it('is compared by release, not by text', () => {
    assert.deepEqual(['10.0', '8.7', '9.10', '9.9'].sort(compareVersions), ['8.7', '9.9', '9.10', '10.0'])
  })
})

describe('a setting', () => {
  const rows: readonly [string, string, string, readonly string[]][] = [
    [
      'KbdInteractiveAuthentication',
      '8.4',
      'ChallengeResponseAuthentication',
      ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
    ],
    [
      'challengeresponseauthentication',
      '9.2',
      'KbdInteractiveAuthentication',
      ['challengeresponseauthentication', 'kbdinteractiveauthentication', 'skeyauthentication'],
    ],
    ['PubkeyAcceptedAlgorithms', '8.4', 'PubkeyAcceptedKeyTypes', ['pubkeyacceptedkeytypes']],
    [
      'PubkeyAcceptedKeyTypes',
      '8.5',
      'PubkeyAcceptedAlgorithms',
      ['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes'],
    ],
    ['keepalive', '9.2', 'TCPKeepAlive', ['keepalive', 'tcpkeepalive']],
    ['permitrootlogin', '9.2', 'permitrootlogin', ['permitrootlogin']],
    ['GSSAPIKexAlgorithms', '9.2', 'GSSAPIKexAlgorithms', ['gssapikexalgorithms']],
  ]
  for (const [keyword, version, written, names] of rows) {
    it(`has its names: ${keyword} of ${version}`, () => {
      const setting = settingOf(keyword, version)
      assert.equal(setting.keyword, written)
      assert.deepEqual(
        names.filter((name) => !setting.names.has(name)),
        [],
      )
    })
  }

  it('counts by its first line, its last or all, by release', () => {
    const orders = [
      ['MaxStartups', '10.0'],
      ['MaxStartups', '10.1'],
      ['IPQoS', '10.2'],
      ['AllowUsers', '9.2'],
      ['SetEnv', '9.2'],
    ]
    assert.deepEqual(
      orders.map(([keyword = '', version = '']) => settingOf(keyword, version).order),
      ['last', 'first', 'last', 'all', 'first'],
    )
  })
})

describe('a misspelt keyword', () => {
  it('is likened to one that is near, and to none that is far', () => {
    assert.equal(likeKeyword('PasswordAuthentification'), 'PasswordAuthentication')
    assert.equal(likeKeyword('PermitRootLogins'), 'PermitRootLogin')
    assert.equal(likeKeyword('Colour'), null)
  })
})

describe('a time', () => {
  it('is counted in seconds', () => {
    assert.deepEqual(['90', '1m30s', '1h', '2d', 'x', '1x'].map(seconds), [90, 90, 3600, 172800, null, null])
  })
})

describe('a keyword that is called as what every object has', () => {
  for (const keyword of ['constructor', 'toString', '__proto__'])
    it(`is unknown like others: ${keyword}`, () => {
      const { order, isGlobalOnly } = settingOf(keyword, '9.2')
      assert.deepEqual([order, isGlobalOnly], ['first', null])
    })
})
